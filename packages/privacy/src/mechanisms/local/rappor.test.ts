import { createHash, createHmac } from "node:crypto";
import { Once, Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { seenLeak } from "../../audit/epsilon-tester.ts";
import { fromDoubleRoundedDown, rational, rationalToNumber } from "../../budget/rational.ts";
import { meanFits } from "../../testing/goodness-of-fit.ts";
import { readFixture } from "../../testing/reference-noise.ts";
import { seededEntropy } from "../../testing/seeded-entropy.ts";
import { costOf } from "../choice-event.ts";
import {
  instantBits,
  memoryFromStore,
  permanentBits,
  type RapporParameters,
  rappor,
  rapporLosses,
} from "./rappor.ts";

const { rappor: rows, rappor_encoder_vector: vector } = readFixture("ldp-reference.json") as {
  readonly rappor: readonly Readonly<Record<string, number | null>>[];
  readonly rappor_encoder_vector: {
    readonly params: {
      readonly k: number;
      readonly h: number;
      readonly p: number;
      readonly q: number;
      readonly f: number;
    };
    readonly cohort: number;
    readonly secret: string;
    readonly value: string;
    readonly mock_random_cycle: readonly number[];
    readonly irr: number;
  };
};

const half = rational(1n, 2n);
const usual: RapporParameters = { bits: 4, hashes: 1, f: half, p: half, q: rational(3n, 4n) };
const truth = (...bits: number[]) => new Once(Secret.of(bits));

test("losses for good and of one report are those of the table", () => {
  expect(rows).toHaveLength(4);
  for (const { h, p, q, f, q_star, p_star, eps_infinity, eps_1 } of rows) {
    const [share, zero, one] = [f, p, q].map((x) => fromDoubleRoundedDown(x!));
    const losses = rapporLosses({ hashes: h!, f: share!, p: zero!, q: one! });
    expect(losses.odds.held).toBeCloseTo(q_star!, 12);
    expect(losses.odds.other).toBeCloseTo(p_star!, 12);
    expect(losses.instant).toBeCloseTo(eps_1!, 12);
    if (eps_infinity === null) expect(losses.permanent).toBe(Number.POSITIVE_INFINITY);
    else expect(losses.permanent).toBeCloseTo(eps_infinity!, 12);
  }
});

test("a report is bit for bit that of Google's client, given its hashes and its coins", () => {
  const { params, cohort, secret, value, mock_random_cycle: cycle, irr } = vector;
  const bigEndian = (word: number) => Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word);
  const digest = createHash("md5").update(bigEndian(cohort)).update(value).digest();
  const bloom = new Uint8Array(params.k);
  for (let hash = 0; hash < params.h; hash++) bloom[digest[hash]! % params.k] = 1;
  const asNumber = (bits: Uint8Array) => bits.reduce((sum, bit, at) => sum + bit * 2 ** at, 0);
  // That client draws its permanent coins from a keyed hash of the bits, so that it need not store them.
  const coins = createHmac("sha256", secret)
    .update(bigEndian(asNumber(bloom)))
    .digest();
  const kept = permanentBits(
    bloom,
    (bit) => coins[bit]! >> 1 < params.f * 128,
    (bit) => (coins[bit]! & 1) === 1,
  );
  const report = instantBits(
    kept,
    (bit) => cycle[bit % cycle.length]! < params.p,
    (bit) => cycle[bit % cycle.length]! < params.q,
  );
  expect(asNumber(report)).toBe(irr);
});

test("counts of bits are estimated without bias from first reports", () => {
  const made = rappor({ ...usual, p: rational(1n, 4n) });
  const entropy = seededEntropy(3);
  const people = 6_000;
  const ones = [0, 0, 0, 0];
  for (let person = 0; person < people; person++) {
    const memory = made.remember(truth(person < 2_000 ? 2 : 0), entropy);
    for (const [bit, set] of made.report(memory, entropy).value.entries()) ones[bit]! += set;
  }
  const { held, other } = rapporLosses({ ...usual, p: rational(1n, 4n) }).odds;
  const variance = 0.25 / (held - other) ** 2;
  for (const [bit, count] of [4_000, 0, 2_000, 0].entries())
    expect(meanFits(made.estimate(ones, people)[bit]! / people, count / people, variance, people)).toBe(true);
});

test("what a person keeps for good leaks what all reports together may, and no more", () => {
  const made = rappor(usual);
  const entropy = seededEntropy(8);
  // Whoever sees very many reports knows the memory: shown here as it is.
  const run = (bit: number) => Secret.reveal(made.remember(truth(bit), entropy).bits).join("");
  const { epsilonAtLeast } = seenLeak({ run, left: 0, right: 1, runs: 20_000, delta: 0, errorRate: 1e-9 });
  const promised = rationalToNumber(made.cost.epsilon);
  expect(epsilonAtLeast).toBeGreaterThan(promised * 0.7);
  expect(epsilonAtLeast).toBeLessThanOrEqual(promised);
  expect(costOf(made.event)).toEqual(made.cost);
});

test("one report leaks what one report may", () => {
  const made = rappor(usual);
  const entropy = seededEntropy(9);
  const run = (bit: number) => made.report(made.remember(truth(bit), entropy), entropy).value.join("");
  const { epsilonAtLeast } = seenLeak({ run, left: 0, right: 1, runs: 15_000, delta: 0, errorRate: 1e-9 });
  const promised = rationalToNumber(made.firstReport.epsilon);
  expect(epsilonAtLeast).toBeGreaterThan(promised * 0.2);
  expect(epsilonAtLeast).toBeLessThanOrEqual(promised);
});

test("a truth is remembered once, and what was stored comes back the same", () => {
  const made = rappor(usual);
  const mine = truth(1);
  const memory = made.remember(mine, seededEntropy(1));
  expect(() => made.remember(mine, seededEntropy(2))).toThrow("taken twice");
  const stored = memoryFromStore(Secret.reveal(memory.bits));
  expect(made.report(stored, seededEntropy(5)).value).toEqual(made.report(memory, seededEntropy(5)).value);
  expect(JSON.stringify(Object.keys(memory))).toBe('["bits"]');
  expect(() => JSON.stringify(memory)).toThrow("secret");
  // @ts-expect-error a truth is no memory
  expect(() => made.report({ bits: Uint8Array.of(1, 0, 0, 0) }, seededEntropy(1))).toThrow();
});

test("unsound parameters and truths are refused", () => {
  for (const wrong of [{ f: rational(0n) }, { f: rational(1n) }, { q: half }, { p: rational(3n, 2n) }])
    expect(() => rappor({ ...usual, ...wrong })).toThrow();
  const made = rappor(usual);
  expect(() => made.remember(truth(0, 1), seededEntropy(1))).toThrow("no more bits");
  expect(() => made.remember(truth(4), seededEntropy(1))).toThrow("one of the options");
  expect(() => memoryFromStore(Uint8Array.of(2))).toThrow("zeros and ones");
});
