import { unary } from "./elementwise.ts";

export const cosh = unary("Cosh", {
  plain: Math.cosh,
  bounds: ([lo, hi]) => [
    lo <= 0 && hi >= 0 ? 1 : Math.min(Math.cosh(lo), Math.cosh(hi)),
    Math.max(Math.cosh(lo), Math.cosh(hi)),
  ],
});
