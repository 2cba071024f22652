// Attacks from the literature. Each is first seen to work on a twin that is built the way the attacked libraries were,
// and then to fail on ours; an attack that works on nothing would prove nothing.

import { Secret } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rational } from "../budget/rational.ts";
import { laplaceMeasurement } from "../mechanisms/measurement.ts";
import { quantise } from "../planner/contribution.ts";
import { lazyDiscreteLaplace } from "../samplers/lazy-samplers.ts";
import { enumerateOutcomes } from "../testing/enumerated-outcomes.ts";
import { randomStream } from "../testing/random-stream.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { seenLeak } from "./epsilon-tester.ts";
import { rightGuessesAtMost, truePositiveRateAtMost } from "./membership-odds.ts";

/** A uniform double of 53 digits in (0, 1), as the attacked libraries drew it. */
const uniformDouble = (random: { whole(least: number, most: number): number }) =>
  (random.whole(0, 2 ** 26 - 1) * 2 ** 27 + random.whole(0, 2 ** 27 - 1)) / 2 ** 53 + 2 ** -53;

/** -ln(u) for a uniform double, with a random sign: Laplace noise as textbooks and many libraries write it. */
const floatNoise = (uniform: number, isNegative: boolean) => (isNegative ? -1 : 1) * -Math.log(uniform);

/** Mironov's test: is there a uniform double from which this answer could have come? */
function couldHaveComeFrom(sum: number, answer: number): boolean {
  for (const isNegative of [false, true]) {
    const guess = Math.exp((isNegative ? 1 : -1) * (answer - sum));
    if (!(guess > 0 && guess <= 1 + 2 ** -40)) continue;
    const middle = Math.round(guess * 2 ** 53);
    for (let step = -3; step <= 3; step++) {
      const uniform = (middle + step) / 2 ** 53;
      if (uniform > 0 && uniform <= 1 && sum + floatNoise(uniform, isNegative) === answer) return true;
    }
  }
  return false;
}

test("the least significant bits of a float Laplace answer give its sum away (Mironov 2012)", () => {
  const random = randomStream(1);
  const { epsilonAtLeast } = seenLeak({
    run: (sum) => {
      const answer = sum + floatNoise(uniformDouble(random), random.chance(0.5));
      return `${couldHaveComeFrom(0, answer)} ${couldHaveComeFrom(1, answer)}`;
    },
    left: 0,
    right: 1,
    runs: 8_000,
    delta: 0,
    errorRate: 1e-6,
  });
  // Claimed: 1. The answer alone rules the other sum out for many draws.
  expect(epsilonAtLeast).toBeGreaterThan(3);
});

test("every integer that one sum can give, its neighbour can give: there are no holes to look for", () => {
  const measurement = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: rational(1n), dimension: 1 });
  const noise = enumerateOutcomes((words) => lazyDiscreteLaplace(words, rational(1n)), {
    bits: 1,
    depth: 16,
  });
  const drawn = [...noise.mass.keys()].sort((a, b) => Number(a - b));
  expect(drawn.length).toBeGreaterThan(4);
  for (const [at, x] of drawn.entries()) expect(x).toBe(drawn[0]! + BigInt(at));
  const entropy = seededEntropy(1);
  const { epsilonAtLeast } = seenLeak({
    run: (sum) => {
      const answer = Number(measurement.release(Secret.of(BigInt64Array.of(BigInt(sum))), entropy).value[0]);
      return `${Number.isInteger(answer)} ${Number.isInteger(answer - 1)}`;
    },
    left: 0,
    right: 1,
    runs: 8_000,
    delta: 0,
    errorRate: 1e-6,
  });
  expect(epsilonAtLeast).toBe(0);
});

/** How many binary digits after the point a double uses. */
function digitsAfterPoint(value: number): number {
  let digits = 0;
  for (let scaled = value; !Number.isInteger(scaled); scaled *= 2) digits++;
  return digits;
}

test("adding even perfect noise to a float answer tells the answer's size by the digits that are left (Haney and others 2022)", () => {
  const random = randomStream(2);
  const answerOf = (sum: number) => {
    // Noise rounded once from more digits than a double has, so that no hole of the sampler is used.
    const noise = floatNoise(uniformDouble(random) * (1 - random.unit() * 2 ** -54), random.chance(0.5));
    return sum + noise;
  };
  const tell = (answer: number) => (Math.abs(answer) < 0.25 ? digitsAfterPoint(answer) > 53 : "large");
  const { epsilonAtLeast } = seenLeak({
    run: (sum) => String(tell(answerOf(sum))),
    left: 0,
    right: 1,
    runs: 8_000,
    delta: 0,
    errorRate: 1e-6,
  });
  expect(epsilonAtLeast).toBeGreaterThan(3);
});

test("an answer of ours uses the digits of its grid, whatever the sum was", () => {
  const measurement = laplaceMeasurement({ l1Sensitivity: 1n << 20n, epsilon: rational(1n), dimension: 1 });
  for (const sum of [0n, 1n, 1n << 20n, 123_456_789n]) {
    for (let seed = 0; seed < 500; seed++) {
      const [noised] = measurement.release(Secret.of(BigInt64Array.of(sum)), seededEntropy(seed)).value;
      expect(digitsAfterPoint(Number(noised) * 2 ** -20)).toBeLessThanOrEqual(20);
    }
  }
});

