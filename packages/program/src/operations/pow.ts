import { everything, hull, type Interval } from "./bounds.ts";
import { binary } from "./elementwise.ts";

/** x ** y. A public whole exponent has bounds for every x, any other only where x is above zero. */
export const pow = binary("Pow", {
  plain: (x, y) => x ** y,
  bounds: (x, y) => (y[0] === y[1] && Number.isInteger(y[0]) ? wholePower(x, y[0]) : positivePower(x, y)),
  unbounded:
    "a power has no bound where its base may be zero or below and its exponent is not a whole number of at least 1",
});

function wholePower([lo, hi]: Interval, exponent: number): Interval {
  const spansZero = lo <= 0 && hi >= 0;
  if (exponent === 0) return [1, 1];
  if (exponent < 0) return spansZero ? everything : hull(lo ** exponent, hi ** exponent);
  if (exponent % 2 === 1) return [lo ** exponent, hi ** exponent];
  const ends = hull(lo ** exponent, hi ** exponent);
  return spansZero ? [0, ends[1]] : ends;
}

function positivePower([a, b]: Interval, [c, d]: Interval): Interval {
  if (a < 0 || (a === 0 && c < 0)) return everything;
  return hull(a ** c, a ** d, b ** c, b ** d);
}
