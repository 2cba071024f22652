import { increasing, unary } from "./elementwise.ts";

export const sigmoid = unary("Sigmoid", {
  plain: (x) => 1 / (1 + Math.exp(-x)),
  bounds: increasing((x) => 1 / (1 + Math.exp(-x))),
});
