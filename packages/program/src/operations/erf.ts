import { increasing, unary } from "./elementwise.ts";
import { erf as errorFunction } from "./error-function.ts";

export const erf = unary("Erf", {
  plain: errorFunction,
  bounds: increasing(errorFunction),
  keepsZero: true,
});
