import { unary } from "./elementwise.ts";

export const neg = unary("Neg", {
  plain: (x) => -x,
  bounds: ([lo, hi]) => [-hi, -lo],
  keepsZero: true,
  integral: "kept",
});
