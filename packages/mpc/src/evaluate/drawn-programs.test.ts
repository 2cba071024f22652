import { makeProgram, type Program, type ProgramNode } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { onShares, plainly, priced, type TestInput } from "../testing/programs.ts";
import { protocolsUnderTest } from "../testing/protocols.ts";

const length = 3;
const inputs: ReadonlyMap<string, TestInput> = new Map(
  [0, 1].map((from) => [
    `input ${from}`,
    {
      from,
      shape: [length],
      isWhole: from === 1,
      least: -4,
      greatest: 4,
      data: from === 1 ? [-4, 0, 3] : [1.5, -0.25, 4],
    },
  ]),
);
const constant = { shape: [length], data: Float64Array.of(-1, 0.5, 2) };

/** Steps of 2^-16 that operations on results may add up to: ten operations, none of which makes numbers very large. */
const room = 2 ** -4;

const operation = fc.tuple(
  fc.constantFrom("Add", "Sub", "Mul", "Max", "Neg", "Relu", "Abs", "Less", "Sigmoid"),
  fc.nat(),
  fc.nat(),
);

/** Any operation on any two results before it; any results as outputs, inputs and the same ones twice among them. */
const drawn: fc.Arbitrary<Program> = fc
  .tuple(
    fc.array(operation, { minLength: 1, maxLength: 7 }),
    fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
  )
  .map(([steps, ends]) => {
    const nodes: ProgramNode[] = [
      { kind: "input", name: "input 0", shape: [length] },
      { kind: "input", name: "input 1", shape: [length] },
      { kind: "constant", value: constant },
    ];
    for (const [name, first, second] of steps) {
      const isUnary = ["Neg", "Relu", "Abs", "Sigmoid"].includes(name);
      const read = [first, second].slice(0, isUnary ? 1 : 2).map((at) => at % nodes.length);
      nodes.push({ kind: "operation", operation: name, inputs: read, attributes: {} });
    }
    const program = makeProgram({
      nodes,
      outputs: ends.map((end) => nodes.length - 1 - (end % nodes.length)),
    });
    if (!program.ok) throw new Error(program.problem.message);
    return program.value;
  });

/** Comparisons and what follows from them may go either way where two numbers are within an error of each other. */
function isSmooth(program: Program): boolean {
  return program.nodes.every((node) => node.kind !== "operation" || node.operation !== "Less");
}

test.each(protocolsUnderTest.map((under) => [under.name, under] as const))(
  "%s: any program gives the plain numbers, for its price, and keeps no memory, refused or not",
  async (_, under) => {
    await fc.assert(
      fc.asyncProperty(drawn, async (program) => {
        const run = await onShares(under, program, inputs);
        expect(run.kept).toBe(0);
        const price = await priced(under, program, inputs);
        if (!run.values.ok) return expect(price).toEqual(run.values);
        expect(price).toEqual({ ok: true, value: run.spent });
        for (const [at, wanted] of plainly(program, inputs).entries()) {
          const value = run.values.value[at]!;
          expect(value.shape).toEqual(wanted.shape);
          if (isSmooth(program))
            for (const [element, number] of wanted.data.entries())
              expect(Math.abs(value.data[element]! - number)).toBeLessThanOrEqual(
                room * (1 + Math.abs(number)),
              );
        }
      }),
      // Proofs take longer than computing.
      { numRuns: under.name === "verified" ? 4 : 12 },
    );
  },
);
