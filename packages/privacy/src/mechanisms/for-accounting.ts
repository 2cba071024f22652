// The events of the mechanisms that choose, in the words of the accountants, whose figures are doubles: each is
// rounded to the side that loses more.

import type { PrivacyEvent } from "../accounting/event.ts";
import { rationalFromStored, rationalToNumber } from "../budget/rational.ts";
import type { ChoiceEvent } from "./choice-event.ts";

/** More than the rounding of a fraction to a double, which is three parts in 2^53. */
const up = 1 + 2 ** -50;

export function forAccounting(event: ChoiceEvent): PrivacyEvent {
  const epsilon = rationalToNumber(rationalFromStored(event.epsilon)) * up;
  switch (event.mechanism) {
    case "exponential":
    case "permute-and-flip":
      return { kind: event.mechanism, epsilon };
    case "noisy-max":
    case "above-threshold":
    case "local-report":
    case "staircase":
      return { kind: "epsilon-delta", epsilon, delta: 0 };
    case "randomized-response": {
      // The accountants replace the truth, with this probability, by a uniform one of all options.
      const noise = event.options / (Math.exp(epsilon) + event.options - 1);
      return { kind: "randomized-response", noise: noise * (1 - 2 ** -48), buckets: event.options };
    }
    case "partition-selection":
      return {
        kind: "epsilon-delta",
        epsilon,
        delta: Math.min(1, rationalToNumber(rationalFromStored(event.delta)) * up),
      };
    default:
      return event satisfies never;
  }
}
