import { binary } from "./elementwise.ts";

export const sub = binary("Sub", {
  plain: (x, y) => x - y,
  bounds: ([a, b], [c, d]) => [a - d, b - c],
  integral: "kept",
});
