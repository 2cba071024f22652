// What a sum may come to, for expectations alone: mock rows counted up to the declared number of rows.

import { invariant, ok, type Problem, type Result } from "@unseen/base";
import type { Facts, PlainTensor } from "@unseen/program";
import { type CanonicalNode, rowProgram } from "./canonical.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import { exactSums } from "./exact-sums.ts";
import { gridFor } from "./grid.ts";

/** Reads declared bounds and mock rows only, so an expectation tells nothing about anybody. */
export function typicalSums(
  nodes: readonly CanonicalNode[],
  contribution: number,
  facts: readonly Facts[],
  dataset: DatasetFacts,
): Result<PlainTensor, Problem> {
  const program = rowProgram(nodes, contribution, facts);
  if (!program.ok) return program;
  const rows = facts[contribution]!;
  invariant(rows.kind === "rows", "a sum is over rows");
  const { shape, lo, hi, oneHot } = rows;
  if (dataset.mockRowCount === 0) {
    return ok({ shape, data: lo.map((least, at) => (least / 2 + hi[at]! / 2) * dataset.typicalRowCount) });
  }
  const grid = gridFor(rows);
  const sums = exactSums({ program: program.value, shape, grid, oneHot }, dataset.mock, dataset.mockRowCount);
  if (!sums.ok) return sums;
  const scale = dataset.typicalRowCount / dataset.mockRowCount;
  return ok({
    shape,
    data: Float64Array.from(sums.value, (sum, at) => Number(sum) * 2 ** grid.exponent[at]! * scale),
  });
}
