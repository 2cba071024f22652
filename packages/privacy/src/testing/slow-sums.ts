// The exact sums once more, person by person in lists, as slow and as plain as can be: a twin for the quick ones, and
// the place where a test puts a wrong step.

import { evaluate } from "@unseen/compute";
import { type AcrossPeople, type Contribution, quantise } from "../planner/contribution.ts";
import type { RowsOfPeople } from "./random-datasets.ts";

/** One element of one person, in steps. */
type Part = { readonly whose: string; readonly element: number; readonly steps: bigint };

export type SlowSteps = {
  /** Puts a number on its grid. */
  readonly held: typeof quantise;
  readonly holdsOneHot: boolean;
  /** Holds the total of one person in one element. */
  readonly heldTotal: (total: bigint, least: bigint, greatest: bigint) => bigint;
  /** Which of one person's parts count. */
  readonly chosen: (
    parts: readonly Part[],
    across: AcrossPeople,
    rank: RowsOfPeople["people"]["rank"],
    all: readonly Part[],
  ) => readonly Part[];
};

export const rightSteps: SlowSteps = {
  held: quantise,
  holdsOneHot: true,
  heldTotal: (total, least, greatest) => (total < least ? least : total > greatest ? greatest : total),
  chosen: (parts, { mostGroupsEach }, rank) =>
    parts
      .toSorted((a, b) => byRank(rank(a.whose, a.element), rank(b.whose, b.element)))
      .slice(0, mostGroupsEach),
};

export function slowSums(
  wrong: Partial<SlowSteps> = {},
): (contribution: Contribution, rows: RowsOfPeople) => BigInt64Array {
  const steps = { ...rightSteps, ...wrong };
  return (contribution, rows) => {
    const sums = new BigInt64Array(contribution.grid.exponent.length);
    const parts = partsOf(contribution, rows, steps);
    for (const part of contribution.across.kind === "rows"
      ? parts
      : people(contribution.across, parts, rows, steps))
      sums[part.element]! += part.steps;
    return sums;
  };
}

function partsOf(
  { program, grid, oneHot }: Contribution,
  { columns, rowCount, people: { whose } }: RowsOfPeople,
  { held, holdsOneHot }: SlowSteps,
): readonly Part[] {
  const inputs = new Map(
    [...columns].map(([name, data]) => [name, { shape: [rowCount], data: data as Float64Array }]),
  );
  const outputs = evaluate(program, inputs);
  if (!outputs.ok) throw new Error(outputs.problem.message);
  const { data } = outputs.value[0]!;
  const width = grid.exponent.length;
  const parts: Part[] = [];
  for (let row = 0; row < rowCount; row++) {
    for (let element = 0; element < width; element++) {
      const value = data[row * width + element]!;
      const steps = held(value, grid.exponent[element]!, grid.least[element]!, grid.greatest[element]!);
      parts.push({ whose: whose[row]!, element, steps: BigInt(steps) });
      if (holdsOneHot && oneHot && steps !== 0) break;
    }
  }
  return parts;
}

function people(
  across: AcrossPeople,
  parts: readonly Part[],
  { people: { rank } }: RowsOfPeople,
  { heldTotal, chosen }: SlowSteps,
): readonly Part[] {
  const totals = [...Map.groupBy(parts, ({ whose, element }) => JSON.stringify([whose, element])).values()]
    .map((same): Part => {
      const { whose, element } = same[0]!;
      const total = same.reduce((sum, { steps }) => sum + steps, 0n);
      const [least, greatest] = [BigInt(across.least[element]!), BigInt(across.greatest[element]!)];
      return { whose, element, steps: heldTotal(total, least, greatest) };
    })
    .filter(({ steps }) => steps !== 0n);
  return [...Map.groupBy(totals, ({ whose }) => whose).values()].flatMap((own) =>
    chosen(own, across, rank, totals),
  );
}

function byRank(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
