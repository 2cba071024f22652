import { expect, test } from "vitest";
import { fromDoubleRoundedDown, rational } from "../budget/rational.ts";
import { enumerateOutcomes, impossibleOutcomes } from "../testing/enumerated-outcomes.ts";
import { meanFits } from "../testing/goodness-of-fit.ts";
import { entropyOfWords, seededEntropy } from "../testing/seeded-entropy.ts";
import { coinOf, PoissonSample } from "./poisson-sample.ts";

test("a coin falls exactly as often as its rate says", () => {
  for (const [num, den] of [
    [0n, 1n],
    [1n, 3n],
    [1n, 2n],
    [5n, 7n],
    [1n, 1n],
  ] as const) {
    const p = Number(num) / Number(den);
    for (const how of [
      { bits: 1, depth: 14 },
      { bits: 3, depth: 15 },
    ]) {
      const found = enumerateOutcomes((words) => coinOf(rational(num, den), words)(), how);
      expect(Number(found.undecided) / Number(found.whole)).toBeLessThan(0.01);
      expect(impossibleOutcomes(found, (isIn) => (isIn ? p : 1 - p))).toEqual([]);
    }
  }
  const wrong = enumerateOutcomes((words) => coinOf(rational(3n, 8n), words)(), { bits: 1, depth: 14 });
  expect(impossibleOutcomes(wrong, (isIn) => (isIn ? 1 / 3 : 2 / 3))).not.toEqual([]);
});

test("each unit is in as often as the rate says, by itself, and no place in the order is anybody's", () => {
  const [rate, count, draws] = [0.3, 6, 20_000];
  const sample = new PoissonSample(rate, count, seededEntropy(5));
  const times = new Array<number>(count).fill(0);
  const first = new Array<number>(count).fill(0);
  let both = 0;
  let size = 0;
  let filled = 0;
  for (let draw = 0; draw < draws; draw++) {
    const units = sample.next();
    for (const unit of units) times[unit]!++;
    if (units.includes(0) && units.includes(1)) both++;
    size += units.length;
    if (units.length === 0) continue;
    filled++;
    first[units[0]!]!++;
  }
  for (const seen of times) expect(meanFits(seen / draws, rate, rate * (1 - rate), draws)).toBe(true);
  expect(meanFits(both / draws, rate ** 2, rate ** 2 * (1 - rate ** 2), draws)).toBe(true);
  expect(meanFits(size / draws, rate * count, rate * (1 - rate) * count, draws)).toBe(true);
  for (const seen of first)
    expect(meanFits(seen / filled, 1 / count, (1 / count) * (1 - 1 / count), filled)).toBe(true);
});

test("a sample's coins fall as coins one by one do, on the edge too", () => {
  const rate = fromDoubleRoundedDown(0.3);
  const edge = Math.floor(0.3 * 2 ** 32);
  const first = Array.from({ length: 3_000 }, (_, at) => [edge - 1, edge, edge + 1, 7, 2 ** 32 - 1][at % 5]!);
  // Further digits of those that stand on the edge: far below what is left of the rate, and far above.
  const further = Array.from({ length: 2_000 }, (_, at) => (at % 3 === 0 ? 0 : 2 ** 32 - 1));
  const all = [...first, ...further];
  const bulk = new PoissonSample(
    0.3,
    first.length,
    entropyOfWords(() => all.shift() ?? 0),
  );
  const digits = [...further];
  const expected = first.flatMap((word, unit) => {
    const own = [word];
    const coin = coinOf(rate, { bits: 32, next: () => own.shift() ?? digits.shift()! });
    return coin() ? [unit] : [];
  });
  expect(bulk.next().toSorted()).toEqual(Int32Array.from(expected));
  const [onEdge, others] = [1, 0].map((place) => expected.filter((unit) => unit % 5 === place).length);
  expect(others).toBe(600);
  expect(onEdge).toBe(200);
});

test("a rate of zero draws nobody and a rate of one everybody", () => {
  expect(new PoissonSample(0, 100, seededEntropy(1)).next()).toHaveLength(0);
  expect(new PoissonSample(1, 100, seededEntropy(1)).next().toSorted()).toEqual(
    Int32Array.from({ length: 100 }, (_, at) => at),
  );
});
