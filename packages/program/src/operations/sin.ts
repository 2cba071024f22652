import { unary } from "./elementwise.ts";

export const sin = unary("Sin", { plain: Math.sin, bounds: () => [-1, 1], keepsZero: true });
