// Bounds on the work that a stranger's program can cause, before any of it is done.

import { elementsARow, type Shape } from "@unseen/program";

/**
 * Multiply-adds that one evaluation of everything public may take: an inverse of the largest size. A
 * few hundredths of a second of plain script.
 */
export const mostPublicWork = 5_000_000;

/**
 * Multiply-adds that one row may take on its way to all sums. Planning follows the bounds of each element
 * on that way: half a second and 64 MiB at the most (measured 2026).
 */
export const mostWorkARow = 4_194_304;

/**
 * Multiply-adds over as many rows as the card allows for: minutes of plain script at the most. It is bounded
 * by the declared band and not by the rows that are there, so a refusal tells nothing about them.
 */
export const mostRowWork = 1e11;

/** Multiply-adds that mock rows may take for an expectation; past it the middle of the bounds is expected. */
export const mostMockWork = 5_000_000;

/**
 * The same for an operation on public values, which error bars repeat up to hundreds of times: a number touched by
 * itself takes as long as five multiply-adds of a matrix product, and one by a sine as long as twenty (measured 2026-11).
 */
export function publicWorkOf(operation: string, inputs: readonly Shape[], result: Shape): number {
  const work = workOf(operation, inputs, result);
  if (inBulk.has(operation)) return work;
  return work * (elementary.has(operation) ? 20 : 5);
}

/** What `workOf` counts step by step already. */
const inBulk: ReadonlySet<string> = new Set([
  "MatMul",
  "Solve",
  "Inverse",
  "EigenSymmetric",
  "Quantile",
  "ChooseQuantile",
  "ArgSort",
  "TopK",
  "Covariance",
  "Correlation",
]);
const elementary: ReadonlySet<string> = new Set([
  "Acos",
  "Asin",
  "Asinh",
  "Atan",
  "Cos",
  "Cosh",
  "Exp",
  "Log",
  "Pow",
  "Sigmoid",
  "Sin",
  "Sinh",
  "Tan",
  "Tanh",
]);

/** Multiply-adds of one operation; one on rows is counted for a single row. */
export function workOf(operation: string, inputs: readonly Shape[], result: Shape): number {
  const size = elementsARow(result);
  const read = inputs.reduce((total, input) => total + elementsARow(input), 0);
  if (operation === "MatMul") return read + size * numberOr1(inputs[0]?.at(-1));
  if (operation === "Solve" || operation === "Inverse") {
    const unknowns = numberOr1(inputs[0]?.[0]);
    return unknowns ** 3 + unknowns * size;
  }
  // Ten sweeps, each of n^2 / 2 turns of three lines of n.
  if (operation === "EigenSymmetric") return 30 * numberOr1(inputs[0]?.[0]) ** 3;
  // A histogram of 1,024 bins at the most, and a look through them for each share.
  if (operation === "Quantile") return 10 * (size + read + 1_024);
  if (operation === "ChooseQuantile") return 10 * (size + read + 4_096);
  if (operation === "ChooseGreatest") return 32 * (size + read);
  if (operation === "ArgSort" || operation === "TopK") return 32 * (size + read);
  if (operation === "Covariance" || operation === "Correlation") return size * read;
  return size + read;
}

function numberOr1(size: Shape[number] | undefined): number {
  return typeof size === "number" ? size : 1;
}
