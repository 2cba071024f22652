import { Workspace } from "@unseen/compute";
import { makeProgram, type Program, type ProgramNode, plainTensor, sizeOf } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomProgram } from "./testing/random-programs.ts";

/** The same program with its inputs named as objects of a workspace, and its private rows as three. */
function overObjects(program: Program): Program | undefined {
  const nodes = program.nodes.map((node, at): ProgramNode => {
    if (node.kind !== "input") return node;
    return { ...node, name: `x${at}`, shape: node.shape.map((size) => (size === "rows" ? 3 : size)) };
  });
  const made = makeProgram({ nodes, outputs: program.outputs });
  return made.ok ? made.value : undefined;
}

test("whatever program runs on whatever numbers, it gives tensors of the shapes it said", () => {
  const odd = fc.constantFrom(0, -0, 1, -1, 0.5, 1e308, Number.NaN, Number.POSITIVE_INFINITY);
  fc.assert(
    fc.property(randomProgram, odd, (random, number) => {
      const program = overObjects(random);
      if (program === undefined) return;
      const workspace = new Workspace();
      for (const [at, node] of program.nodes.entries()) {
        if (node.kind !== "input") continue;
        const shape = node.shape as readonly number[];
        workspace.put(`x${at}`, plainTensor(shape, new Float64Array(sizeOf(shape)).fill(number)));
      }
      const run = workspace.run(program);
      if (!run.ok) throw new Error(run.problem.message);
      for (const [at, output] of program.outputs.entries()) {
        expect(run.value[at]?.shape).toEqual(program.shapes[output]);
        expect(run.value[at]?.data.length).toBe(sizeOf(program.shapes[output] as readonly number[]));
      }
    }),
    { numRuns: 1_000 },
  );
});
