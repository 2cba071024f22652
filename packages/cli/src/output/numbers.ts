// Numbers as a person reads them: no more digits than the noise leaves meaning in.

/** Digits of a half-width that are shown; the value is shown to the same place. */
const digitsOfHalfWidth = 2;
const digitsOfExact = 6;
/** Past these a number is shown with a power of ten. */
const largestPlain = 1e15;
const smallestPlain = 1e-6;

export type Measured = { readonly value: string; readonly plusMinus: string };

/** `{ value: "94.63", plusMinus: "0.65" }`: both to the second digit of the half-width. */
export function measured(value: number, plusMinus: number): Measured {
  if (!Number.isFinite(value) || !Number.isFinite(plusMinus) || plusMinus === 0)
    return { value: plainNumber(value), plusMinus: plainNumber(plusMinus) };
  const size = Math.max(Math.abs(value), plusMinus);
  if (size >= largestPlain || plusMinus < smallestPlain)
    return { value: plainNumber(value), plusMinus: String(Number(plusMinus.toPrecision(digitsOfHalfWidth))) };
  // Counts are whole, and so is their noise.
  const isWhole = Number.isInteger(value) && Number.isInteger(plusMinus);
  const decimals = isWhole ? 0 : Math.max(0, digitsOfHalfWidth - 1 - Math.floor(Math.log10(plusMinus)));
  return { value: withoutMinusZero(value.toFixed(decimals)), plusMinus: plusMinus.toFixed(decimals) };
}

export function plainNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < largestPlain) return String(value);
  return String(Number(value.toPrecision(digitsOfExact)));
}

/** A count with its thousands apart. */
export function wholeNumber(value: number): string {
  return value.toLocaleString("en");
}

function withoutMinusZero(text: string): string {
  return /^-0(?:\.0*)?$/.test(text) ? text.slice(1) : text;
}
