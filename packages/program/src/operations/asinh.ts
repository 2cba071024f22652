import { increasing, unary } from "./elementwise.ts";

export const asinh = unary("Asinh", { plain: Math.asinh, bounds: increasing(Math.asinh), keepsZero: true });
