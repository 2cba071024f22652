// Adds one operation to what has been recorded, and says at once whether its shapes fit.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type Attributes,
  type Expression,
  makeProgram,
  type ProgramNode,
  type Shape,
  tensorOf,
} from "@unseen/program";

/** An expression and the shape of its value. */
export type Recorded = { readonly expression: Expression; readonly shape: Shape };

/**
 * Cost: the operation's own shape rule, however much was recorded before. A misfit, an unknown setting or
 * a constant that is not finite is refused here, at the line of the caller's code that wrote it.
 */
export function recordOperation(
  operation: string,
  operands: readonly Recorded[],
  attributes: Attributes,
): Result<Recorded, Problem> {
  const stands: ProgramNode[] = operands.map(({ expression, shape }, at) =>
    expression.node.kind === "constant" ? expression.node : { kind: "input", name: `operand ${at}`, shape },
  );
  const inputs = operands.map((_, at) => at);
  const checked = makeProgram({
    nodes: [...stands, { kind: "operation", operation, inputs, attributes }],
    outputs: [operands.length],
  });
  if (!checked.ok) return checked;
  const node = checked.value.nodes[operands.length]!;
  const read = node.kind === "operation" ? node.attributes : attributes;
  const expressions = operands.map(({ expression }) => expression);
  const expression: Expression = Object.freeze({
    node: Object.freeze({
      kind: "operation",
      operation,
      inputs: Object.freeze(expressions),
      attributes: read,
    }),
  });
  return ok({ expression, shape: checked.value.shapes[operands.length]! });
}

/** Numbers among the operands become constants of the program. */
export function constantOf(operand: unknown): Result<Recorded, Problem> {
  if (!isNested(operand)) {
    return err(
      problem("program-malformed", "an operand is neither numbers nor a tensor of the same place", {
        hint: "send() a local tensor to the worker first, or give plain numbers; a private column takes plain numbers",
      }),
    );
  }
  const value = tensorOf(operand);
  if (!value.ok) return value;
  return ok({ expression: { node: { kind: "constant", value: value.value } }, shape: value.value.shape });
}

type Nested = number | readonly Nested[];

export function isNested(value: unknown): value is Nested {
  return typeof value === "number" || (Array.isArray(value) && value.every(isNested));
}
