// What a sum may come to, for expectations alone: mock rows counted up to the declared number of rows.

import { invariant, ok, type Problem, type Result } from "@unseen/base";
import { elementsARow, type Facts, type PlainTensor } from "@unseen/program";
import { type CanonicalNode, rowProgram } from "./canonical.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import { exactSums } from "./exact-sums.ts";
import { gridFor } from "./grid.ts";

export type TypicalSums = {
  readonly sums: PlainTensor;
  /** Multiply-adds that mock rows took. */
  readonly work: number;
};

/**
 * Reads declared bounds and mock rows only, so an expectation tells nothing about anybody. Where mock rows
 * would take more than `mostWork` multiply-adds, the middle of the bounds stands for a row.
 */
export function typicalSums(
  nodes: readonly CanonicalNode[],
  contribution: number,
  facts: readonly Facts[],
  dataset: DatasetFacts,
  mostWork: number,
): Result<TypicalSums, Problem> {
  const program = rowProgram(nodes, contribution, facts);
  if (!program.ok) return program;
  const rows = facts[contribution]!;
  invariant(rows.kind === "rows", "a sum is over rows");
  const { shape, lo, hi, oneHot } = rows;
  const work =
    program.value.shapes.reduce((total, size) => total + elementsARow(size), 0) * dataset.mockRowCount;
  if (work === 0 || work > mostWork) {
    const data = lo.map((least, at) => (least / 2 + hi[at]! / 2) * dataset.typicalRowCount);
    return ok({ sums: { shape, data }, work: 0 });
  }
  const grid = gridFor(rows);
  const sums = exactSums({ program: program.value, shape, grid, oneHot }, dataset.mock, dataset.mockRowCount);
  if (!sums.ok) return sums;
  const scale = dataset.typicalRowCount / dataset.mockRowCount;
  const data = Float64Array.from(sums.value, (sum, at) => Number(sum) * 2 ** grid.exponent[at]! * scale);
  return ok({ sums: { shape, data }, work });
}
