// For tests: programs that go out, made of the foreign models that come in.

import { readFileSync } from "node:fs";
import { grad, makeProgram, type PlainTensor, type Program, plainTensor } from "@unseen/program";
import { importOnnx } from "./import-onnx.ts";

type Vector = { readonly shape: readonly number[]; readonly data: readonly number[] };

export type ForeignModel = {
  readonly name: string;
  readonly model: string;
  /** How near the numbers are to be: those of some tools are rounded on the way. */
  readonly within: number;
  readonly inputs: Readonly<Record<string, Vector>>;
  readonly outputs: readonly Vector[];
};

const file = new URL("../../fixtures/foreign-onnx.json", import.meta.url);

export const foreignModels = (
  JSON.parse(readFileSync(file, "utf8")) as { readonly models: readonly ForeignModel[] }
).models;

/** With two in a batch, as the inputs of the file have wherever a batch is open. */
export function importedModel({ model, inputs }: ForeignModel) {
  const [first] = Object.values(inputs);
  const read = importOnnx(new Uint8Array(Buffer.from(model, "base64")), {
    sizes: { batch: first!.shape[0]! },
  });
  if (!read.ok) throw new Error(read.problem.message);
  return read.value;
}

export function inputsOf(
  model: ForeignModel,
  weights: ReadonlyMap<string, PlainTensor>,
): ReadonlyMap<string, PlainTensor> {
  const own = Object.entries(model.inputs).map(
    ([name, { shape, data }]) => [name, plainTensor(shape, data)] as const,
  );
  return new Map([...weights, ...own]);
}

/** The gradient of the first output's squares, by the weights or, where there are none, by the inputs; undefined without one. */
export function trainingOf(model: ForeignModel): Program | undefined {
  const { program, weights } = importedModel(model);
  const names = weights.size > 0 ? [...weights.keys()] : Object.keys(model.inputs);
  const [output] = program.outputs as readonly [number];
  const at = program.nodes.length;
  const squared = { kind: "operation", operation: "Mul", inputs: [output, output], attributes: {} } as const;
  const total = { kind: "operation", operation: "ReduceSum", inputs: [at], attributes: {} } as const;
  const loss = makeProgram({ nodes: [...program.nodes, squared, total], outputs: [at + 1] });
  if (!loss.ok) throw new Error(loss.problem.message);
  const gradient = grad(loss.value, { withRespectTo: names, keepOutputs: true });
  return gradient.ok ? gradient.value : undefined;
}
