// Operations that are other operations: written as a small program and run as one.

import { type Attributes, makeProgram, type ProgramNode, sizeOf } from "@unseen/program";
import type { SharesRule } from "../shares-rule.ts";
import type { SecretTensor } from "../values.ts";

type Write = (steps: Steps, x: SecretTensor, attributes: Attributes) => number | undefined;

/** Nodes of a program whose first is its secret input. */
class Steps {
  readonly nodes: ProgramNode[];

  constructor(shape: readonly number[]) {
    this.nodes = [{ kind: "input", name: "x", shape }];
  }

  apply(operation: string, inputs: readonly number[], attributes: Attributes = {}): number {
    return this.nodes.push({ kind: "operation", operation, inputs, attributes }) - 1;
  }

  number(value: number): number {
    return this.nodes.push({ kind: "constant", value: { shape: [], data: Float64Array.of(value) } }) - 1;
  }
}

function composed(write: Write): SharesRule {
  return async (context, [x], attributes) => {
    const secret = x as SecretTensor;
    const steps = new Steps(secret.shape);
    const output = write(steps, secret, attributes);
    const program = makeProgram({ nodes: steps.nodes, outputs: [output ?? 0] });
    if (!program.ok) return program;
    const values = await context.evaluate(program.value, new Map([["x", secret]]));
    return values.ok ? { ok: true, value: values.value[0]! } : values;
  };
}

const varianceSteps: Write = (steps, { shape }, attributes) => {
  const { axes, keepdims } = attributes as { axes: readonly number[]; keepdims: number };
  const mean = steps.apply("ReduceMean", [0], { axes, keepdims: 1 });
  const deviation = steps.apply("Sub", [0, mean]);
  const squares = steps.apply("Mul", [deviation, deviation]);
  const result = steps.apply("ReduceMean", [squares], { axes, keepdims });
  const reduced = axes.length === 0 ? shape.map((_, axis) => axis) : axes;
  const count = reduced.reduce((product, axis) => product * shape.at(axis)!, 1);
  const correction = attributes.correction as number;
  return steps.apply("Mul", [result, steps.number(count / Math.max(count - correction, 1))]);
};

export const variance = composed(varianceSteps);

/** A square's mean is not negative, whatever truncation makes of it. */
export const standardDeviation = composed((steps, x, attributes) =>
  steps.apply("Sqrt", [steps.apply("Relu", [varianceSteps(steps, x, attributes)!])]),
);

export const covariance = composed((steps, { shape }, attributes) => {
  const mean = steps.apply("ReduceMean", [0], { axes: [0], keepdims: 1 });
  const centred = steps.apply("Sub", [0, mean]);
  const turned = steps.apply("Transpose", [centred], { perm: [1, 0] });
  const total = steps.apply("MatMul", [turned, centred]);
  const count = Math.max(shape[0]! - (attributes.correction as number), 1);
  return steps.apply("Div", [total, steps.number(count)]);
});

/** Running sums: each element is the sum of those before it along the axis, gathered by a public matrix of ones. */
export const cumulative: SharesRule = async (context, [x], attributes) => {
  const secret = x as SecretTensor;
  const rank = secret.shape.length;
  const axis = ((attributes.axis as number) + rank) % rank;
  const size = secret.shape[axis]!;
  const inner = sizeOf(secret.shape.slice(axis + 1));
  const { protocol } = context;
  let running = protocol.copy(secret.shared);
  // Doubling: after each pass an element holds the sum of twice as many.
  for (let reach = 1; reach < size; reach *= 2) {
    using old = running;
    const places = new Uint32Array(secret.shared.length);
    const mask = new BigUint64Array(secret.shared.length);
    for (let at = 0; at < places.length; at++) {
      const step = Math.floor(at / inner) % size;
      places[at] = step >= reach ? at - reach * inner : at;
      mask[at] = step >= reach ? 1n : 0n;
    }
    using shifted = protocol.gather(old, places);
    const column = protocol.session.memory.columnOf(mask);
    using kept = protocol.mulPublic(shifted, column);
    protocol.session.memory.free(column);
    running = protocol.add(old, kept);
  }
  const least = Math.min(secret.least, secret.least * size);
  const greatest = Math.max(secret.greatest, secret.greatest * size);
  return context.secret("CumSum", { ...secret, shared: running, least, greatest });
};
