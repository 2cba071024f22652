import { unary } from "./elementwise.ts";

// Outside [-1, 1] there is no value: NaN, which the exact part counts as the planned value nearest to zero.

export const acos = unary("Acos", {
  plain: Math.acos,
  bounds: ([lo, hi]) => [Math.acos(Math.min(hi, 1)), Math.acos(Math.max(lo, -1))],
});
