// The exact part, in plain script: the oracle that every engine must equal, integer by integer.

import { ok, type Problem, type Result } from "@unseen/base";
import { evaluate } from "@unseen/compute";
import { elementsARow, type PlainTensor } from "@unseen/program";
import { type Contribution, quantise } from "./contribution.ts";

/** Columns of rows that have been bounded to the privacy unit already: each [rows], all of one length. */
export type Columns = ReadonlyMap<string, Float64Array>;

/**
 * Rows evaluated at once at most, and numbers that all results on the way may hold: stays near the processor's
 * cache, and what fits for one row fits for any number of them, so that no refusal tells how many there are.
 */
const mostRowsAtOnce = 8_192;
const mostNumbersAtOnce = 2 ** 20;

/** Sums what each row adds. Gives one integer for each element of the contribution. */
export function exactSums(
  contribution: Contribution,
  columns: Columns,
  rowCount: number,
): Result<BigInt64Array, Problem> {
  const sums = new BigInt64Array(contribution.grid.exponent.length);
  const numbersARow = contribution.program.shapes.reduce((total, shape) => total + elementsARow(shape), 0);
  const rowsAtOnce = Math.max(1, Math.min(mostRowsAtOnce, Math.floor(mostNumbersAtOnce / numbersARow)));
  for (let from = 0; from < rowCount; from += rowsAtOnce) {
    const added = addRows(sums, contribution, columns, from, Math.min(from + rowsAtOnce, rowCount));
    if (!added.ok) return added;
  }
  return ok(sums);
}

function addRows(
  sums: BigInt64Array,
  contribution: Contribution,
  columns: Columns,
  from: number,
  to: number,
): Result<undefined, Problem> {
  const inputs = new Map<string, PlainTensor>();
  for (const [name, column] of columns)
    inputs.set(name, { shape: [to - from], data: column.subarray(from, to) });
  const outputs = evaluate(contribution.program, inputs);
  if (!outputs.ok) return outputs;
  const { data } = outputs.value[0]!;
  const { exponent, least, greatest } = contribution.grid;
  const width = exponent.length;
  // Blocks of rows are summed as doubles, which is exact: 2^13 rows of at most 2^25 stay below 2^53.
  const block = new Float64Array(width);
  for (let row = 0; row < to - from; row++) {
    for (let element = 0; element < width; element++) {
      const steps = quantise(
        data[row * width + element]!,
        exponent[element]!,
        least[element]!,
        greatest[element]!,
      );
      block[element]! += steps;
      if (contribution.oneHot && steps !== 0) break;
    }
  }
  for (let element = 0; element < width; element++) sums[element]! += BigInt(block[element]!);
  return ok(undefined);
}
