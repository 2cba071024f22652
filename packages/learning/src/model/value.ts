// Writing a step down: expressions whose shapes are known as they are written.

import { invariant } from "@unseen/base";
import {
  type Attributes,
  type Expression,
  operations,
  type PlainTensor,
  type Program,
  readAttributes,
} from "@unseen/program";

/** A recorded result of which every size is known. */
export type Value = Expression & { readonly shape: readonly number[] };

export function input(name: string, shape: readonly number[]): Value {
  return { node: { kind: "input", name, shape }, shape };
}

export function constant(value: PlainTensor): Value {
  return { node: { kind: "constant", value }, shape: value.shape };
}

export function number(value: number): Value {
  return constant({ shape: [], data: Float64Array.of(value) });
}

/** Layers have looked at their shapes before they write: a misfit here is a bug. */
export function apply(operation: string, inputs: readonly Value[], given: Attributes = {}): Value {
  const rules = operations.get(operation);
  invariant(rules !== undefined, "a step holds allow-listed operations only");
  const attributes = readAttributes(rules, given);
  invariant(attributes.ok, "a step's operations have the settings that they take");
  const shape = rules.shape(
    inputs.map((each) => each.shape),
    attributes.value,
  );
  invariant(shape.ok, "a step's shapes fit");
  return {
    node: { kind: "operation", operation, inputs, attributes: attributes.value },
    shape: shape.value as readonly number[],
  };
}

export const reshape = (value: Value, shape: readonly number[]): Value =>
  `${value.shape}` === `${shape}` ? value : apply("Reshape", [value], { shape });

/** Sums over axes that are then gone, or of size 1. */
export const sumOver = (value: Value, axes: readonly number[], keepdims: 0 | 1 = 0): Value =>
  apply("ReduceSum", [value], { axes, keepdims });

export const times = (x: Value, y: Value): Value => apply("Mul", [x, y]);

/** The outputs of a program as expressions, so that more can be written below it. */
export function outputsOf(program: Program): readonly Value[] {
  const values: Value[] = [];
  for (const [at, node] of program.nodes.entries()) {
    const shape = program.shapes[at] as readonly number[];
    values.push(
      node.kind === "operation"
        ? { node: { ...node, inputs: node.inputs.map((each) => values[each]!) }, shape }
        : { node, shape },
    );
  }
  return program.outputs.map((output) => values[output]!);
}
