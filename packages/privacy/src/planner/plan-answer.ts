// Finds where people's rows become sums, and leaves everything after as free post-processing.

import { type Brand, err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Facts, Planned, Program } from "@unseen/program";
import type { CanonicalCut, CanonicalNode } from "./canonical.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import { Planner } from "./planner.ts";

/**
 * How a question will be answered: the rewritten program, the cuts (nodes that are sums over rows, noised or chosen from)
 * in the order of their stages, and the nodes that are its answers. Made without reading a private row.
 */
export type Plan = Brand<
  {
    readonly dataset: DatasetFacts;
    readonly nodes: readonly CanonicalNode[];
    /** Facts with mock rows' values in place of released ones: for expectations. */
    readonly typical: readonly Facts[];
    readonly cuts: readonly Cut[];
    readonly stages: number;
    readonly outputs: readonly number[];
    /** Multiply-adds of one evaluation of everything public. */
    readonly publicWork: number;
    /** Multiply-adds of one row on its way to all sums. */
    readonly workARow: number;
  },
  "Plan"
>;

export type Cut = CanonicalCut & { readonly node: number };

/** Refuses, free of charge and with the nearest question that would be answered, what has no protection. */
export function planAnswer(program: Program, dataset: DatasetFacts): Result<Plan, Problem> {
  const planner = new Planner(dataset);
  const planned: Planned[] = [];
  for (const [at, node] of program.nodes.entries()) {
    const value = planNode(planner, program, at, planned);
    if (!value.ok) return node.kind === "operation" ? err(named(node.operation, value.problem)) : value;
    planned.push(value.value);
  }
  const outputs: number[] = [];
  for (const output of program.outputs) {
    const value = planned[output]!;
    if (value.facts.kind === "rows") return err(rowsExposed());
    outputs.push(value.node);
  }
  const cuts = planner.cuts
    .map((node): Cut => ({ node, ...(planner.nodes[node] as CanonicalCut) }))
    .toSorted((a, b) => a.stage - b.stage);
  const stages = cuts.reduce((most, cut) => Math.max(most, cut.stage + 1), 0);
  return ok({
    dataset,
    nodes: planner.nodes,
    typical: planner.facts,
    cuts,
    stages,
    outputs,
    publicWork: planner.publicWork,
    workARow: planner.workARow,
  } as unknown as Plan);
}

function planNode(
  planner: Planner,
  program: Program,
  at: number,
  planned: readonly Planned[],
): Result<Planned, Problem> {
  const node = program.nodes[at]!;
  switch (node.kind) {
    case "constant":
      return ok(planner.constant(node.value));
    case "input": {
      const isColumn = program.shapes[at]!.length === 1 && program.shapes[at]![0] === "rows";
      if (!isColumn)
        return err(
          problem(
            "input-unknown",
            `the input ${JSON.stringify(node.name)} is not a column: a column has the shape [rows]`,
          ),
        );
      return planner.column(node.name);
    }
    case "operation":
      return planner.apply(
        node.operation,
        node.inputs.map((input) => planned[input]!),
        node.attributes,
      );
    default:
      return node satisfies never;
  }
}

function named(operation: string, refusal: Problem): Problem {
  return refusal.message.includes(operation)
    ? refusal
    : { ...refusal, message: `${operation}: ${refusal.message}` };
}

function rowsExposed(): Problem<"rows-exposed"> {
  return problem("rows-exposed", "the answer would hold a number for each row, and a row is about a person", {
    hint: "sum over the rows, or take their mean or histogram: .mean(0)",
  });
}
