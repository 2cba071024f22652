import { everything, hull } from "./bounds.ts";
import { binary } from "./elementwise.ts";

export const div = binary("Div", {
  plain: (x, y) => x / y,
  bounds: ([a, b], [c, d]) => (c <= 0 && d >= 0 ? everything : hull(a / c, a / d, b / c, b / d)),
  zero: "left",
  unbounded: "a quotient has no bound where its divisor may be zero",
});
