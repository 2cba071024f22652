import { everything } from "./bounds.ts";
import { unary } from "./elementwise.ts";

export const tan = unary("Tan", { plain: Math.tan, bounds: () => everything, unbounded: "tan has no bound" });
