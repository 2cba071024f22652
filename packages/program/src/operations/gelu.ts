import { hull } from "./bounds.ts";
import { unary } from "./elementwise.ts";
import { erfc } from "./error-function.ts";

/** x times the share of a standard normal below x (ONNX Gelu, not approximated). */
function geluOf(x: number): number {
  // Where that share is less than the smallest number; infinity times zero would be none.
  return x < -40 ? -0 : 0.5 * x * erfc(-x / Math.SQRT2);
}

/** Where the derivative is zero: it falls before and rises after. Found by bisection of Phi(x) + x phi(x). */
export const leastOfGelu = -0.7517915246935645;

export const gelu = unary("Gelu", {
  plain: geluOf,
  bounds: ([lo, hi]) =>
    lo <= leastOfGelu && hi >= leastOfGelu
      ? hull(geluOf(lo), geluOf(leastOfGelu), geluOf(hi))
      : hull(geluOf(lo), geluOf(hi)),
  keepsZero: true,
});
