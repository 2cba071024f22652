import { unary } from "./elementwise.ts";

export const not = unary("Not", {
  plain: (x) => (x === 0 ? 1 : 0),
  bounds: () => [0, 1],
  integral: "always",
});
