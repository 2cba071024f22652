import { unary } from "./elementwise.ts";

export const cos = unary("Cos", { plain: Math.cos, bounds: () => [-1, 1] });
