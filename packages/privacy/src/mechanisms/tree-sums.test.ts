import { Secret } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rational, rationalToNumber } from "../budget/rational.ts";
import { laplaceProbability } from "../testing/reference-noise.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { lossOf } from "./mechanism-event.ts";
import { consistentLeaves, quantileBin, rangeSum, runningSums } from "./read-tree.ts";
import { afterRelease } from "./released.ts";
import { runningSum } from "./running-sum.ts";
import { sensitivityFromMostEach } from "./sensitivity-of-vectors.ts";
import { laplaceSumHalfWidthAtLeast } from "./tail-of-sums.ts";
import { treeSums } from "./tree-sums.ts";
import { truncatedGeometric } from "./truncated-geometric.ts";

const pure = (epsilon: bigint) => ({ kind: "pure", epsilon: rational(epsilon) }) as const;
/** So high a price that no noise is left, to see the arithmetic. */
const nearlyExact = pure(10_000n);

test("ages in ten bins: one release gives every range and the median", () => {
  const ages = BigInt64Array.of(0n, 5n, 20n, 60n, 90n, 80n, 50n, 20n, 5n, 1n);
  const tree = treeSums({ leaves: 10, branching: 4, leafL1: 1n, price: pure(1n) });
  const released = tree.release(Secret.of(ages), seededEntropy(1));
  expect(tree.levels).toBe(3);
  expect(lossOf(tree.event)).toEqual({ kind: "pure", epsilon: rational(1n) });
  const forties = afterRelease(released, (noised) => rangeSum(noised, 3, 6)).value;
  expect(Math.abs(Number(forties) - 230)).toBeLessThanOrEqual(Number(tree.rangeHalfWidthAtLeast(0.99)));
  expect(afterRelease(released, (noised) => quantileBin(noised, 0.5)).value).toBe(4);
});

