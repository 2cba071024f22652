// Models that other tools wrote, and the numbers that those tools give for them; and those that go out, as ONNX's own
// checker passed them and its evaluator computed them.

import { readFileSync } from "node:fs";
import { evaluate } from "@unseen/compute";
import { type PlainTensor, type Program, plainTensor } from "@unseen/program";
import { expect, test } from "vitest";
import { exportOnnx } from "./export-onnx.ts";
import { foreignModels, importedModel, inputsOf, trainingOf } from "./exported-for-tests.ts";

type Vector = { readonly shape: readonly number[]; readonly data: readonly number[] };
type Exported = {
  readonly name: string;
  readonly model: string;
  readonly within: number;
  readonly outputs: readonly Vector[];
};

const file = new URL("../../fixtures/exported-onnx.json", import.meta.url);
const { exported } = JSON.parse(readFileSync(file, "utf8")) as { readonly exported: readonly Exported[] };

function expectNear(
  program: Program,
  inputs: ReadonlyMap<string, PlainTensor>,
  outputs: readonly Vector[],
  within: number,
): void {
  const values = evaluate(program, inputs);
  if (!values.ok) throw new Error(values.problem.message);
  expect(values.value.length).toBe(outputs.length);
  for (const [which, wanted] of outputs.entries()) {
    const { shape, data } = values.value[which]!;
    expect(shape, `output ${which}`).toEqual(wanted.shape);
    const size = wanted.data.reduce((most, number) => Math.max(most, Math.abs(number)), 1);
    for (const [at, number] of plainTensor(wanted.shape, wanted.data).data.entries())
      expect(Math.abs(data[at]! - number), `output ${which} at ${at}`).toBeLessThan(within * size);
  }
}

test.each(foreignModels)("$name gives the numbers of the tool that wrote it", (model) => {
  const { program, weights } = importedModel(model);
  expectNear(program, inputsOf(model, weights), model.outputs, model.within);
});

test.each(exported)(
  "$name goes out as the bytes that were checked, and gives the numbers of its evaluator",
  (one) => {
    const model = foreignModels.find(({ name }) => one.name.endsWith(name))!;
    const { program: forward, weights } = importedModel(model);
    const isGradient = one.name.startsWith("the gradient of ");
    const program = isGradient ? trainingOf(model)! : forward;
    const bytes = exportOnnx(program, { numbers: "float64", weights });
    if (!bytes.ok) throw new Error(bytes.problem.message);
    expect(Buffer.from(bytes.value).toString("base64")).toBe(one.model);
    expectNear(program, inputsOf(model, weights), one.outputs, one.within);
  },
);

test("each foreign model goes out again, and the gradient of each that has one", () => {
  const names = exported.map(({ name }) => name);
  for (const model of foreignModels) {
    expect(names).toContain(model.name);
    expect(names.includes(`the gradient of ${model.name}`)).toBe(trainingOf(model) !== undefined);
  }
});
