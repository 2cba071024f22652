// What a sum may come to, for expectations alone: mock rows counted up to the declared number of rows. Over
// people, each mock row is one.

import { invariant, ok, type Problem, type Result } from "@unseen/base";
import { elementsARow, type Facts, type PlainTensor, type Program } from "@unseen/program";
import { type CanonicalCut, type CanonicalNode, rowProgram } from "./canonical.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import { exactSums } from "./exact-sums.ts";
import { gridFor } from "./grid.ts";
import { peopleHeld } from "./people-held.ts";
import { workOf } from "./work.ts";

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
  { contribution, across }: Pick<CanonicalCut, "contribution" | "across">,
  facts: readonly Facts[],
  dataset: DatasetFacts,
  mostWork: number,
): Result<TypicalSums, Problem> {
  const program = rowProgram(nodes, contribution, facts);
  if (!program.ok) return program;
  const rows = facts[contribution]!;
  invariant(rows.kind === "rows", "a sum is over rows");
  const { shape, lo, hi, oneHot } = rows;
  const grid = gridFor(rows, { across, release: { by: "sum" } });
  const steps = peopleHeld(across, grid, dataset);
  if (!steps.ok) return steps;
  const work = workOfARow(program.value) * dataset.mockRowCount;
  if (work === 0 || work > mostWork) {
    const held = (value: number) =>
      across.kind === "rows" ? value : Math.min(Math.max(value, across.least), across.greatest);
    const data = lo.map((least, at) => held(least / 2 + hi[at]! / 2) * dataset.typicalRowCount);
    return ok({ sums: { shape, data }, work: 0 });
  }
  const one = { program: program.value, shape, grid, across: steps.value, oneHot };
  const sums = exactSums(one, dataset.mock, dataset.mockRowCount);
  if (!sums.ok) return sums;
  const scale = dataset.typicalRowCount / dataset.mockRowCount;
  const data = Float64Array.from(sums.value, (sum, at) => Number(sum) * 2 ** grid.exponent[at]! * scale);
  return ok({ sums: { shape, data }, work });
}

function workOfARow({ nodes, shapes }: Program): number {
  return nodes.reduce((total, node, at) => {
    if (node.kind !== "operation") return total + elementsARow(shapes[at]!);
    const inputs = node.inputs.map((input) => shapes[input]!);
    return total + workOf(node.operation, inputs, shapes[at]!, node.attributes);
  }, 0);
}
