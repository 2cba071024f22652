// One-sided geometric noise, exactly: the magnitude of discrete Laplace noise before it gets its sign.

import type { Rational } from "../budget/rational.ts";
import { floorOfScaled, lazyExponential } from "./lazy-samplers.ts";
import type { Words } from "./uniform-words.ts";

/** n >= 0 with P(at least n) = exp(-n / scale), where the scale is positive. */
export function geometric(words: Words, scale: Rational): bigint {
  return floorOfScaled(words, lazyExponential(words), scale);
}
