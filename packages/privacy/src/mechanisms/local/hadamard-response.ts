// Hadamard response with one bit: a row of the Hadamard matrix by lot, and the option's entry in it, noised. Acharya, Sun,
// Zhang 2019 (arXiv 1802.04705); Bassily, Nissim, Stemmer, Thakurta 2017. The proof stands in `hadamard-response.md`.

import { type Entropy, invariant, type Once, Secret } from "@unseen/base";
import { type Rational, rationalToNumber } from "../../budget/rational.ts";
import { uniformBelow } from "../../samplers/uniform-below.ts";
import { UniformWords } from "../../samplers/uniform-words.ts";
import type { LocalEvent } from "../choice-event.ts";
import { type Cost, pureCost } from "../cost.ts";
import { type Released, releasedByMechanism } from "../released.ts";
import { expectOption, expectPrice, type TwoOdds, variancePerPerson } from "./estimate-counts.ts";
import { localEvent, noisyBit } from "./local-coin.ts";

/** A row of the matrix, and whether the entry in it is said to be -1. */
export type HadamardReport = { readonly row: number; readonly isMinus: boolean };

export type HadamardResponse = {
  readonly event: LocalEvent;
  readonly cost: Cost;
  /** Size of the matrix: the least power of two above the number of options. */
  readonly size: number;
  respond(truth: Once<Secret<number>>, entropy: Entropy): Released<HadamardReport>;
  /** Unbiased estimates of how many people hold each option, by one fast transform. May be negative. */
  estimate(reports: readonly HadamardReport[]): readonly number[];
  /** Variance of one estimate over the number of people, for an option that `share` of them hold. */
  varianceEach(share: number): number;
};

const mostOptions = 2 ** 20;

/** `options` >= 2, numbered from 0. Costs each person epsilon, pure, even against who collects. */
export function hadamardResponse(of: {
  readonly options: number;
  readonly epsilon: Rational;
}): HadamardResponse {
  const { options, epsilon } = of;
  expectPrice(epsilon);
  invariant(
    Number.isSafeInteger(options) && options >= 2 && options <= mostOptions,
    "a report has between 2 and 2^20 options",
  );
  const size = 2 ** Math.ceil(Math.log2(options + 1));
  const lie = Math.exp(-rationalToNumber(epsilon));
  const kept = (1 - lie) / (1 + lie);
  const odds: TwoOdds = { held: 1 / (1 + lie), other: 1 / 2 };
  return Object.freeze({
    event: localEvent("hadamard", epsilon),
    cost: pureCost(epsilon),
    size,
    respond(truth: Once<Secret<number>>, entropy: Entropy) {
      const held = Secret.reveal(truth.take());
      expectOption(held, options);
      const words = new UniformWords(entropy);
      const row = Number(uniformBelow(words, BigInt(size)));
      // Column 0 is constant and tells nothing, so options begin at column 1.
      const isMinus = noisyBit(words, isMinusAt(row, held + 1), epsilon);
      words.discard();
      return releasedByMechanism(Object.freeze({ row, isMinus }));
    },
    estimate(reports: readonly HadamardReport[]) {
      const sums = new Float64Array(size);
      for (const { row, isMinus } of reports) {
        expectOption(row, size);
        sums[row]! += isMinus ? -1 : 1;
      }
      transform(sums);
      return Object.freeze(Array.from(sums.subarray(1, options + 1), (sum) => sum / kept));
    },
    varianceEach: (share: number) => variancePerPerson(odds, share),
  });
}

/** Whether the Hadamard matrix of Sylvester has -1 there: the parity of the digits that both numbers have. */
function isMinusAt(row: number, column: number): boolean {
  let shared = row & column;
  let isOdd = false;
  for (; shared !== 0; shared &= shared - 1) isOdd = !isOdd;
  return isOdd;
}

/** The fast Walsh-Hadamard transform, in place: all columns at once. */
function transform(values: Float64Array): void {
  for (let span = 1; span < values.length; span *= 2)
    for (let start = 0; start < values.length; start += 2 * span)
      for (let i = start; i < start + span; i++) {
        const [left, right] = [values[i]!, values[i + span]!];
        values[i] = left + right;
        values[i + span] = left - right;
      }
}
