// The program as the planner rewrites it: rows always first, and nothing but a cut goes over the row axis.
//
// Facts are read off the graph twice by the same rules. Once before anything is charged, with values that
// mock rows suggest in place of released ones, so that a question which cannot be answered is refused
// free of charge; and once for real, stage by stage, with what was released.

import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type Attributes,
  type ChoiceRule,
  type Expression,
  type Facts,
  operations,
  type PeopleHeld,
  type PlainTensor,
  type Program,
  programOf,
  type RowsFacts,
} from "@unseen/program";

export type CanonicalNode =
  | { readonly kind: "constant"; readonly value: PlainTensor; readonly stage: 0 }
  | { readonly kind: "column"; readonly name: string; readonly facts: RowsFacts; readonly stage: 0 }
  | {
      readonly kind: "operation";
      readonly operation: string;
      readonly inputs: readonly number[];
      readonly attributes: Attributes;
      readonly isPrivate: boolean;
      readonly stage: number;
    }
  | CanonicalCut;

/** The sum of a private node, over rows or over people. What it reads is known at `stage`; its own value is known one later. */
export type CanonicalCut = {
  readonly kind: "cut";
  readonly contribution: number;
  readonly across: CutAcross;
  readonly release: CutRelease;
  readonly stage: number;
};

/** What is held of one person, in the numbers of the question; a grid makes integers of it. */
export type CutAcross = { readonly kind: "rows" } | ({ readonly kind: "people" } & PeopleHeld);

/** What leaves of an exact sum: all of it, with noise, or nothing but what a mechanism chooses from it. */
export type CutRelease = { readonly by: "sum" } | ChoiceRule;

/** The stage from which a node's facts can be read: 0 for what needs nothing released. */
export function stageOf(node: CanonicalNode): number {
  return node.kind === "cut" ? node.stage + 1 : node.stage;
}

/** What is known of one node, given what is known of those above it. Cuts are given by whoever released them. */
export function factsOfNode(
  node: Exclude<CanonicalNode, { kind: "cut" }>,
  facts: readonly (Facts | undefined)[],
): Result<Facts, Problem> {
  if (node.kind === "constant") return ok({ kind: "public", value: node.value });
  if (node.kind === "column") return ok(node.facts);
  const operation = operations.get(node.operation);
  invariant(operation !== undefined, "the planner writes allow-listed operations only");
  const inputs = node.inputs.map((input) => {
    const fact = facts[input];
    invariant(fact !== undefined, "facts are read in order");
    return fact;
  });
  if (node.isPrivate) {
    invariant(operation.sensitivity.rowByRow !== undefined, "a private node has a rule for one row");
    return operation.sensitivity.rowByRow(inputs, node.attributes);
  }
  const values = inputs.map((input) => {
    invariant(input.kind === "public", "a public node reads public nodes");
    return input.value;
  });
  return ok({ kind: "public", value: operation.plain(values, node.attributes) });
}

/**
 * The rows program of a contribution: columns, row-by-row operations, and everything public as constants.
 * Refused where a released value is not finite, which only a division by a released zero can bring about.
 */
export function rowProgram(
  nodes: readonly CanonicalNode[],
  contribution: number,
  facts: readonly (Facts | undefined)[],
): Result<Program, Problem> {
  const expressions = new Map<number, Expression>();
  const expressionOf = (at: number): Expression => {
    const known = expressions.get(at);
    if (known !== undefined) return known;
    const expression = writeExpression(at);
    expressions.set(at, expression);
    return expression;
  };
  const writeExpression = (at: number): Expression => {
    const fact = facts[at];
    invariant(fact !== undefined, "facts are read in order");
    if (fact.kind === "public") return { node: { kind: "constant", value: fact.value } };
    const node = nodes[at]!;
    if (node.kind === "column") return { node: { kind: "input", name: node.name, shape: ["rows"] } };
    invariant(node.kind === "operation", "a private value is a column or an operation on rows");
    const { operation, inputs, attributes } = node;
    return { node: { kind: "operation", operation, inputs: inputs.map(expressionOf), attributes } };
  };
  // From the first node on, so that a deep program does not overflow the stack.
  for (let at = 0; at <= contribution; at++) if (facts[at]?.kind === "rows") expressionOf(at);
  const program = programOf([expressionOf(contribution)]);
  if (!program.ok && program.problem.code === "constant-not-finite") {
    return err(
      problem("bounds-unknown", "a released value that the question goes on with is not finite", {
        hint: "clip it before it is used on rows again",
      }),
    );
  }
  return program;
}
