// Tensors as torch printed them on the slide: `tensor([ 2, 6, 8, 10 ])`.

import type { PlainTensor } from "@unseen/program";

/** An axis longer than this is shown by its ends (torch shortens past 1000 elements; a terminal line is shorter). */
const longestAxis = 20;
const shownAtEachEnd = 3;
/** Significant digits of a fraction; `item()` and `toNested()` have them all. */
const digits = 5;

/** Vectors on one line, a row a line for matrices, an empty line between matrices. */
export function printTensor({ shape, data }: PlainTensor): string {
  if (shape.length === 0) return `tensor(${printNumber(data[0]!)})`;
  const sizes = data.length / (shape[0] || 1);
  return `tensor(${printAxis(shape, data, 0, 0, sizes)})`;
}

function printAxis(
  shape: readonly number[],
  data: Float64Array,
  depth: number,
  from: number,
  step: number,
): string {
  const length = shape[depth]!;
  const isLast = depth === shape.length - 1;
  const parts = shownPlaces(length).map((place) => {
    if (place === undefined) return "...";
    const start = from + place * step;
    return isLast
      ? printNumber(data[start]!)
      : printAxis(shape, data, depth + 1, start, step / (shape[depth + 1] || 1));
  });
  if (parts.length === 0) return "[]";
  if (isLast) return `[ ${parts.join(", ")} ]`;
  const newLines = "\n".repeat(shape.length - depth - 1);
  const indent = " ".repeat("tensor(".length + depth + 1);
  return `[${parts.join(`,${newLines}${indent}`)}]`;
}

/** The places along an axis that are shown; `undefined` stands for those left out. */
function shownPlaces(length: number): readonly (number | undefined)[] {
  if (length <= longestAxis) return Array.from({ length }, (_, at) => at);
  const ends = Array.from({ length: shownAtEachEnd }, (_, at) => at);
  return [...ends, undefined, ...ends.map((at) => length - shownAtEachEnd + at)];
}

/** Whole numbers in full, fractions to a few significant digits. */
export function printNumber(value: number): string {
  return Number.isInteger(value) || !Number.isFinite(value)
    ? String(value)
    : String(Number(value.toPrecision(digits)));
}
