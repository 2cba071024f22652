// Unary encoding: a bit for each option, each bit noised. Wang, Blocki, Li, Jha 2017, "Locally Differentially Private
// Protocols for Frequency Estimation"; the symmetric form is basic RAPPOR's one round (Erlingsson, Pihur, Korolova 2014,
// arXiv 1407.6981). The proof stands in `unary-encoding.md`.

import { type Entropy, invariant, type Once, Secret } from "@unseen/base";
import { type Rational, rationalToNumber } from "../../budget/rational.ts";
import { UniformWords } from "../../samplers/uniform-words.ts";
import type { LocalEvent } from "../choice-event.ts";
import { type Cost, pureCost } from "../cost.ts";
import { type Released, releasedByMechanism } from "../released.ts";
import {
  estimateCounts,
  expectOption,
  expectPrice,
  type TwoOdds,
  variancePerPerson,
} from "./estimate-counts.ts";
import { coin, halfOf, localEvent, noisyBit } from "./local-coin.ts";

export type UnaryEncoding = {
  readonly event: LocalEvent;
  readonly cost: Cost;
  /** One byte for each option, 0 or 1. The truth comes once: two reports of it would cost twice. */
  respond(truth: Once<Secret<number>>, entropy: Entropy): Released<Uint8Array>;
  /** Unbiased estimates of how many of `people` hold each option, from how many reported a 1 there. May be negative. */
  estimate(ones: readonly number[], people: number): readonly number[];
  /** Variance of one estimate over the number of people, for an option that `share` of them hold. */
  varianceEach(share: number): number;
};

/** A report has as many bytes as there are options. */
const mostOptions = 65_536;
const half = { num: 1n, den: 2n } as const;

/**
 * `options` >= 2, numbered from 0. "symmetric" keeps each bit with odds e^(epsilon/2); "optimal" reports the true bit
 * with probability 1/2 and each other with 1 / (e^epsilon + 1), which gives the smallest variance where options are rare.
 * Costs each person epsilon, pure, even against who collects.
 */
export function unaryEncoding(of: {
  readonly options: number;
  readonly epsilon: Rational;
  readonly form: "symmetric" | "optimal";
}): UnaryEncoding {
  const { options, epsilon, form } = of;
  expectPrice(epsilon);
  invariant(
    Number.isSafeInteger(options) && options >= 2 && options <= mostOptions,
    "a report has between 2 and 65536 options",
  );
  const odds = form === "symmetric" ? symmetricOdds(epsilon) : optimalOdds(epsilon);
  return Object.freeze({
    event: localEvent(`${form}-unary`, epsilon),
    cost: pureCost(epsilon),
    respond(truth: Once<Secret<number>>, entropy: Entropy) {
      const held = Secret.reveal(truth.take());
      expectOption(held, options);
      const words = new UniformWords(entropy);
      const report = Uint8Array.from({ length: options }, (_, option) => {
        if (form === "symmetric") return noisyBit(words, option === held, halfOf(epsilon)) ? 1 : 0;
        return (option === held ? coin(words, half) : noisyBit(words, false, epsilon)) ? 1 : 0;
      });
      words.discard();
      return releasedByMechanism(report);
    },
    estimate(ones: readonly number[], people: number) {
      invariant(ones.length === options, "there is one count of reports for each option");
      return estimateCounts(ones, people, odds);
    },
    varianceEach: (share: number) => variancePerPerson(odds, share),
  });
}

function symmetricOdds(epsilon: Rational): TwoOdds {
  const lie = Math.exp(-rationalToNumber(epsilon) / 2);
  return { held: 1 / (1 + lie), other: lie / (1 + lie) };
}

function optimalOdds(epsilon: Rational): TwoOdds {
  const lie = Math.exp(-rationalToNumber(epsilon));
  return { held: 1 / 2, other: lie / (1 + lie) };
}
