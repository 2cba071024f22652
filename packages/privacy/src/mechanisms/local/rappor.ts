// RAPPOR: a permanent noised answer that a person keeps, and instantaneous ones made from it, as many as are asked for.
// Erlingsson, Pihur, Korolova 2014 (arXiv 1407.6981). The proof stands in `rappor.md`.

import { type Brand, type Entropy, invariant, type Once, Secret } from "@unseen/base";
import { fromDoubleRoundedUp, type Rational, rational, rationalToNumber } from "../../budget/rational.ts";
import { UniformWords } from "../../samplers/uniform-words.ts";
import type { LocalEvent } from "../choice-event.ts";
import { type Cost, pureCost } from "../cost.ts";
import { type Released, releasedByMechanism } from "../released.ts";
import { estimateCounts, expectOption } from "./estimate-counts.ts";
import { coin, localEvent } from "./local-coin.ts";

/** What a person keeps for good. A second one for the same truth would cost as much again. */
export type RapporMemory = Brand<{ readonly bits: Secret<Uint8Array> }, "RapporMemory">;

export type RapporParameters = {
  /** Bits of a report, k. */
  readonly bits: number;
  /** Bits that a truth may set, h; 1 is basic RAPPOR. */
  readonly hashes: number;
  /** Share of bits that the permanent answer replaces by a fair coin: above 0, at most 1. */
  readonly f: Rational;
  /** Probabilities with which a kept 0 and a kept 1 are reported as 1. */
  readonly p: Rational;
  readonly q: Rational;
};

export type Rappor = {
  readonly event: LocalEvent;
  /** Of all reports of one truth together. */
  readonly cost: Cost;
  /** Of the first report alone, before anybody has seen a second. */
  readonly firstReport: Cost;
  /** `truth`: the bits that stand for it, at most `hashes`. Comes once; what comes out is stored by the person. */
  remember(truth: Once<Secret<readonly number[]>>, entropy: Entropy): RapporMemory;
  /** One instantaneous report, one byte a bit. May be repeated: all of them cost what `cost` says. */
  report(memory: RapporMemory, entropy: Entropy): Released<Uint8Array>;
  /** Unbiased estimates of how many people have each bit set, from how many first reports have a 1 there. */
  estimate(ones: readonly number[], people: number): readonly number[];
};

const mostBits = 65_536;
const half = rational(1n, 2n);

export function rappor(of: RapporParameters): Rappor {
  const { bits, hashes, f, p, q } = of;
  expectSound(of);
  const { permanent, instant, odds } = rapporLosses(of);
  return Object.freeze({
    event: localEvent("rappor", upward(permanent)),
    cost: pureCost(upward(permanent)),
    firstReport: pureCost(upward(Math.min(permanent, instant))),
    remember(truth: Once<Secret<readonly number[]>>, entropy: Entropy) {
      const set = new Set(Secret.reveal(truth.take()));
      invariant(set.size <= hashes, "a truth sets no more bits than it has hashes");
      for (const bit of set) expectOption(bit, bits);
      const words = new UniformWords(entropy);
      const kept = permanentBits(
        Uint8Array.from({ length: bits }, (_, bit) => (set.has(bit) ? 1 : 0)),
        () => coin(words, f),
        () => coin(words, half),
      );
      words.discard();
      return memoryOf(kept);
    },
    report(memory: RapporMemory, entropy: Entropy) {
      const kept = Secret.reveal(memory.bits);
      invariant(kept.length === bits, "what is kept has one bit for each bit of a report");
      const words = new UniformWords(entropy);
      const report = instantBits(
        kept,
        () => coin(words, p),
        () => coin(words, q),
      );
      words.discard();
      return releasedByMechanism(report);
    },
    estimate(ones: readonly number[], people: number) {
      invariant(ones.length === bits, "there is one count of reports for each bit");
      return estimateCounts(ones, people, odds);
    },
  });
}

/** Brings back what a person stored. The bits must be those of an earlier `remember`, never a truth. */
export function memoryFromStore(bits: Uint8Array): RapporMemory {
  invariant(
    bits.every((bit) => bit === 0 || bit === 1),
    "a stored memory is of zeros and ones",
  );
  return memoryOf(bits.slice());
}

/** Epsilon of all reports together and of one alone; infinite where nothing is kept for good. Theorems 1 and 2 of the paper. */
export function rapporLosses({ hashes, f, p, q }: Omit<RapporParameters, "bits">): {
  readonly permanent: number;
  readonly instant: number;
  readonly odds: { readonly held: number; readonly other: number };
} {
  const [share, zero, one] = [f, p, q].map(rationalToNumber) as [number, number, number];
  const mixed = (share * (zero + one)) / 2;
  const odds = { held: mixed + (1 - share) * one, other: mixed + (1 - share) * zero };
  return {
    permanent: 2 * hashes * Math.log((1 - share / 2) / (share / 2)),
    instant: hashes * Math.log((odds.held * (1 - odds.other)) / (odds.other * (1 - odds.held))),
    odds,
  };
}

/** Each bit as it is, or a fair coin where `isReplaced` says so. */
export function permanentBits(
  truth: Uint8Array,
  isReplaced: (bit: number) => boolean,
  fair: (bit: number) => boolean,
): Uint8Array {
  return truth.map((held, bit) => (isReplaced(bit) ? (fair(bit) ? 1 : 0) : held));
}

/** A coin for each bit, one kind for a kept 0 and one for a kept 1. */
export function instantBits(
  kept: Uint8Array,
  ofZero: (bit: number) => boolean,
  ofOne: (bit: number) => boolean,
): Uint8Array {
  return kept.map((held, bit) => ((held === 1 ? ofOne(bit) : ofZero(bit)) ? 1 : 0));
}

function memoryOf(bits: Uint8Array): RapporMemory {
  return Object.freeze({ bits: Secret.of(bits) }) as RapporMemory;
}

function upward(epsilon: number): Rational {
  return fromDoubleRoundedUp(epsilon * (1 + 1e-13), 45);
}

function expectSound({ bits, hashes, f, p, q }: RapporParameters): void {
  invariant(Number.isSafeInteger(bits) && bits >= 1 && bits <= mostBits, "a report has 1 to 65536 bits");
  invariant(Number.isSafeInteger(hashes) && hashes >= 1 && hashes <= bits, "a truth sets some of the bits");
  for (const share of [f, p, q])
    invariant(
      share.den > 0n && share.num >= 0n && share.num <= share.den,
      "a probability lies between 0 and 1",
    );
  invariant(f.num > 0n && f.num < f.den, "some of what is kept is by lot, and not all");
  invariant(p.num * q.den < q.num * p.den, "a kept 1 is reported as 1 more often than a kept 0");
}
