import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeProgram, type ProgramNode } from "../graph/program.ts";
import { type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";
import { operations } from "./index.ts";
import type { Attributes } from "./operation.ts";

type Vector = { readonly shape: readonly number[]; readonly data: readonly (number | string)[] };
type VectorCase = {
  readonly operation: string;
  readonly inputs: readonly Vector[];
  readonly attributes: Attributes;
  readonly output: Vector;
  readonly exact: boolean;
};

const cases = ["numpy-vectors.json", "onnx-vectors.json"].flatMap((name) => {
  const file = new URL(`../../fixtures/${name}`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly VectorCase[] }).cases;
});

const tensor = ({ shape, data }: Vector): PlainTensor => ({ shape, data: Float64Array.from(data, Number) });
const byOperation = Map.groupBy(cases, (one) => one.operation);

/** These know no people, and no list of keys; `people.test.ts` and `label-encoder.test.ts` have them. */
const notElsewhere = ["CountPeople", "LabelEncoder", "SumByPerson"];
const elsewhere = [...operations.keys()].filter((name) => !notElsewhere.includes(name));

test.each(elsewhere)("%s gives what numpy, torch or the ONNX reference gives", (name) => {
  const own = byOperation.get(name) ?? [];
  expect(own.length).toBeGreaterThan(0);
  for (const { inputs, attributes, output, exact } of own) {
    const drawn = inputs.map(tensor);
    const result = operations.get(name)!.plain(drawn, attributes);
    const where = JSON.stringify({ shapes: inputs.map(({ shape }) => shape), attributes });
    expect(result.shape, where).toEqual(output.shape);
    expect(result.data.length, where).toBe(sizeOf(output.shape));
    const wanted = tensor(output).data;
    for (const [at, value] of result.data.entries()) {
      const target = wanted[at]!;
      if (exact || !Number.isFinite(target))
        expect(
          value === target || Object.is(value, target),
          `${where} at ${at}: ${value} for ${target}`,
        ).toBe(true);
      else
        expect(Math.abs(value - target), `${where} at ${at}`).toBeLessThanOrEqual(
          1e-12 * Math.max(1, Math.abs(target)),
        );
    }
  }
});

test.each(elsewhere)("the shape rule of %s says the shape that its result has", (name) => {
  for (const { inputs, attributes, output } of byOperation.get(name) ?? []) {
    const nodes: ProgramNode[] = inputs.map(({ shape }, at) => ({ kind: "input", name: `x${at}`, shape }));
    const program = makeProgram({
      nodes: [
        ...nodes,
        { kind: "operation", operation: name, inputs: inputs.map((_, at) => at), attributes },
      ],
      outputs: [inputs.length],
    });
    if (!program.ok) throw new Error(program.problem.message);
    expect(program.value.shapes.at(-1)).toEqual(output.shape);
  }
});
