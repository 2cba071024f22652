// Bounds on the work that a stranger's program can cause, before any of it is done.

import { type Attributes, elementsARow, type Shape } from "@unseen/program";

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
export function publicWorkOf(
  operation: string,
  inputs: readonly Shape[],
  result: Shape,
  attributes: Attributes,
): number {
  const work = workOf(operation, inputs, result, attributes);
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
  "Conv",
  "ConvTranspose",
  "Erf",
  "Gelu",
  "Gemm",
]);

const pools: ReadonlySet<string> = new Set(["AveragePool", "MaxPool", "MaxPoolIndices"]);
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
export function workOf(
  operation: string,
  inputs: readonly Shape[],
  result: Shape,
  attributes: Attributes,
): number {
  const size = elementsARow(result);
  const read = inputs.reduce((total, input) => total + elementsARow(input), 0);
  if (operation === "MatMul") return read + size * numberOr1(inputs[0]?.at(-1));
  if (operation === "Gemm") return read + size * numberOr1(inputs[0]?.at(attributes.transA === 1 ? 0 : 1));
  // Each number of the result sums the products of one kernel, which take twice as long as a matrix's (measured 2026-11).
  if (operation === "Conv") return read + 2 * size * kernelOf(inputs[1], 0);
  if (operation === "ConvTranspose") return read + 2 * size * kernelOf(inputs[1], 1);
  if (pools.has(operation)) {
    const [height, width] = attributes.kernel_shape as readonly number[];
    return read + 4 * size * height! * width!;
  }
  // Eighty terms of a series.
  if (operation === "Erf" || operation === "Gelu") return 100 * size;
  if (operation === "Softmax" || operation === "LogSoftmax" || operation === "LayerNormalization")
    return 10 * (size + read);
  if (operation === "GatherElements" || operation === "ScatterAdd") {
    // Bounds look through a whole line for each index.
    return read + elementsARow(inputs[1] ?? []) * longestOf(inputs[0]);
  }
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

/** Numbers of the kernels that one result reads: all but the axis that tells results apart. */
function kernelOf(kernels: Shape | undefined, axis: number): number {
  return elementsARow(kernels ?? []) / Math.max(numberOr1(kernels?.[axis]), 1);
}

function longestOf(shape: Shape | undefined): number {
  return (shape ?? []).reduce<number>((most, size) => Math.max(most, numberOr1(size)), 1);
}

function numberOr1(size: Shape[number] | undefined): number {
  return typeof size === "number" ? size : 1;
}
