import { Secret } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromDoubleRoundedDown, type Rational, rational } from "../budget/rational.ts";
import { enumerateOutcomes, impossibleOutcomes } from "../testing/enumerated-outcomes.ts";
import { meanFits } from "../testing/goodness-of-fit.ts";
import { readFixture } from "../testing/reference-noise.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { costOf } from "./choice-event.ts";
import { expAtMost } from "./exp-at-most.ts";
import { keepProbabilities, keepUnits } from "./keep-probabilities.ts";
import { drawKept, partitionSelection } from "./partition-selection.ts";
import { gaussianThresholdAtLeast, laplaceThresholdAtLeast } from "./threshold-selection.ts";

const google = readFixture("google-known-answers.json") as {
  readonly partition_selection_truncated_geometric_keep_probability: readonly {
    readonly l0: number;
    readonly epsilon: number;
    readonly delta: number;
    readonly p: Readonly<Record<string, number>>;
  }[];
  readonly gaussian_threshold: readonly {
    readonly l0: number;
    readonly linf: number;
    readonly threshold_delta: number;
    readonly threshold: number;
  }[];
  readonly "laplace_threshold_tol_0.01": readonly {
    readonly l0: number;
    readonly linf: number;
    readonly epsilon: number;
    readonly delta: number;
    readonly threshold: number;
  }[];
};
/** 1e-200 and the like, as the decimal that was meant. */
const decimal = (value: number): Rational => fromDoubleRoundedDown(value);
const million = 10n ** 6n;

test("a ward with one patient is almost never shown, and one with many almost always", () => {
  const selection = partitionSelection({
    epsilon: rational(1n),
    delta: rational(1n, million),
    mostGroups: 1,
    neighbours: "add-or-remove",
  });
  const wards = Secret.of(
    new Map([
      ["intensive", 400n],
      ["burns", 1n],
      ["emergency", 90n],
    ]),
  );
  expect(selection.select(wards, seededEntropy(1)).value).toEqual(["emergency", "intensive"]);
  expect(selection.keepProbability(1n)).toBeCloseTo(1e-6, 15);
  expect(selection.event).toEqual({
    mechanism: "partition-selection",
    epsilon: "1/1",
    delta: "1/1000000",
    mostGroupsMoved: 1,
  });
  expect(costOf(selection.event)).toEqual(selection.cost);
});