test("without noise every range, running sum and quantile is exact, for any tree", () => {
  const leaves = fc.array(fc.bigInt({ min: 0n, max: 1000n }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(leaves, fc.integer({ min: 2, max: 5 }), fc.nat(), fc.nat(), (counts, branching, a, b) => {
      const tree = treeSums({ leaves: counts.length, branching, leafL1: 1n, price: nearlyExact });
      const { value } = tree.release(Secret.of(BigInt64Array.from(counts)), seededEntropy(1));
      const [from, to] = [a % (counts.length + 1), b % (counts.length + 1)].sort((x, y) => x - y) as [
        number,
        number,
      ];
      const sum = (some: bigint[]) => some.reduce((total, count) => total + count, 0n);
      expect(rangeSum(value, from, to)).toBe(sum(counts.slice(from, to)));
      expect(runningSums(value).at(-1)).toBe(sum(counts));
      for (const [at, leaf] of consistentLeaves(value).entries())
        expect(leaf).toBeCloseTo(Number(counts[at]), 6);
    }),
  );
});

test("one person moves the whole tree by no more than was paid for, whichever leaf they are in", () => {
  for (const [leaves, branching] of [
    [1, 2],
    [7, 2],
    [16, 2],
    [17, 4],
    [20, 16],
  ] as const) {
    const tree = treeSums({ leaves, branching, leafL1: 1n, price: nearlyExact });
    const nodes = (counts: bigint[]) =>
      tree.release(Secret.of(BigInt64Array.from(counts)), seededEntropy(3)).value.levels.flat();
    const none = Array.from({ length: leaves }, () => 0n);
    for (let leaf = 0; leaf < leaves; leaf++) {
      const [before, after] = [nodes(none), nodes(none.with(leaf, 1n))];
      const moved = before.reduce(
        (sum, node, at) => sum + (node < after[at]! ? after[at]! - node : node - after[at]!),
        0n,
      );
      expect(moved).toBe(BigInt(tree.levels));
    }
  }
});

test("children add up to their parents after least squares, and ranges come nearer to the truth", () => {
  const exact = BigInt64Array.from({ length: 16 }, (_, at) => BigInt(at * 10));
  const tree = treeSums({ leaves: 16, branching: 2, leafL1: 1n, price: pure(1n) });
  let [raw, fitted] = [0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const { value } = tree.release(Secret.of(exact), seededEntropy(seed));
    const leaves = consistentLeaves(value);
    const truth = 10 * (3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12);
    raw += (Number(rangeSum(value, 3, 13)) - truth) ** 2;
    fitted += (leaves.slice(3, 13).reduce((sum, leaf) => sum + leaf) - truth) ** 2;
  }
  expect(fitted).toBeLessThan(raw);
});

test("least squares gives the solution of the normal equations on a small tree", () => {
  // Root 10, leaves 3 and 4: the leaves share the missing 3 as 1 each; (Hay and others 2010).
  const leaves = consistentLeaves({ branching: 2, leaves: 2, levels: [[3n, 4n], [10n]] });
  expect([...leaves]).toEqual([4, 5]);
});

test("a range is off by more than stated no more often than stated", () => {
  const tree = treeSums({ leaves: 32, branching: 2, leafL1: 1n, price: pure(1n) });
  const concentrated = treeSums({
    leaves: 32,
    branching: 2,
    leafL1: 1n,
    price: { kind: "concentrated", rho: rational(1n, 2n) },
  });
  for (const one of [tree, concentrated]) {
    const allowed = one.rangeHalfWidthAtLeast(0.9);
    let beyond = 0;
    for (let seed = 0; seed < 500; seed++) {
      const { value } = one.release(Secret.of(new BigInt64Array(32)), seededEntropy(seed));
      const off = rangeSum(value, 1, 31);
      if (off > allowed || -off > allowed) beyond += 1;
    }
    expect(beyond).toBeLessThan(90);
  }
});

test("the error bar of a sum of draws holds by the definition, for one draw, two and many", () => {
  for (const scale of [1, 4]) {
    for (const draws of [1, 2, 6]) {
      const allowed = Number(laplaceSumHalfWidthAtLeast(rational(BigInt(scale)), draws, 0.95));
      const one = Array.from({ length: 321 }, (_, at) => laplaceProbability(scale, at - 160));
      let law = new Map([[0, 1]]);
      for (let draw = 0; draw < draws; draw++) {
        const next = new Map<number, number>();
        for (const [sum, p] of law) {
          for (const [at, q] of one.entries())
            if (p * q > 1e-14) next.set(sum + at - 160, (next.get(sum + at - 160) ?? 0) + p * q);
        }
        law = next;
      }
      const held = [...law].reduce((sum, [x, p]) => sum + (Math.abs(x) <= allowed ? p : 0), 0);
      expect(held).toBeGreaterThanOrEqual(0.95);
      expect(allowed).toBeLessThan(12 * scale * Math.sqrt(draws));
    }
  }
});

test("a running sum is told after every step, and each step's noise is drawn once", () => {
  const steps = Array.from({ length: 21 }, (_, at) => BigInt(at));
  const quiet = runningSum({ steps: 21, sensitivity: 1n, epsilon: rational(10_000n) });
  const told = quiet.begin(seededEntropy(1));
  let exact = 0n;
  for (const step of steps) {
    exact += step;
    expect(told.add(Secret.of(step)).value).toBe(exact);
  }
  expect(() => told.add(Secret.of(1n))).toThrow("priced for");
  expect(() => quiet.begin(seededEntropy(2))).toThrow("taken twice");
  expect(lossOf(quiet.event)).toEqual({ kind: "pure", epsilon: rational(10_000n) });
});

test("one person moves what a running sum tells by one new block a level at most", () => {
  // Same entropy, one step larger by one: the told sums differ by exactly one from that step on, and the noise of
  // each block was drawn once, so no difference of two told sums is freed of its noise.
  const run = (extra: number) => {
    const told = runningSum({ steps: 16, sensitivity: 1n, epsilon: rational(1n) }).begin(seededEntropy(7));
    return Array.from({ length: 16 }, (_, at) => told.add(Secret.of(at === extra ? 1n : 0n)).value);
  };
  const base = run(-1);
  for (let at = 0; at < 16; at++)
    expect(run(at)).toEqual(base.map((value, step) => (step >= at ? value + 1n : value)));
});

test("a running sum is off by more than stated no more often than stated", () => {
  const fresh = () => runningSum({ steps: 15, sensitivity: 1n, epsilon: rational(1n) });
  const allowed = fresh().halfWidthAtLeast(0.9);
  let beyond = 0;
  for (let seed = 0; seed < 500; seed++) {
    const told = fresh().begin(seededEntropy(seed));
    let last = 0n;
    for (let step = 0; step < 15; step++) last = told.add(Secret.of(0n)).value;
    if (last > allowed || -last > allowed) beyond += 1;
  }
  expect(beyond).toBeLessThan(90);
});

test("a truncated count stays in its range, costs the same, and has the textbook's ends", () => {
  const bounded = truncatedGeometric({
    least: 0n,
    greatest: 3n,
    l1Sensitivity: 1n,
    epsilon: rational(1n),
    dimension: 1,
  });
  const counts = [0, 0, 0, 0];
  for (let seed = 0; seed < 20_000; seed++)
    counts[Number(bounded.release(Secret.of(BigInt64Array.of(1n)), seededEntropy(seed)).value[0])]! += 1;
  const q = Math.exp(-1);
  // Ghosh, Roughgarden, Sundararajan 2009: the ends hold the whole tails.
  const law = [q / (1 + q), (1 - q) / (1 + q), ((1 - q) / (1 + q)) * q, q ** 2 / (1 + q)];
  for (const [at, p] of law.entries())
    expect(Math.abs(counts[at]! / 20_000 - p)).toBeLessThan(6 * Math.sqrt((p * (1 - p)) / 20_000));
  expect(lossOf(bounded.event)).toEqual({ kind: "pure", epsilon: rational(1n) });
  // By the law itself, in fractions of q: neighbouring counts change no output by more than 1/q.
  const lawAt = (x: number) =>
    [0, 1, 2, 3].map((y) =>
      y === 0
        ? q ** x / (1 + q)
        : y === 3
          ? q ** (3 - x) / (1 + q)
          : ((1 - q) / (1 + q)) * q ** Math.abs(y - x),
    );
  for (let x = 0; x < 3; x++)
    for (let y = 0; y < 4; y++)
      expect(Math.abs(Math.log(lawAt(x)[y]! / lawAt(x + 1)[y]!))).toBeLessThanOrEqual(1 + 1e-12);
});

test("a bound on each element is paid for in every element that one person can move", () => {
  expect(sensitivityFromMostEach({ mostEach: 5n, dimension: 4 })).toEqual({ l1: 20n, l2Squared: 100n });
  expect(sensitivityFromMostEach({ mostEach: 5n, dimension: 4, elementsMoved: 2 })).toEqual({
    l1: 10n,
    l2Squared: 50n,
  });
  expect(sensitivityFromMostEach({ mostEach: 5n, dimension: 2, elementsMoved: 9 })).toEqual({
    l1: 10n,
    l2Squared: 50n,
  });
  const whole = fc.bigInt({ min: 0n, max: 100n });
  fc.assert(
    fc.property(fc.array(whole, { minLength: 1, maxLength: 6 }), (moves) => {
      const mostEach = moves.reduce((most, move) => (move > most ? move : most), 0n);
      const elementsMoved = moves.filter((move) => move > 0n).length;
      const { l1, l2Squared } = sensitivityFromMostEach({ mostEach, dimension: moves.length, elementsMoved });
      expect(moves.reduce((sum, move) => sum + move, 0n) <= l1).toBe(true);
      expect(moves.reduce((sum, move) => sum + move * move, 0n) <= l2Squared).toBe(true);
    }),
  );
});

test("unsound trees are never released", () => {
  const of = { leaves: 4, branching: 2, leafL1: 1n, price: pure(1n) };
  expect(() => treeSums({ ...of, leaves: 0 })).toThrow("one leaf");
  expect(() => treeSums({ ...of, branching: 1 })).toThrow("two children");
  expect(() => treeSums({ ...of, leaves: 2 ** 23 })).toThrow("four million");
  expect(() => treeSums(of).release(Secret.of(new BigInt64Array(3)), seededEntropy(1))).toThrow(
    "as many leaves",
  );
  expect(() => treeSums(of).rangeHalfWidthAtLeast(1)).toThrow("strictly between");
  expect(() => runningSum({ steps: 0, sensitivity: 1n, epsilon: rational(1n) })).toThrow("steps");
  expect(() => runningSum({ steps: 1, sensitivity: 0n, epsilon: rational(1n) })).toThrow("public");
  expect(() =>
    truncatedGeometric({ least: 1n, greatest: 0n, l1Sensitivity: 1n, epsilon: rational(1n), dimension: 1 }),
  ).toThrow("begins before");
  expect(rationalToNumber(rational(1n, 2n))).toBe(0.5);
});
