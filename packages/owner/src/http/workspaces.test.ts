import { makeProgram } from "@unseen/program";
import { expect, test } from "vitest";
import { ada } from "../questions/questions-for-tests.ts";
import { Workspaces } from "./workspaces.ts";

test("a run that would hold everybody up for seconds is refused", () => {
  const workspace = new Workspaces().of(ada);
  const squared = (size: number) => {
    // The slowest numbers: their products are too small to be normal.
    workspace.put("x", { shape: [size, size], data: new Float64Array(size ** 2).fill(1e-160) });
    const nodes = [
      { kind: "input", name: "x", shape: [size, size] },
      { kind: "operation", operation: "MatMul", inputs: [0, 0], attributes: {} },
    ] as const;
    const program = makeProgram({ nodes, outputs: [1] });
    if (!program.ok) throw new Error(program.problem.message);
    return workspace.run(program.value, ["y"]);
  };
  expect(squared(577)).toMatchObject({ ok: false, problem: { code: "program-too-large" } });
  expect(squared(200)).toMatchObject({ ok: true });
});
