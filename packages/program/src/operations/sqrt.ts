import { unary } from "./elementwise.ts";

/** Square root. Below zero there is none: NaN, which the exact part counts as zero. */
export const sqrt = unary("Sqrt", {
  plain: Math.sqrt,
  bounds: ([lo, hi]) => [Math.sqrt(Math.max(lo, 0)), Math.sqrt(Math.max(hi, 0))],
  keepsZero: true,
});