test("groups are shown as often as Google's library shows them", () => {
  let compared = 0;
  for (const row of google.partition_selection_truncated_geometric_keep_probability) {
    // The last row asks at the largest double for epsilon; here e^epsilon is held to e^4096, which gives the same.
    const selection = partitionSelection({
      epsilon: decimal(row.epsilon),
      delta: decimal(row.delta),
      mostGroups: row.l0,
      neighbours: "add-or-remove",
    });
    for (const [people, p] of Object.entries(row.p)) {
      const ours = selection.keepProbability(BigInt(people));
      if (p === 0) expect(ours).toBe(0);
      else expect(Math.abs(ours / p - 1)).toBeLessThan(1e-6);
      compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(35);
});

test("one person more or less changes no group's chance by more than epsilon and delta, asked in exact fractions", () => {
  const positive = fc.integer({ min: 1, max: 3_000 });
  fc.assert(
    fc.property(positive, fc.integer({ min: 3, max: 10 ** 9 }), (thousandths, oneIn) => {
      const [epsilon, delta] = [rational(BigInt(thousandths), 1_000n), rational(1n, BigInt(oneIn))];
      const table = keepProbabilities(epsilon, delta);
      const base = expAtMost(epsilon);
      const one = 1n << table.bits;
      // p <= e^eps p' + delta, times 2^bits and both denominators, both ways round and for "shown" and "not shown".
      const within = (p: bigint, q: bigint) =>
        p * base.den * delta.den <= q * base.num * delta.den + delta.num * base.den * one;
      for (let people = 0n; people < BigInt(table.units.length) + 2n; people++) {
        const [here, next] = [keepUnits(table, people), keepUnits(table, people + 1n)];
        expect(here <= next && within(here, next) && within(next, here)).toBe(true);
        expect(within(one - here, one - next) && within(one - next, one - here)).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
});

test("no other rule may show more: a unit more anywhere breaks the promise", () => {
  const [epsilon, delta] = [rational(1n), rational(1n, 1_000n)];
  const table = keepProbabilities(epsilon, delta);
  const units = table.units.map(Number).map((unit) => unit / 2 ** Number(table.bits));
  for (let n = 1; n < units.length; n++) {
    const [before, here] = [units[n - 1]!, units[n]! * (1 + 1e-9)];
    const most = Math.min(Math.E * before + 1e-3, 1 - (1 - before - 1e-3) / Math.E, 1);
    expect(here).toBeGreaterThan(most);
  }
});

test("the coin falls exactly as often as the table says, on every stream of random bits", () => {
  const table = keepProbabilities(rational(1n), rational(1n, 10n));
  for (const people of [0n, 1n, 2n, 3n, 4n]) {
    const p = Number(keepUnits(table, people)) / 2 ** Number(table.bits);
    const found = enumerateOutcomes((words) => drawKept(words, table, people), { bits: 1, depth: 14 });
    expect(impossibleOutcomes(found, (kept) => (kept ? p : 1 - p))).toEqual([]);
    expect(found.undecided).toBeLessThanOrEqual(1n);
  }
});

test("a group is shown as often as it says, at a false-alarm rate of 1e-9", () => {
  const selection = partitionSelection({
    epsilon: rational(1n, 2n),
    delta: rational(1n, 100n),
    mostGroups: 1,
    neighbours: "add-or-remove",
  });
  const p = selection.keepProbability(7n);
  let shown = 0;
  for (let seed = 0; seed < 20_000; seed++)
    shown += selection.select(Secret.of(new Map([["a", 7n]])), seededEntropy(seed)).value.length;
  expect(meanFits(shown / 20_000, p, p * (1 - p), 20_000)).toBe(true);
});

test("a person in many groups, or replaced by another, is paid for in every group", () => {
  const chance = (mostGroups: number, neighbours: "add-or-remove" | "replace") =>
    partitionSelection({
      epsilon: rational(1n),
      delta: rational(1n, 100n),
      mostGroups,
      neighbours,
    }).keepProbability(1n);
  expect(chance(4, "add-or-remove")).toBeCloseTo(0.0025, 15);
  expect(chance(1, "replace")).toBeCloseTo(0.005, 15);
});

test("with a minimum declared, smaller groups are never shown, and the chance begins from there", () => {
  const of = {
    epsilon: rational(1n),
    delta: rational(1n, 100n),
    mostGroups: 1,
    neighbours: "add-or-remove",
  } as const;
  const strict = partitionSelection({ ...of, fewestPeople: 5 });
  const plain = partitionSelection(of);
  for (let people = 0n; people < 12n; people++)
    expect(strict.keepProbability(people)).toBe(people < 5n ? 0 : plain.keepProbability(people - 4n));
});

test("the order of the groups in the data does not show in the answer", () => {
  const selection = partitionSelection({
    epsilon: rational(10n),
    delta: rational(1n, 10n),
    mostGroups: 1,
    neighbours: "add-or-remove",
  });
  const keys = ["b", "a", "Z", "ä", "10", "9"];
  const inOrder = (order: string[]) =>
    selection.select(Secret.of(new Map(order.map((key) => [key, 1_000n]))), seededEntropy(1)).value;
  expect(inOrder(keys)).toEqual(inOrder(keys.toReversed()));
});

test("e^x is bounded from below, and closely", () => {
  for (const [num, den] of [
    [0n, 1n],
    [1n, 1n],
    [1n, 1000n],
    [7n, 3n],
    [50n, 1n],
    [300n, 1n],
  ] as const) {
    const { num: n, den: d } = expAtMost(rational(num, den));
    const shift = 1n << 60n;
    expect(Number((n * shift) / d) / 2 ** 60 / Math.exp(Number(num) / Number(den))).toBeCloseTo(1, 11);
  }
  const e = expAtMost(rational(1n));
  // e to 40 digits, cut: 2.7182818284590452353602874713526624977572.
  const cut = 27182818284590452353602874713526624977572n;
  const ours = (e.num * 10n ** 40n) / e.den;
  expect(ours <= cut && cut - ours < 100n).toBe(true);
});

test("thresholds for a noised count are Google's, on a grid so fine that discrete noise is continuous", () => {
  const grid = 2 ** 20;
  for (const row of google["laplace_threshold_tol_0.01"]) {
    const threshold = laplaceThresholdAtLeast({
      mostEach: BigInt(row.linf * grid),
      mostGroups: row.l0,
      delta: decimal(row.delta),
      scale: fromDoubleRoundedDown((row.l0 * row.linf * grid) / row.epsilon),
    });
    expect(Math.abs(Number(threshold) / grid - row.threshold)).toBeLessThan(0.01);
  }
  for (const { linf, l0, threshold_delta: delta, threshold } of google.gaussian_threshold) {
    // The rows were made with sigma 1 and an exact split of delta over groups; ours divides it, which is never less.
    const ours = gaussianThresholdAtLeast({
      mostEach: BigInt(linf * grid),
      mostGroups: l0,
      delta: decimal(delta),
      sigmaSquared: fromDoubleRoundedDown(sigmaOf(linf) ** 2 * grid ** 2),
    });
    expect(Number(ours) / grid - threshold).toBeGreaterThan(-1e-5);
    expect(Number(ours) / grid - threshold).toBeLessThan(l0 === 1 ? 1e-4 : 0.01);
  }
});

test("a group of one reaches a threshold no more often than delta, by the definition", () => {
  for (const [scale, delta] of [
    [3, 1e-3],
    [1, 1e-6],
    [20, 0.05],
  ] as const) {
    const threshold = Number(
      laplaceThresholdAtLeast({
        mostEach: 1n,
        mostGroups: 1,
        delta: decimal(delta),
        scale: rational(BigInt(scale)),
      }),
    );
    const q = Math.exp(-1 / scale);
    expect(q ** (threshold - 1) / (1 + q)).toBeLessThanOrEqual(delta);
    expect(q ** (threshold - 2) / (1 + q)).toBeGreaterThan(delta);
  }
});

test("unsound parameters never show a group", () => {
  const of = {
    epsilon: rational(1n),
    delta: rational(1n, 10n),
    mostGroups: 1,
    neighbours: "replace",
  } as const;
  expect(() => partitionSelection({ ...of, delta: rational(0n) })).toThrow("delta above 0");
  expect(() => partitionSelection({ ...of, epsilon: rational(0n) })).toThrow("positive price");
  expect(() => partitionSelection({ ...of, mostGroups: 0 })).toThrow("at least one group");
  expect(() => partitionSelection({ ...of, fewestPeople: 0 })).toThrow("at least one person");
});

/** Standard deviation in Google's rows: 1 for a bound of 1, and as its rows of 0.5 and 2 were noised. */
function sigmaOf(linf: number): number {
  return linf === 2 ? 2 : 1;
}