/** Doubles summed one by one, as a loop or a database does, here in single precision to be quick. */
const floatSum = (rows: Iterable<number>) => {
  let sum = 0;
  for (const row of rows) sum = Math.fround(sum + row);
  return sum;
};
const exactSum = (rows: Iterable<number>) => {
  let sum = 0n;
  for (const row of rows) sum += BigInt(quantise(row, -10, 0, 2 ** 10));
  return sum;
};
function* repeated(value: number, times: number): Generator<number> {
  for (let time = 0; time < times; time++) yield value;
}
function* together(...parts: readonly Iterable<number>[]): Generator<number> {
  for (const part of parts) yield* part;
}

test("the order of rows moves a float sum by a million times what one person may, and an exact sum not at all (Casacuberta and others 2022)", () => {
  // Everybody's value lies in [0, 1], so one person may move the sum by 1. From 2^23 on single floats go in steps of
  // one, and a half that is added last is lost.
  const many = 2 ** 23;
  const halvesFirst = floatSum(together(repeated(0.5, many), repeated(1, many)));
  const halvesLast = floatSum(together(repeated(1, many), repeated(0.5, many)));
  expect(halvesFirst - halvesLast).toBe(2 ** 22);
  const rows = [...together(repeated(1, 2_000), repeated(0.5, 500), [1e-3, 0.7])];
  expect(exactSum(rows)).toBe(exactSum(rows.toReversed()));
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (some) => {
      expect(exactSum(some)).toBe(exactSum(some.toReversed()));
    }),
  );
});

test("rounding moves a float sum by more than one person may, and an exact sum never (the same paper)", () => {
  // Values in [0, 1.25]. From 2^24 on single floats go in steps of two, so each 1.25 counts as 2, and one step earlier as 1.
  const last = () => repeated(1.25, 10);
  const withPerson = floatSum(together(repeated(1, 2 ** 24), last()));
  const without = floatSum(together(repeated(1, 2 ** 24 - 1), last()));
  expect(withPerson - without).toBe(2);
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (rows) => {
      expect(exactSum(rows) - exactSum(rows.slice(1)) <= 2n ** 10n).toBe(true);
      expect(exactSum(rows) >= exactSum(rows.slice(1))).toBe(true);
    }),
  );
});

test("a sum that wraps around moves by twice the range when one person joins, and an exact sum by the person (the same paper)", () => {
  const wrapping = (rows: readonly number[]) => rows.reduce((sum, row) => (sum + row) | 0, 0);
  const top = 2 ** 31 - 1;
  expect(wrapping([top]) - wrapping([top, 1])).toBe(2 ** 32 - 1);
  const measurement = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: rational(1n), dimension: 1 });
  const ends = [2n ** 63n - 1n, 2n ** 63n - 2n].map(
    (sum) => measurement.release(Secret.of(BigInt64Array.of(sum)), seededEntropy(3)).value[0]!,
  );
  expect(ends[0]! - ends[1]!).toBe(1n);
});

/** How often somebody who guesses by `guess` is right, when the person is there in half of the worlds. */
function rightGuesses(worlds: number, ask: (isThere: boolean) => boolean): number {
  const random = randomStream(5);
  let right = 0;
  for (let world = 0; world < worlds; world++) {
    const isThere = random.chance(0.5);
    if (ask(isThere) === isThere) right += 1;
  }
  return right / worlds;
}

test("asking for all and for all but one finds the one out exactly without noise, and with noise no better than the price allows", () => {
  const others = 400;
  // Two questions of epsilon 1/4 each: the person counts in the first alone.
  const exact = rightGuesses(2_000, (isThere) => others + (isThere ? 1 : 0) - others === 1);
  expect(exact).toBe(1);
  const measurement = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: rational(1n, 4n), dimension: 1 });
  const entropy = seededEntropy(9);
  const ask = (sum: number) =>
    Number(measurement.release(Secret.of(BigInt64Array.of(BigInt(sum))), entropy).value[0]);
  const guessed = rightGuesses(20_000, (isThere) => ask(others + (isThere ? 1 : 0)) - ask(others) > 0.5);
  // Six standard deviations of a share of 20000 coins.
  expect(guessed).toBeLessThanOrEqual(
    rightGuessesAtMost({ epsilon: 0.5, delta: 0 }) + 6 * Math.sqrt(0.25 / 20_000),
  );
  expect(guessed).toBeGreaterThan(0.5);
});

test("a hundred questions that differ in one person lose no more than their prices together", () => {
  const each = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: rational(1n, 100n), dimension: 1 });
  const entropy = seededEntropy(4);
  const { epsilonAtLeast } = seenLeak({
    run: (present) => {
      let total = 0n;
      for (let question = 0; question < 100; question++)
        total += each.release(Secret.of(BigInt64Array.of(BigInt(present))), entropy).value[0]!;
      return String(total / 300n);
    },
    left: 0,
    right: 1,
    runs: 4_000,
    delta: 0,
    errorRate: 1e-6,
  });
  expect(epsilonAtLeast).toBeLessThanOrEqual(1);
});

test("an attacker with a threshold of their choice never passes the true-positive rate that the page states", () => {
  const measurement = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: rational(1n), dimension: 1 });
  const entropy = seededEntropy(6);
  const runs = 20_000;
  const answers = (sum: bigint) =>
    Array.from(
      { length: runs },
      () => measurement.release(Secret.of(BigInt64Array.of(sum)), entropy).value[0]!,
    );
  const [absent, present] = [answers(10n), answers(11n)];
  for (let threshold = 5n; threshold < 16n; threshold++) {
    const share = (of: readonly bigint[]) => of.filter((answer) => answer >= threshold).length / runs;
    const bound = truePositiveRateAtMost({ epsilon: 1, delta: 0 }, share(absent));
    expect(share(present)).toBeLessThanOrEqual(bound + 8 * Math.sqrt(0.25 / runs));
  }
});
