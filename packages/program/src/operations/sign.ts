import { unary } from "./elementwise.ts";

export const sign = unary("Sign", {
  plain: Math.sign,
  bounds: ([lo, hi]) => [Math.sign(lo), Math.sign(hi)],
  keepsZero: true,
  integral: "always",
});
