import { increasing, unary } from "./elementwise.ts";

export const sinh = unary("Sinh", { plain: Math.sinh, bounds: increasing(Math.sinh), keepsZero: true });
