// The rows that a model is trained on, and how they are laid out for its programs.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { TrainingLoss } from "../loss/training-loss.ts";
import { type Network, sizeOfShape } from "../model/network.ts";

export type Examples = {
  /** All rows one after the other, or a list of numbers for each row. */
  readonly x: ArrayLike<number> | readonly (readonly number[])[];
  /** Of one example; where it is left out, an example is one line. */
  readonly shape?: readonly number[];
  /** What each row should be: a class, 0 or 1, or numbers, as the loss says. */
  readonly y: ArrayLike<number>;
  /** Whose row each is, where a person has several. All of a person's rows count as one. */
  readonly people?: ArrayLike<number | string>;
};

export type Prepared = {
  readonly rows: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** 0 for a row with a number that is not finite: it counts as nothing. */
  readonly isUsable: Uint8Array;
};

/** Float32 holds whole numbers and fractions apart up to here; beyond, a row counts as not finite. */
export const largestNumber = 1e7;

export function shapeOfExamples(examples: Examples): Result<readonly number[], Problem> {
  if (examples.shape !== undefined) return ok(examples.shape);
  const [first] = examples.x as readonly (readonly number[] | number)[];
  if (Array.isArray(first) && first.length > 0) return ok([first.length]);
  return err(
    problem("training-invalid", "nobody has said what shape an example has", {
      hint: "{ x, y, shape: [784] }",
    }),
  );
}

/** Refuses rows of other sizes (`training-invalid`) and labels that the loss does not take (`labels-invalid`). */
export function prepared(
  examples: Examples,
  network: Network,
  loss: TrainingLoss,
): Result<Prepared, Problem> {
  const size = sizeOfShape(network.shape);
  const x = rowsOf(examples.x, size);
  if (x === undefined || x.length === 0) {
    return err(problem("training-invalid", `the rows are not of ${size} numbers each, or there are none`));
  }
  const rows = x.length / size;
  const targets = loss.targets(examples.y, rows, network.outputs);
  if (!targets.ok) return targets;
  const isUsable = new Uint8Array(rows).fill(1);
  for (let at = 0; at < x.length; at++) {
    if (Math.abs(x[at]!) <= largestNumber) continue;
    x[at] = 0;
    isUsable[Math.floor(at / size)] = 0;
  }
  return ok({ rows, x, y: targets.value, isUsable });
}

/** Numbers of whole rows, one after the other, or undefined where they are not of `size` each. */
export function rowsOf(x: Examples["x"], size: number): Float32Array | undefined {
  const line = oneLine(x, size);
  return line === undefined || line.length % size !== 0 ? undefined : line;
}

function oneLine(x: Examples["x"], size: number): Float32Array | undefined {
  const [first] = x as readonly unknown[];
  if (!Array.isArray(first)) return new Float32Array(x as ArrayLike<number>);
  const rows = x as readonly (readonly number[])[];
  if (rows.some((row) => row.length !== size)) return undefined;
  const line = new Float32Array(rows.length * size);
  for (const [at, row] of rows.entries()) line.set(row, at * size);
  return line;
}
