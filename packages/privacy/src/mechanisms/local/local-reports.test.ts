// What all local reports promise, against closed forms that others wrote down and on many simulated people.

import { type Entropy, Once, Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { seenLeak } from "../../audit/epsilon-tester.ts";
import { fromDoubleRoundedDown, type Rational, rational } from "../../budget/rational.ts";
import { UniformWords } from "../../samplers/uniform-words.ts";
import { enumerateOutcomes, impossibleOutcomes } from "../../testing/enumerated-outcomes.ts";
import { breachOf } from "../../testing/enumerated-privacy.ts";
import { chiSquare, meanFits } from "../../testing/goodness-of-fit.ts";
import { readFixture } from "../../testing/reference-noise.ts";
import { seededEntropy } from "../../testing/seeded-entropy.ts";
import { costOf } from "../choice-event.ts";
import { forAccounting } from "../for-accounting.ts";
import { randomizedResponse } from "../randomized-response.ts";
import { countMeanSketch, drawSketchHashes, type SketchReport } from "./count-mean-sketch.ts";
import { type HadamardReport, hadamardResponse } from "./hadamard-response.ts";
import { coin, noisyBit } from "./local-coin.ts";
import { type HashedReport, localHashing } from "./local-hashing.ts";
import { bucketOf, drawHashSeed } from "./pairwise-hash.ts";
import { unaryEncoding } from "./unary-encoding.ts";

const reference = readFixture("ldp-reference.json") as {
  readonly variance_per_user: readonly Readonly<Record<string, number> & { OUE_p_q: [number, number] }>[];
};

const truth = (option: number) => new Once(Secret.of(option));
const one = rational(1n);

/** Every mechanism as one function: the answers of these people, and the estimated count of each of four options. */
const collectors: Readonly<Record<string, (held: readonly number[], entropy: Entropy) => readonly number[]>> =
  {
    "symmetric-unary": (held, entropy) => unaryCounts("symmetric", held, entropy),
    "optimal-unary": (held, entropy) => unaryCounts("optimal", held, entropy),
    "local-hash": (held, entropy) => {
      const hashing = localHashing({ options: 4, epsilon: one });
      const reports = held.map((option): HashedReport => hashing.respond(truth(option), entropy).value);
      return hashing.estimate(reports, [0, 1, 2, 3]);
    },
    hadamard: (held, entropy) => {
      const response = hadamardResponse({ options: 4, epsilon: one });
      const reports = held.map((option): HadamardReport => response.respond(truth(option), entropy).value);
      return response.estimate(reports);
    },
    "count-mean-sketch": (held, entropy) => {
      const hashes = drawSketchHashes(200, entropy);
      const sketch = countMeanSketch({ options: 4, epsilon: one, hashes, buckets: 16 });
      const reports = held.map((option): SketchReport => sketch.respond(truth(option), entropy).value);
      return sketch.estimate(reports, [0, 1, 2, 3]);
    },
  };

function unaryCounts(form: "symmetric" | "optimal", held: readonly number[], entropy: Entropy) {
  const unary = unaryEncoding({ options: 4, epsilon: one, form });
  const ones = [0, 0, 0, 0];
  for (const option of held)
    for (const [at, bit] of unary.respond(truth(option), entropy).value.entries()) ones[at]! += bit;
  return unary.estimate(ones, held.length);
}

/** Variance over people for an option that nobody holds, at epsilon 1. */
const rareVariance: Readonly<Record<string, number>> = {
  "symmetric-unary": unaryEncoding({ options: 4, epsilon: one, form: "symmetric" }).varianceEach(0),
  "optimal-unary": unaryEncoding({ options: 4, epsilon: one, form: "optimal" }).varianceEach(0),
  "local-hash": localHashing({ options: 4, epsilon: one }).varianceEach(0),
  hadamard: hadamardResponse({ options: 4, epsilon: one }).varianceEach(0),
  // Noise, and whether the held option falls into the same bucket.
  "count-mean-sketch":
    (16 / 15) ** 2 * (reference.variance_per_user[1]!["CMS_per_report_noise_(c^2-1)/4"]! + 15 / 256),
};

test("variances are the closed forms, at each epsilon of the table", () => {
  expect(reference.variance_per_user).toHaveLength(7);
  for (const row of reference.variance_per_user) {
    const epsilon = fromDoubleRoundedDown(row.epsilon!);
    const same = (ours: number, column: string) => expect(ours / row[column]!, column).toBeCloseTo(1, 9);
    for (const options of [4, 16, 1024])
      same(randomizedResponse({ options, epsilon }).varianceEach(0), `GRR_d${options}`);
    same(unaryEncoding({ options: 4, epsilon, form: "symmetric" }).varianceEach(0), "SUE_basic_rappor");
    const optimal = unaryEncoding({ options: 4, epsilon, form: "optimal" });
    same(optimal.varianceEach(0), "OUE");
    const none = optimal.estimate([0, 0, 0, 0], 1)[0]!;
    expect(row.OUE_p_q[0]).toBe(0.5);
    expect(none / 2 / (none - 1) / row.OUE_p_q[1]).toBeCloseTo(1, 12);
    const hashed = localHashing({ options: 4, epsilon });
    expect(hashed.buckets).toBe(row.OLH_g_rounded);
    // The ideal number of buckets is no whole number; rounding costs the little that a flat minimum costs.
    const more = hashed.varianceEach(0) / row["OLH_ideal_g=e^eps+1"]!;
    expect(more).toBeGreaterThan(1 - 1e-12);
    expect(more).toBeLessThan(1.03);
    same(localHashing({ options: 4, epsilon, buckets: 2 }).varianceEach(0), "BLH_g2");
    const hadamard = hadamardResponse({ options: 4, epsilon });
    same(hadamard.varianceEach(0), "HR_hadamard_1bit");
    same(Math.sqrt(hadamard.varianceEach(0)), "HCMS_c_eps");
    const sketch = countMeanSketch({ options: 4, epsilon, hashes: [{ a: 1n, b: 0n }], buckets: 16 });
    same(sketch.noiseVarianceEach, "CMS_per_report_noise_(c^2-1)/4");
    same(Math.sqrt(4 * sketch.noiseVarianceEach + 1), "CMS_c_eps");
  }
});

test.each(Object.entries(collectors))(
  "estimates of %s are unbiased, and vary as stated within three standard errors",
  (form, collect) => {
    const [worlds, people] = [200, 40];
    const held = Array.from({ length: people }, (_, person) => (person < 30 ? 0 : 1));
    const estimates = Array.from({ length: worlds }, (_, world) => collect(held, seededEntropy(world)));
    const moments = [0, 1, 2, 3].map((option) => {
      const mean = estimates.reduce((sum, each) => sum + each[option]!, 0) / worlds;
      const variance = estimates.reduce((sum, each) => sum + (each[option]! - mean) ** 2, 0) / (worlds - 1);
      return { mean, variance };
    });
    for (const [option, count] of [30, 10, 0, 0].entries())
      expect(meanFits(moments[option]!.mean, count, moments[option]!.variance, worlds), form).toBe(true);
    const stated = people * rareVariance[form]!;
    const standardError = stated * Math.sqrt(2 / worlds);
    for (const option of [2, 3])
      expect(Math.abs(moments[option]!.variance - stated), form).toBeLessThan(3 * standardError);
  },
);

test("no coin's odds change by more than e^epsilon, on every stream of random bits", () => {
  for (const epsilon of [rational(1n, 2n), one, rational(2n)]) {
    const keep = 1 / (1 + Math.exp(-Number(epsilon.num) / Number(epsilon.den)));
    const runs = [false, true].map((bit) =>
      enumerateOutcomes((words) => Number(noisyBit(words, bit, epsilon)), { bits: 1, depth: 13 }),
    );
    for (const [bit, found] of runs.entries()) {
      expect(impossibleOutcomes(found, (out) => (out === bit ? keep : 1 - keep))).toEqual([]);
      expect(breachOf(found, runs[1 - bit]!, epsilon)).toEqual([]);
    }
  }
  for (const share of [rational(1n, 3n), rational(1n, 2n), rational(0n), one]) {
    const found = enumerateOutcomes((words) => Number(coin(words, share)), { bits: 1, depth: 14 });
    const p = Number(share.num) / Number(share.den);
    expect(impossibleOutcomes(found, (out) => (out === 1 ? p : 1 - p))).toEqual([]);
  }
});

const small: Readonly<Record<string, (held: number, entropy: Entropy) => string>> = (() => {
  const epsilon = one;
  const unary = (form: "symmetric" | "optimal") => {
    const made = unaryEncoding({ options: 2, epsilon, form });
    return (held: number, entropy: Entropy) => made.respond(truth(held), entropy).value.join("");
  };
  const hashing = localHashing({ options: 2, epsilon });
  const hadamard = hadamardResponse({ options: 2, epsilon });
  const hashes = [{ a: 1n, b: 0n }];
  const sketch = countMeanSketch({ options: 2, epsilon, hashes, buckets: 2 });
  return {
    symmetric: unary("symmetric"),
    optimal: unary("optimal"),
    // Which of the two options the hash and the bucket speak for.
    hashed: (held, entropy) => {
      const { seed, bucket } = hashing.respond(truth(held), entropy).value;
      return [0, 1].map((option) => Number(bucketOf(seed, option, hashing.buckets) === bucket)).join("");
    },
    hadamard: (held, entropy) => {
      const { row, isMinus } = hadamard.respond(truth(held), entropy).value;
      return `${row} ${isMinus}`;
    },
    sketch: (held, entropy) => sketch.respond(truth(held), entropy).value.bits.join(""),
  };
})();

test.each(Object.entries(small))(
  "whole %s reports are seen to leak nearly epsilon, and not more",
  (_, report) => {
    const entropy = seededEntropy(4);
    const run = (held: number) => report(held, entropy);
    const { epsilonAtLeast } = seenLeak({ run, left: 0, right: 1, runs: 20_000, delta: 0, errorRate: 1e-9 });
    expect(epsilonAtLeast).toBeGreaterThan(0.6);
    expect(epsilonAtLeast).toBeLessThanOrEqual(1);
  },
);

test("optimal unary reports fit their law, at a false-alarm rate of 1e-9", () => {
  const unary = unaryEncoding({ options: 2, epsilon: rational(3n, 2n), form: "optimal" });
  const counts = new Map<string, number>();
  const entropy = seededEntropy(11);
  for (let run = 0; run < 40_000; run++) {
    const report = unary.respond(truth(1), entropy).value.join("");
    counts.set(report, (counts.get(report) ?? 0) + 1);
  }
  const other = 1 / (Math.exp(1.5) + 1);
  const cells = ["00", "01", "10", "11"].map((report) => ({
    drawn: counts.get(report) ?? 0,
    probability: (report[0] === "1" ? other : 1 - other) / 2,
  }));
  expect(chiSquare(cells).fits).toBe(true);
});

test("one truth is reported once, and only an option is a truth", () => {
  const hashes = drawSketchHashes(2, seededEntropy(1));
  const all = (epsilon: Rational) => [
    unaryEncoding({ options: 4, epsilon, form: "optimal" }),
    localHashing({ options: 4, epsilon }),
    hadamardResponse({ options: 4, epsilon }),
    countMeanSketch({ options: 4, epsilon, hashes, buckets: 8 }),
  ];
  for (const made of all(one)) {
    const mine = truth(1);
    made.respond(mine, seededEntropy(1));
    expect(() => made.respond(mine, seededEntropy(2))).toThrow("taken twice");
    for (const held of [4, -1, 0.5, Number.NaN])
      expect(() => made.respond(truth(held), seededEntropy(1))).toThrow("one of the options");
    expect(costOf(made.event)).toEqual(made.cost);
    expect(forAccounting(made.event)).toMatchObject({ kind: "epsilon-delta", delta: 0 });
  }
  expect(() => all(rational(0n))).toThrow("positive price");
});

test("two options share a bucket as often as two random ones, whatever the options", () => {
  const words = new UniformWords(seededEntropy(5));
  for (const [a, b] of [
    [0, 1],
    [7, 2 ** 47],
  ]) {
    let same = 0;
    for (let draw = 0; draw < 20_000; draw++) {
      const seed = drawHashSeed(words);
      if (bucketOf(seed, a!, 8) === bucketOf(seed, b!, 8)) same++;
    }
    expect(meanFits(same / 20_000, 1 / 8, (1 / 8) * (7 / 8), 20_000)).toBe(true);
  }
});
