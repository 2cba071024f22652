// The error function to the last digits or two, by the series and the continued fraction of Abramowitz and Stegun,
// Handbook of Mathematical Functions, chapter 7.

/** Below it the series has terms of one sign and 60 of them are enough; above it the fraction is. */
const seriesEnds = 2.5;
const terms = 80;

export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) >= seriesEnds) return Math.sign(x) * (1 - tail(Math.abs(x)));
  let term = x;
  let sum = x;
  for (let n = 1; n < terms; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 - erf(x), accurate where that is small. */
export function erfc(x: number): number {
  return x >= seriesEnds ? tail(x) : 1 - erf(x);
}

function tail(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 0;
  let rest = x;
  for (let n = terms; n >= 1; n--) rest = x + n / 2 / rest;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / rest;
}
