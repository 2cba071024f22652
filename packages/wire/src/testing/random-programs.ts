// For tests: well-formed programs, drawn. Each drawn step is kept where `makeProgram` takes it.

import { makeProgram, operations, type Program, type ProgramNode } from "@unseen/program";
import fc from "fast-check";

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const size = fc.nat(3);

const step = fc.record({
  operation: fc.constantFrom(...operations.keys()),
  inputs: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  integers: fc.array(fc.integer({ min: -2, max: 4 }), { maxLength: 3 }),
  number,
  texts: fc.array(fc.string({ unit: "grapheme", maxLength: 12 }), { maxLength: 3 }),
});
const constant = fc.array(size, { maxLength: 3 }).chain((shape) => {
  const length = shape.reduce((product, one) => product * one, 1);
  return fc
    .array(number, { minLength: length, maxLength: length })
    .map((data): ProgramNode => ({ kind: "constant", value: { shape, data: Float64Array.from(data) } }));
});
const input = fc
  .record({
    name: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
    shape: fc.array(size, { maxLength: 2 }),
    isPrivate: fc.boolean(),
  })
  .map(
    ({ name, shape, isPrivate }): ProgramNode => ({
      kind: "input",
      name,
      shape: isPrivate ? ["rows", ...shape] : shape,
    }),
  );

export const randomProgram: fc.Arbitrary<Program> = fc
  .tuple(
    fc.array(fc.oneof(constant, input), { minLength: 1, maxLength: 5 }),
    fc.array(step, { maxLength: 12 }),
    fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
  )
  .map(([leaves, steps, outputs]) => {
    const nodes: ProgramNode[] = [...leaves];
    for (const { operation, inputs, integers, texts, number: value } of steps) {
      const { attributes: specs } = operations.get(operation)!;
      const attributes = Object.fromEntries(
        Object.entries(specs).map(([name, { kind }], at) => [
          name,
          { integer: integers[at] ?? 1, integers, number: value, numbers: [value], texts }[kind],
        ]),
      );
      const node: ProgramNode = {
        kind: "operation",
        operation,
        inputs: inputs.map((one) => one % nodes.length),
        attributes,
      };
      if (makeProgram({ nodes: [...nodes, node], outputs: [0] }).ok) nodes.push(node);
    }
    const made = makeProgram({ nodes, outputs: outputs.map((one) => one % nodes.length) });
    if (!made.ok) throw new Error(made.problem.message);
    return made.value;
  });
