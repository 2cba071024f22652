import { increasing, unary } from "./elementwise.ts";

export const ceil = unary("Ceil", {
  plain: Math.ceil,
  bounds: increasing(Math.ceil),
  keepsZero: true,
  integral: "always",
});
