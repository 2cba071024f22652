// Operations that are other operations: written as a small program and run as one.

import { ok, type Problem, type Result } from "@unseen/base";
import { type Attributes, makeProgram, type ProgramNode, sizeOf } from "@unseen/program";
import type { SharesContext } from "../shares-context.ts";
import type { SharesRule } from "../shares-rule.ts";
import { type SecretTensor, type SharesValue, shapeOf } from "../values.ts";

type Write = (steps: Steps, x: SecretTensor, attributes: Attributes) => number | undefined;

/** Nodes of a program whose first are its inputs. */
class Steps {
  readonly nodes: ProgramNode[];

  constructor(inputs: readonly SharesValue[]) {
    this.nodes = inputs.map((input, at) => ({ kind: "input", name: `${at}`, shape: shapeOf(input) }));
  }

  apply(operation: string, inputs: readonly number[], attributes: Attributes = {}): number {
    return this.nodes.push({ kind: "operation", operation, inputs, attributes }) - 1;
  }

  number(value: number): number {
    return this.nodes.push({ kind: "constant", value: { shape: [], data: Float64Array.of(value) } }) - 1;
  }
}

function composed(write: Write): SharesRule {
  return async (context, inputs, attributes) =>
    written(context, inputs, (steps) => write(steps, inputs[0] as SecretTensor, attributes));
}

/** Runs a small program on values. */
async function written(
  context: SharesContext,
  inputs: readonly SharesValue[],
  write: (steps: Steps) => number | undefined,
): Promise<Result<SharesValue, Problem>> {
  const steps = new Steps(inputs);
  const output = write(steps);
  const program = makeProgram({ nodes: steps.nodes, outputs: [output ?? 0] });
  if (!program.ok) return program;
  const values = await context.evaluate(program.value, new Map(inputs.map((input, at) => [`${at}`, input])));
  return values.ok ? ok(values.value[0]!) : values;
}

/** Gemm: a matrix product, scaled and with something added, as it says. */
export const gemm: SharesRule = async (context, inputs, attributes) =>
  written(context, inputs, (steps) => {
    const turned = (input: number, isTurned: unknown) =>
      isTurned === 1 ? steps.apply("Transpose", [input], { perm: [1, 0] }) : input;
    const times = (value: number, factor: number) =>
      factor === 1 ? value : steps.apply("Mul", [value, steps.number(factor)]);
    const product = steps.apply("MatMul", [turned(0, attributes.transA), turned(1, attributes.transB)]);
    const scaled = times(product, attributes.alpha as number);
    return inputs.length < 3 ? scaled : steps.apply("Add", [scaled, times(2, attributes.beta as number)]);
  });

/** LayerNormalization. What is normalised is at most sqrt(n) in size, whatever the steps in between could be. */
export const layerNormalization: SharesRule = async (context, [x, ...others], attributes) => {
  const shape = shapeOf(x!);
  const first = ((attributes.axis as number) + shape.length) % shape.length;
  const axes = shape.map((_, axis) => axis).slice(first);
  const mean = (steps: Steps, of: number) => steps.apply("ReduceMean", [of], { axes, keepdims: 1 });
  const normal = await written(context, [x!], (steps) => {
    const distance = steps.apply("Sub", [0, mean(steps, 0)]);
    const squares = mean(steps, steps.apply("Mul", [distance, distance]));
    const variance = steps.apply("Add", [
      steps.apply("Relu", [squares]),
      steps.number(attributes.epsilon as number),
    ]);
    return steps.apply("Div", [distance, steps.apply("Sqrt", [variance])]);
  });
  if (!normal.ok || normal.value.kind === "public") return normal;
  const most = Math.sqrt(sizeOf(shape.slice(first))) + 1;
  const held = { ...normal.value, least: -most, greatest: most };
  const result = await written(context, [held, ...others], (steps) => {
    const scaled = steps.apply("Mul", [0, 1]);
    return others.length < 2 ? scaled : steps.apply("Add", [scaled, 2]);
  });
  held.shared[Symbol.dispose]();
  return result;
};

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
