import { increasing, unary } from "./elementwise.ts";

export const atan = unary("Atan", { plain: Math.atan, bounds: increasing(Math.atan), keepsZero: true });
