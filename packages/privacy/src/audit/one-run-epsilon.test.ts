import fc from "fast-check";
import { expect, test } from "vitest";
import { chanceOfGuesses, epsilonShown, type Guessed } from "./one-run-epsilon.ts";

/** The sums of the paper's procedure, term by term. */
function slowChance({ examples, guesses, right }: Guessed, epsilon: number, delta: number): number {
  const q = 1 / (1 + Math.exp(-epsilon));
  let coefficient = 1;
  const exactly = Array.from({ length: guesses + 1 }, (_, count) => {
    if (count > 0) coefficient *= (guesses - count + 1) / count;
    return coefficient * q ** count * (1 - q) ** (guesses - count);
  });
  const beta = exactly.slice(right).reduce((sum, one) => sum + one, 0);
  let [alpha, sum] = [0, 0];
  for (let i = 1; i <= right; i++) {
    sum += exactly[right - i]!;
    alpha = Math.max(alpha, sum / i);
  }
  return Math.min(1, beta + alpha * delta * 2 * examples);
}

const guessed = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.nat(100), fc.nat(40))
  .map(([guesses, more, right]) => ({ guesses, examples: guesses + more, right: Math.min(right, guesses) }));

test("the chance of so many right guesses is the paper's sum, term by term", () => {
  fc.assert(
    fc.property(
      guessed,
      fc.double({ min: 0, max: 8, noNaN: true }),
      fc.constantFrom(0, 1e-6, 1e-3),
      (...all) => {
        expect(chanceOfGuesses(...all)).toBeCloseTo(slowChance(...all), 9);
      },
    ),
  );
});

test("guesses that are all right show what the closed form says", () => {
  const shown = epsilonShown({ examples: 1_000, guesses: 100, right: 100 }, 0, 0.05);
  const coin = 0.05 ** (1 / 100);
  expect(shown).toBeCloseTo(Math.log(coin / (1 - coin)), 6);
  expect(epsilonShown({ examples: 1_000, guesses: 100, right: 50 }, 0, 0.05)).toBe(0);
});

test("more delta shows less, and more right guesses more", () => {
  fc.assert(
    fc.property(guessed, (one) => {
      const shown = epsilonShown(one, 1e-5, 0.05);
      expect(epsilonShown(one, 0, 0.05)).toBeGreaterThanOrEqual(shown - 1e-9);
      if (one.right < one.guesses)
        expect(epsilonShown({ ...one, right: one.right + 1 }, 1e-5, 0.05)).toBeGreaterThanOrEqual(
          shown - 1e-9,
        );
    }),
  );
});

test("randomized response of epsilon 1 is shown to be more than 1 no more often than the error rate", () => {
  const [epsilon, runs, examples] = [1, 2_000, 300];
  const truth = 1 / (1 + Math.exp(-epsilon));
  let state = 12_345;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const wrong = Array.from({ length: runs }, () => {
    let right = 0;
    for (let at = 0; at < examples; at++) if (random() < truth) right += 1;
    return chanceOfGuesses({ examples, guesses: examples, right }, epsilon, 0) < 0.05;
  }).filter(Boolean).length;
  // Five deviations above a twentieth.
  expect(wrong / runs).toBeLessThan(0.05 + 5 * Math.sqrt(0.05 / runs));
  expect(wrong).toBeGreaterThan(0);
});
