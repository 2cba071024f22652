import { increasing, unary } from "./elementwise.ts";

export const relu = unary("Relu", {
  plain: (x) => Math.max(x, 0),
  bounds: increasing((x) => Math.max(x, 0)),
  keepsZero: true,
  integral: "kept",
});
