import { binary } from "./elementwise.ts";

export const add = binary("Add", {
  plain: (x, y) => x + y,
  bounds: ([a, b], [c, d]) => [a + c, b + d],
  integral: "kept",
});
