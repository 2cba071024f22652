import { expect, test } from "vitest";
import { shuffledDeltaAtLeast, shuffledEpsilonAtLeast, shuffledEpsilonClosedForm } from "./shuffling.ts";

test("shuffling a hundred thousand reports gives the published bracket and closed form", () => {
  const reports = { people: 100_000, localEpsilon: 4 };
  const numeric = shuffledEpsilonAtLeast(reports, 1e-6);
  expect(numeric).toBeGreaterThan(0.1675385583);
  expect(numeric).toBeLessThan(0.1727905508);
  expect(shuffledEpsilonClosedForm(reports, 1e-6)).toBeCloseTo(0.5378040242, 9);
  expect(shuffledDeltaAtLeast(reports, numeric)).toBeLessThanOrEqual(1e-6);
});

test("in a crowd of three the shuffled delta is that of every outcome enumerated", () => {
  const localEpsilon = 1.2;
  const [own, chance] = [1 / (1 + Math.exp(-localEpsilon)), Math.exp(-localEpsilon)];
  const coins = [(1 - chance) ** 2, 2 * chance * (1 - chance), chance ** 2];
  for (const epsilon of [0, 0.1, 0.5, 1, 1.19]) {
    let truth = 0;
    for (let c = 0; c <= 2; c++) {
      const fair = c === 0 ? [1] : c === 1 ? [0.5, 0.5] : [0.25, 0.5, 0.25];
      for (let a = 0; a <= c + 1; a++) {
        const p = coins[c]! * (own * (fair[a - 1] ?? 0) + (1 - own) * (fair[a] ?? 0));
        const q = coins[c]! * ((1 - own) * (fair[a - 1] ?? 0) + own * (fair[a] ?? 0));
        truth += Math.max(0, p - Math.exp(epsilon) * q);
      }
    }
    const ours = shuffledDeltaAtLeast({ people: 3, localEpsilon }, epsilon);
    expect(ours).toBeGreaterThanOrEqual(truth);
    expect(ours / truth).toBeCloseTo(1, 6);
  }
});
