import { unary } from "./elementwise.ts";

/** Natural logarithm. What is not above zero has none; the exact part counts it as the declared nearest value. */
export const log = unary("Log", {
  plain: Math.log,
  bounds: ([lo, hi]) => [
    lo <= 0 ? Number.NEGATIVE_INFINITY : Math.log(lo),
    hi <= 0 ? Number.POSITIVE_INFINITY : Math.log(hi),
  ],
  unbounded: "log has no bound where its argument may be zero",
});
