import { increasing, unary } from "./elementwise.ts";

export const floor = unary("Floor", {
  plain: Math.floor,
  bounds: increasing(Math.floor),
  keepsZero: true,
  integral: "always",
});
