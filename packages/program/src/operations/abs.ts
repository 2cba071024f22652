import { unary } from "./elementwise.ts";

export const abs = unary("Abs", {
  plain: Math.abs,
  bounds: ([lo, hi]) => [
    lo <= 0 && hi >= 0 ? 0 : Math.min(Math.abs(lo), Math.abs(hi)),
    Math.max(Math.abs(lo), Math.abs(hi)),
  ],
  keepsZero: true,
  integral: "kept",
});
