// An answer's numbers for a terminal: one on a line, counts as bars, tables for vectors and matrices.

import type { NestedNumbers } from "@unseen/program";
import type { AnswerLabels } from "../expression/answer-labels.ts";
import { bar } from "./bars.ts";
import { type Measured, measured } from "./numbers.ts";
import { table } from "./table.ts";

/** Widest bars that are drawn; a terminal has 80 characters or more. */
const barWidth = 36;

export function showValues(
  value: NestedNumbers,
  plusMinus: NestedNumbers,
  labels: AnswerLabels | undefined,
): string {
  if (labels?.kind === "places")
    return asNumbers(value)
      .map((place) => labels.names[place] ?? "")
      .join("\n");
  if (labels?.kind === "above") return aboveOrNot(asNumbers(value), labels.names);
  if (typeof value === "number") return pair(value, asNumber(plusMinus));
  const widths = asList(plusMinus);
  if (value.every((one) => typeof one === "number")) {
    const halfWidths = widths.map(asNumber);
    return labels?.kind === "bins"
      ? histogram(value, halfWidths, labels.names)
      : vector(value, halfWidths, labels?.names);
  }
  const rows = value.map((row, at) => cells(row, widths[at] ?? 0));
  if (labels === undefined) return table(rows, rows[0]?.map(() => "right") ?? []);
  const { names } = labels;
  // A square of named columns, as a covariance, has its names on both sides.
  const isSquare = rows.length === names.length;
  const titled = isSquare
    ? [["", ...names], ...rows.map((row, at) => [names[at]!, ...row])]
    : [names, ...rows];
  return table(titled, [isSquare ? "left" : "right", ...names.map(() => "right" as const)]);
}

function aboveOrNot(values: readonly number[], names: readonly string[]): string {
  const said = (value: number) => (value === 1 ? "above" : value === 0 ? "not above" : "not asked");
  return table(values.map((value, at) => [names[at] ?? "", said(value)]));
}

function cells(row: NestedNumbers, plusMinus: NestedNumbers): readonly string[] {
  if (typeof row === "number") return [pair(row, asNumber(plusMinus))];
  const widths = asList(plusMinus);
  return row.map((one, at) =>
    typeof one === "number"
      ? pair(one, asNumber(widths[at] ?? 0))
      : `[${cells(one, widths[at] ?? 0).join(", ")}]`,
  );
}

function histogram(
  values: readonly number[],
  plusMinus: readonly number[],
  names: readonly string[],
): string {
  const most = Math.max(...values, Number.MIN_VALUE);
  const rows = values.map((value, at) => {
    const shown = measured(value, plusMinus[at] ?? 0);
    return [names[at] ?? "", shown.value, `± ${shown.plusMinus}`, `│${bar(value / most, barWidth)}`];
  });
  return table(rows, ["left", "right", "left", "left"]);
}

function vector(
  values: readonly number[],
  plusMinus: readonly number[],
  names: readonly string[] | undefined,
): string {
  const rows = values.map((value, at) => {
    const shown = measured(value, plusMinus[at] ?? 0);
    return [names?.[at] ?? `[${at}]`, shown.value, halfWidthText(shown)];
  });
  return table(rows, ["left", "right", "left"]);
}

function pair(value: number, plusMinus: number): string {
  const shown = measured(value, plusMinus);
  return `${shown.value} ${halfWidthText(shown)}`.trimEnd();
}

/** What was chosen and not noised has no half-width. */
function halfWidthText({ plusMinus }: Measured): string {
  return plusMinus === "NaN" ? "" : `± ${plusMinus}`;
}

function asNumbers(nested: NestedNumbers): readonly number[] {
  return typeof nested === "number" ? [nested] : nested.map(asNumber);
}

function asNumber(nested: NestedNumbers): number {
  return typeof nested === "number" ? nested : Number.NaN;
}

function asList(nested: NestedNumbers): readonly NestedNumbers[] {
  return typeof nested === "number" ? [nested] : nested;
}
