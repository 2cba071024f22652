// How epsilon grows over a run, a line for each theory.

import { axes, inks, linear, path, picture, text } from "../output/svg.ts";
import type { AccountedRow } from "./accounted.ts";
import type { DescribedAccount } from "./described-run.ts";

export type Growth = readonly { readonly share: number; readonly rows: readonly AccountedRow[] }[];

const width = 780;
const height = 460;
const area = { left: 72, right: 540, top: 104, bottom: 386 };

export function accountPicture(run: DescribedAccount, growth: Growth): string {
  const total = run.progress?.total ?? 1;
  const last = growth.at(-1)!.rows.filter(({ figure }) => figure.kind !== "unknown");
  const most = niceAbove(Math.max(...last.map(({ figure }) => finite(figure))));
  const x = linear(0, total, area.left, area.right, ticksTo(total));
  const y = linear(0, most, area.bottom, area.top, ticksTo(most));
  const lines = last.map(({ accountant, figure }, at) => {
    const points = growth.flatMap(({ share, rows }): [number, number][] => {
      const row = rows.find((one) => one.accountant === accountant);
      if (row === undefined || row.figure.kind === "unknown") return [];
      return [[x.place(share * total), y.place(finite(row.figure))]];
    });
    const stroke = inks[at % inks.length]!;
    return path(points, { stroke, width: 2.5, ...(figure.kind === "approximate" ? { dashes: "5 4" } : {}) });
  });
  const labels = spread(last.map(({ figure }) => y.place(finite(figure)))).map((place, at) => {
    const { accountant, figure } = last[at]!;
    return text(area.right + 12, place + 4, `${finite(figure).toFixed(3)}  ${accountant}`, {
      fill: inks[at % inks.length]!,
      weight: "bold",
    });
  });
  const unit = run.progress?.unit ?? "the run";
  const title = `epsilon at delta ${run.delta === 0 ? 0 : run.delta.toExponential()}`;
  const shown = { x: round, y: round };
  return picture(width, height, run.title, [
    text(28, 34, title, { size: 18, weight: "bold" }),
    text(28, 56, run.title, { size: 12, fill: "#555" }),
    text(28, 74, `neighbours: ${run.relation}`, { size: 12, fill: "#555" }),
    axes(x, y, area, { x: unit, y: "epsilon" }, shown),
    ...lines,
    ...labels,
  ]);
}

function finite(figure: AccountedRow["figure"]): number {
  return figure.kind === "unknown" || !Number.isFinite(figure.epsilon) ? 0 : figure.epsilon;
}

/** Labels that would overlap are moved apart, in their order. */
function spread(places: readonly number[]): readonly number[] {
  const order = places.map((place, at) => ({ place, at })).toSorted((a, b) => b.place - a.place);
  const moved = [...places];
  let below = Number.POSITIVE_INFINITY;
  for (const { place, at } of order) {
    moved[at] = Math.min(place, below - 17);
    below = moved[at]!;
  }
  return moved;
}

function ticksTo(most: number): readonly number[] {
  const step = niceStep(most);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => at * step);
}

function niceStep(most: number): number {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((nice) => nice * power >= rough - 1e-12) ?? 10);
}

function niceAbove(most: number): number {
  if (!(most > 0)) return 1;
  const step = niceStep(most);
  return Math.ceil((most * 1.02) / step) * step;
}

function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}
