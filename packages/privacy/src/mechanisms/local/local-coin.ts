// The exact coins of what people report about themselves. Tossed at the person's own machine.

import { formatRational, multiplyRationals, type Rational, rational } from "../../budget/rational.ts";
import { uniformBelow } from "../../samplers/uniform-below.ts";
import type { Words } from "../../samplers/uniform-words.ts";
import type { LocalEvent } from "../choice-event.ts";
import { drawResponse } from "../randomized-response.ts";

/** True with probability num / den, exactly: a whole number below den, drawn without bias. */
export function coin(words: Words, { num, den }: Rational): boolean {
  return uniformBelow(words, den) < num;
}

/** The bit, kept with probability e^epsilon / (1 + e^epsilon) and turned over otherwise, exactly. */
export function noisyBit(words: Words, bit: boolean, epsilon: Rational): boolean {
  return drawResponse(words, bit ? 1 : 0, 2, epsilon) === 1;
}

/** Half of an epsilon, exactly. */
export function halfOf(epsilon: Rational): Rational {
  return multiplyRationals(epsilon, rational(1n, 2n));
}

export function localEvent(form: LocalEvent["form"], epsilon: Rational): LocalEvent {
  return Object.freeze({ mechanism: "local-report", form, epsilon: formatRational(epsilon) });
}
