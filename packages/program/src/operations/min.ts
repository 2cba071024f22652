import { binary } from "./elementwise.ts";

export const min = binary("Min", {
  plain: (x, y) => Math.min(x, y),
  bounds: ([a, b], [c, d]) => [Math.min(a, c), Math.min(b, d)],
  integral: "kept",
});
