import { increasing, unary } from "./elementwise.ts";

export const tanh = unary("Tanh", { plain: Math.tanh, bounds: increasing(Math.tanh), keepsZero: true });
