import { increasing, unary } from "./elementwise.ts";

export const exp = unary("Exp", {
  plain: Math.exp,
  bounds: increasing(Math.exp),
  unbounded: "exp grows beyond every number",
});
