// Wrong rules before the noise and around it: clamps, sums, bounds, budgets. Each breaks something that the noise
// rests on, and a property of random inputs finds it.

import { nanoEpsilonOf, parseEpsilon } from "../budget/nano-epsilon.ts";
import { quantise } from "../planner/contribution.ts";
import { gridFor } from "../planner/grid.ts";
import { randomStream } from "../testing/random-stream.ts";
import { type Mutant, mutant } from "./mutant-for-tests.ts";

type Clamp = (value: number) => number;
type Sum = (rows: readonly number[]) => number;
type Ledger = { charge(offer: number | string): boolean };

const rowsSummed = { across: { kind: "rows" }, release: { by: "sum" } } as const;
/** A grid of steps of one, from 0 to 10. */
const toTen: Clamp = (value) => quantise(value, 0, 0, 10);
const awkward = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  1e308,
  -1e308,
  5e-324,
  10.5,
  -0.5,
];
const clampMutant = (name: string, wrong: Clamp) =>
  mutant(name, "property", {
    wrong,
    right: toTen,
    convicts: (clamp) => awkward.some((value) => !(clamp(value) >= 0 && clamp(value) <= 10)),
  });

const sumOfClamped: Sum = (rows) => rows.reduce((sum, row) => sum + toTen(row), 0);
/** One row more moves the sum by ten at most, over random rows among which some are far outside. */
const sumMutant = (name: string, wrong: Sum, rows: (at: number) => number[]) =>
  mutant(name, "property", {
    wrong,
    right: sumOfClamped,
    convicts: (sum) =>
      Array.from({ length: 200 }, (_, at) => rows(at)).some(
        (all) => !(Math.abs(sum(all) - sum(all.slice(1))) <= 10),
      ),
  });

const someRows = (seed: number) => {
  const random = randomStream(seed);
  return Array.from({ length: 6 }, () => random.pick([random.unit() * 10, 1e6, -1e6, 1e17, Number.NaN]));
};

/** Sells at most epsilon 1 in all. */
const exactLedger = (): Ledger => {
  let left = nanoEpsilonOf(1_000_000_000n);
  return {
    charge(offer) {
      const price = parseEpsilon(offer);
      if (!price.ok || price.value > left) return false;
      left = nanoEpsilonOf(left - price.value);
      return true;
    },
  };
};
const ledgerMutant = (
  name: string,
  wrong: () => Ledger,
  offers: readonly (number | string)[],
  mostSold: number,
) =>
  mutant(name, "property", {
    wrong,
    right: exactLedger,
    convicts: (open) => {
      const ledger = open();
      return offers.filter((offer) => ledger.charge(offer)).length > mostSold;
    },
  });
const floatLedger =
  (
    accepts: (price: number, spent: number) => boolean,
    priceOf: (offer: number | string) => number = Number,
  ) =>
  (): Ledger => {
    let spent = 0;
    return {
      charge(offer) {
        const price = priceOf(offer);
        if (!accepts(price, spent)) return false;
        spent += price;
        return true;
      },
    };
  };

export const ruleMutants: readonly Mutant[] = [
  clampMutant("NaN passes a clamp", (value) => Math.min(Math.max(Math.floor(value + 0.5), 0), 10)),
  clampMutant("NaN becomes a number outside the bounds", (value) =>
    Number.isNaN(value) ? -1 : toTen(value),
  ),
  clampMutant("the clamp comes before the rounding", (value) =>
    Math.floor((Number.isNaN(value) ? 0 : Math.min(Math.max(value, 0), 10.6)) + 0.5),
  ),
  sumMutant(
    "the sum is clamped and not the rows",
    (rows) => Math.min(Math.max(sumOf(rows), 0), 60),
    someRows,
  ),
  sumMutant(
    "rows are clamped by the least and the greatest that occur",
    (rows) => {
      const [least, greatest] = [
        Math.min(...rows.filter(Number.isFinite)),
        Math.max(...rows.filter(Number.isFinite)),
      ];
      return sumOf(rows.map((row) => Math.min(Math.max(Number.isNaN(row) ? 0 : row, least), greatest)));
    },
    someRows,
  ),
  sumMutant(
    "the sum wraps around at the end of its integer",
    (rows) => new Int8Array([sumOfClamped(rows)])[0]!,
    () => Array.from({ length: 13 }, () => 10),
  ),
  sumMutant(
    "the sum is a float that rounds",
    (rows) => rows.reduce((sum, row) => Math.fround(sum + row), 0),
    // A first row of 8 lifts the sum over 2^27, from where single floats go in steps of 16.
    () => [8, 2 ** 27 - 8, ...Array.from({ length: 20 }, () => 8.5)],
  ),
  mutant("the sum depends on the order of the rows", "property", {
    wrong: (rows: readonly number[]) => rows.reduce((sum, row) => sum + row, 0),
    right: (rows: readonly number[]) =>
      rows.reduce((sum, row) => sum + BigInt(quantise(row, -20, -(2 ** 40), 2 ** 40)), 0n),
    convicts: (sum: (rows: readonly number[]) => number | bigint) =>
      Array.from({ length: 50 }, (_, seed) => randomStream(seed)).some((random) => {
        const rows = Array.from({ length: 20 }, () => random.unit() * 10 ** random.whole(-3, 6));
        return sum(rows) !== sum(random.shuffled(rows));
      }),
  }),
  mutant("the grid is made for the values that occur", "property", {
    wrong: (rows: readonly number[]) => gridFor(facts(Math.min(...rows), Math.max(...rows)), rowsSummed),
    right: () => gridFor(facts(0, 100), rowsSummed),
    convicts: (grid: (rows: readonly number[]) => ReturnType<typeof gridFor>) =>
      JSON.stringify(grid([10, 20])) !== JSON.stringify(grid([10, 20, 90])),
  }),
  ledgerMutant(
    "a budget of floats drifts",
    floatLedger((price, spent) => spent < 1 && price > 0),
    Array.from({ length: 30 }, () => 0.1),
    10,
  ),
  ledgerMutant(
    "a negative price gives budget back",
    floatLedger((price, spent) => spent + price <= 1),
    ["-5", ...Array.from({ length: 10 }, () => "0.5")],
    2,
  ),
  ledgerMutant(
    "NaN is a price that no comparison refuses",
    floatLedger((price, spent) => !(spent + price > 1)),
    ["NaN", ...Array.from({ length: 10 }, () => 1)],
    1,
  ),
  ledgerMutant(
    "a denormal price is free",
    floatLedger((price, spent) => price > 0 && spent + price <= 1),
    Array.from({ length: 5_000 }, () => 5e-324),
    0,
  ),
  ledgerMutant(
    "a price is rounded to hundredths before it is charged",
    floatLedger(
      (_, spent) => spent < 1,
      (offer) => Math.round(Number(offer) * 100) / 100,
    ),
    Array.from({ length: 300 }, () => 0.004),
    250,
  ),
];

function sumOf(rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (Number.isNaN(row) ? 0 : row), 0);
}

function facts(lo: number, hi: number): Parameters<typeof gridFor>[0] {
  const bounds = { lo: Float64Array.of(lo), hi: Float64Array.of(hi) };
  return { kind: "rows", shape: [], ...bounds, oneHot: false, integral: false };
}
