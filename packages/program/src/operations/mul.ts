import { hull } from "./bounds.ts";
import { binary } from "./elementwise.ts";

export const mul = binary("Mul", {
  plain: (x, y) => x * y,
  bounds: ([a, b], [c, d]) => hull(a * c, a * d, b * c, b * d),
  integral: "kept",
  zero: "either",
});
