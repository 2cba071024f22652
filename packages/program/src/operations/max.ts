import { binary } from "./elementwise.ts";

export const max = binary("Max", {
  plain: (x, y) => Math.max(x, y),
  bounds: ([a, b], [c, d]) => [Math.max(a, c), Math.max(b, d)],
  integral: "kept",
});
