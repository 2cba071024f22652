import { everything, hull } from "./bounds.ts";
import { unary } from "./elementwise.ts";

export const reciprocal = unary("Reciprocal", {
  plain: (x) => 1 / x,
  bounds: ([lo, hi]) => (lo <= 0 && hi >= 0 ? everything : hull(1 / lo, 1 / hi)),
  unbounded: "a reciprocal has no bound where its argument may be zero",
});
