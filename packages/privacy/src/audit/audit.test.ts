import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../testing/random-stream.ts";
import { probabilityAtLeast, probabilityAtMost, regularizedBeta } from "./clopper-pearson.ts";
import { seenDelta, seenLeak } from "./epsilon-tester.ts";
import { beliefAtMost, rightGuessesAtMost, truePositiveRateAtMost } from "./membership-odds.ts";

/** P(at least k of n coins of probability p), term by term. */
function tailOf(k: number, n: number, p: number): number {
  let [sum, ways] = [0, 1];
  for (let i = 0; i <= n; i++) {
    if (i >= k) sum += ways * p ** i * (1 - p) ** (n - i);
    ways = (ways * (n - i)) / (i + 1);
  }
  return sum;
}

test("the incomplete beta function is the tail of the binomial", () => {
  const whole = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(whole, whole, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (k, more, p) => {
      const n = k + more - 1;
      expect(regularizedBeta(k, n - k + 1, p)).toBeCloseTo(tailOf(k, n, p), 11);
    }),
  );
});

test("the interval is the textbook's", () => {
  // R: binom.test(7, 20)$conf.int = 0.1539092 0.5921885; binom.test(0, 10)$conf.int = 0 0.3084971.
  expect(probabilityAtLeast(7, 20, 0.025)).toBeCloseTo(0.1539092, 6);
  expect(probabilityAtMost(7, 20, 0.025)).toBeCloseTo(0.5921885, 6);
  expect([probabilityAtLeast(0, 10, 0.025), probabilityAtMost(10, 10, 0.025)]).toEqual([0, 1]);
  expect(probabilityAtMost(0, 10, 0.025)).toBeCloseTo(1 - 0.025 ** 0.1, 12);
  expect(probabilityAtLeast(10, 10, 0.025)).toBeCloseTo(0.025 ** 0.1, 12);
});

test("the interval misses the truth no more often than it says, whatever the truth", () => {
  for (const p of [0.01, 0.1, 0.5, 0.93]) {
    for (const n of [5, 50]) {
      let [missedBelow, missedAbove] = [0, 0];
      for (let k = 0; k <= n; k++) {
        const mass = tailOf(k, n, p) - tailOf(k + 1, n, p);
        if (probabilityAtLeast(k, n, 0.05) > p) missedBelow += mass;
        if (probabilityAtMost(k, n, 0.05) < p) missedAbove += mass;
      }
      expect(missedBelow).toBeLessThanOrEqual(0.05 + 1e-9);
      expect(missedAbove).toBeLessThanOrEqual(0.05 + 1e-9);
    }
  }
});

test("counts that cannot be and error rates that mean nothing are refused", () => {
  for (const [hits, trials, rate] of [
    [3, 2, 0.1],
    [-1, 2, 0.1],
    [0, 0, 0.1],
    [1, 2, 0],
    [1, 2, 1],
    [0.5, 2, 0.1],
  ] as const)
    expect(() => probabilityAtLeast(hits, trials, rate)).toThrow();
  expect(() => seenLeak({ ...coin(1, 1), runs: 1 })).toThrow("two runs");
});

/** Tells its input with odds e^epsilon. */
function coin(epsilon: number, seed: number) {
  const random = randomStream(seed);
  const truthful = Math.exp(epsilon) / (1 + Math.exp(epsilon));
  return {
    run: (input: number) => String(random.chance(truthful) ? input : 1 - input),
    left: 0,
    right: 1,
    runs: 40_000,
    delta: 0,
    errorRate: 1e-6,
  };
}

test("a coin of epsilon 1 is seen to leak nearly 1 and never more", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { epsilonAtLeast } = seenLeak(coin(1, seed));
    expect(epsilonAtLeast).toBeLessThanOrEqual(1);
    expect(epsilonAtLeast).toBeGreaterThan(0.85);
  }
});

test("at a generous error rate the bound is above the truth no more often than stated", () => {
  let above = 0;
  for (let seed = 0; seed < 200; seed++)
    if (seenLeak({ ...coin(0.5, seed), runs: 400, errorRate: 0.1 }).epsilonAtLeast > 0.5) above += 1;
  // 20 expected at most; 45 or more would happen by chance once in 10^7.
  expect(above).toBeLessThan(45);
});

test("what says nothing of its input is seen to leak nothing, and what says all leaks without end", () => {
  const random = randomStream(3);
  const mute = seenLeak({ ...coin(1, 1), run: () => String(random.whole(0, 5)) });
  expect(mute.epsilonAtLeast).toBe(0);
  const loud = seenLeak({ ...coin(1, 1), run: (input: number) => String(input) });
  expect(loud.epsilonAtLeast).toBeGreaterThan(6);
  expect(loud.event).toEqual([loud.speaksFor === "left" ? "0" : "1"]);
});

test("what tells all with probability delta is within its delta, and needs it", () => {
  const random = randomStream(5);
  const plan = {
    ...coin(1, 1),
    run: (input: number) => (random.chance(0.05) ? String(input) : "nothing"),
  };
  expect(seenLeak({ ...plan, delta: 0.05 }).epsilonAtLeast).toBe(0);
  expect(seenLeak(plan).epsilonAtLeast).toBeGreaterThan(3);
  const needed = seenDelta(plan, 0.5);
  expect(needed).toBeGreaterThan(0.04);
  expect(needed).toBeLessThanOrEqual(0.05);
});

test("the same runs give the same finding", () => {
  expect(seenLeak(coin(1, 7))).toEqual(seenLeak(coin(1, 7)));
});

test("no test beats the bound, and the best test of a coin of epsilon reaches it", () => {
  const coinRate = (epsilon: number) => 1 / (1 + Math.exp(epsilon));
  for (const epsilon of [0.1, 1, 3]) {
    const promise = { epsilon, delta: 0 };
    // Believing the coin is wrong about absent people at this rate and right about present ones otherwise.
    expect(truePositiveRateAtMost(promise, coinRate(epsilon))).toBeCloseTo(1 - coinRate(epsilon), 12);
    expect(rightGuessesAtMost(promise)).toBeCloseTo(1 - coinRate(epsilon), 12);
    expect(beliefAtMost(epsilon, 0.5)).toBeCloseTo(1 - coinRate(epsilon), 12);
  }
  expect(truePositiveRateAtMost({ epsilon: 0, delta: 0 }, 0.3)).toBeCloseTo(0.3, 12);
  expect(truePositiveRateAtMost({ epsilon: 1000, delta: 0 }, 0.01)).toBe(1);
  expect(truePositiveRateAtMost({ epsilon: 1, delta: 1e-5 }, 0)).toBeCloseTo(1e-5, 12);
  expect(beliefAtMost(1000, 0.01)).toBe(1);
});

test("the bound grows with epsilon, with delta and with the mistakes that are allowed", () => {
  const rate = fc.double({ min: 0, max: 1, noNaN: true });
  const epsilon = fc.double({ min: 0, max: 20, noNaN: true });
  fc.assert(
    fc.property(epsilon, epsilon, rate, rate, rate, (a, b, delta, alpha, beta) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const bound = truePositiveRateAtMost({ epsilon: low, delta }, Math.min(alpha, beta));
      expect(bound).toBeGreaterThanOrEqual(Math.min(alpha, beta) - 1e-12);
      expect(bound).toBeLessThanOrEqual(
        truePositiveRateAtMost({ epsilon: high, delta }, Math.max(alpha, beta)) + 1e-12,
      );
    }),
  );
});
