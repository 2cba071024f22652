// What the mechanisms that choose, answer yes or no, or answer for one person did, as plain data for the ledger:
// enough for any accountant to compose it later, and nothing private. Fractions are stored as "num/den".

import { rational, rationalFromStored } from "../budget/rational.ts";
import { type Cost, pureCost } from "./cost.ts";

/** What a person reported about themselves by one of the mechanisms of `local/`. */
export type LocalEvent = {
  readonly mechanism: "local-report";
  readonly form:
    | "symmetric-unary"
    | "optimal-unary"
    | "local-hash"
    | "hadamard"
    | "count-mean-sketch"
    | "rappor";
  /** What one report loses; for "rappor" what all reports of one truth lose, however many. */
  readonly epsilon: string;
};

export type ChoiceEvent =
  | LocalEvent
  | {
      readonly mechanism: "exponential" | "permute-and-flip";
      readonly epsilon: string;
      readonly options: number;
      /** One person moves all scores the same way, so each odds move by one sensitivity and not by two. */
      readonly isMonotone: boolean;
    }
  | {
      readonly mechanism: "noisy-max";
      readonly noise: "discrete-laplace" | "geometric";
      readonly epsilon: string;
      readonly options: number;
      readonly isMonotone: boolean;
    }
  | {
      readonly mechanism: "above-threshold";
      readonly epsilon: string;
      /** Answers of "above" after which it halts. Answers of "not above" are free and unlimited. */
      readonly mostAbove: number;
    }
  | {
      readonly mechanism: "randomized-response";
      readonly epsilon: string;
      readonly options: number;
    }
  | {
      readonly mechanism: "staircase";
      readonly epsilon: string;
      /** Most that one privacy unit moves the sum, and the width of the highest step, in grid units. */
      readonly sensitivity: string;
      readonly firstStep: string;
    }
  | {
      readonly mechanism: "partition-selection";
      readonly epsilon: string;
      readonly delta: string;
      /** Groups that one privacy unit can join, leave or change at most. */
      readonly mostGroupsMoved: number;
    };

/** The (epsilon, delta) that an event loses, exactly. Losses add up over releases, also when they are adaptive. */
export function costOf(event: ChoiceEvent): Cost {
  const epsilon = rationalFromStored(event.epsilon);
  return event.mechanism === "partition-selection"
    ? Object.freeze({ epsilon, delta: rationalFromStored(event.delta) })
    : pureCost(rational(epsilon.num, epsilon.den));
}
