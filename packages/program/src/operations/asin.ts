import { unary } from "./elementwise.ts";

// Outside [-1, 1] there is no value: NaN, which the exact part counts as the planned value nearest to zero.

export const asin = unary("Asin", {
  plain: Math.asin,
  bounds: ([lo, hi]) => [Math.asin(Math.max(lo, -1)), Math.asin(Math.min(hi, 1))],
  keepsZero: true,
});
