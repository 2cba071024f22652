// A bound on the work that a stranger's program can cause in public arithmetic, before any of it is done.

import { elementsARow, type Shape } from "@unseen/program";

/**
 * Multiply-adds that one evaluation of everything public may take. An answer evaluates it once, and its
 * error bar at least forty times more: a few tenths of a second of plain script at the most.
 */
export const mostPublicWork = 4_000_000;

export function workOf(operation: string, inputs: readonly Shape[], result: Shape): number {
  const size = elementsARow(result);
  const read = inputs.reduce((total, input) => total + elementsARow(input), 0);
  if (operation === "MatMul") return size * Number(inputs[0]?.at(-1) ?? 1);
  if (operation === "Solve" || operation === "Inverse")
    return Number(inputs[0]?.[0] ?? 1) ** 2 * (Number(inputs[0]?.[0] ?? 1) + size);
  if (operation === "Covariance") return size * read;
  return size + read;
}
