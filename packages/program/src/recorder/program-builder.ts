// Writes programs node by node. The same node asked for twice is written once, so `x.add(x)` reads x once.

import { invariant, type Problem, type Result } from "@unseen/base";
import { makeProgram, type Program, type ProgramNode } from "../graph/program.ts";
import type { Attributes } from "../operations/operation.ts";

/**
 * An expression that has been recorded and belongs to no program yet. Frozen; shared freely between
 * expressions, so recording costs the same for `x` used once or a thousand times.
 */
export type Expression = {
  readonly node: Exclude<ProgramNode, { kind: "operation" }> | RecordedOperation;
};
export type RecordedOperation = {
  readonly kind: "operation";
  readonly operation: string;
  readonly inputs: readonly Expression[];
  readonly attributes: Attributes;
};

/** Lays expressions out as a program, each after what it reads. Iterative, so a deep expression does not overflow the stack. */
export function programOf(outputs: readonly Expression[]): Result<Program, Problem> {
  const nodes: ProgramNode[] = [];
  const places = new Map<Expression, number>();
  const written = new Map<string, number>();
  const waiting = [...outputs];
  while (waiting.length > 0) {
    const expression = waiting[waiting.length - 1]!;
    if (places.has(expression)) {
      waiting.pop();
      continue;
    }
    const missing =
      expression.node.kind === "operation"
        ? expression.node.inputs.filter((input) => !places.has(input))
        : [];
    if (missing.length > 0) {
      waiting.push(...missing);
      continue;
    }
    waiting.pop();
    const node = placed(expression, places);
    const key = nodeKey(node);
    const place = written.get(key) ?? nodes.push(node) - 1;
    written.set(key, place);
    places.set(expression, place);
  }
  return makeProgram({ nodes, outputs: outputs.map((output) => places.get(output)!) });
}

function placed({ node }: Expression, places: ReadonlyMap<Expression, number>): ProgramNode {
  if (node.kind !== "operation") return node;
  return {
    ...node,
    inputs: node.inputs.map((input) => {
      const place = places.get(input);
      invariant(place !== undefined, "an expression is laid out after what it reads");
      return place;
    }),
  };
}

/** Two nodes with one key compute the same. */
export function nodeKey(node: ProgramNode): string {
  switch (node.kind) {
    case "constant":
      return `c${node.value.shape.join("x")}:${Array.from(node.value.data, (value) => (Object.is(value, -0) ? "-0" : value)).join(",")}`;
    case "input":
      return `i${JSON.stringify([node.name, node.shape])}`;
    case "operation":
      return `o${node.operation}(${node.inputs.join(",")})${JSON.stringify(Object.entries(node.attributes).toSorted())}`;
    default:
      return node satisfies never;
  }
}
