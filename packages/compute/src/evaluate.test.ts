import { makeProgram, type ProgramNode } from "@unseen/program";
import { expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";

// Were results that are no longer needed counted, the number of rows alone would decide whether a sum is
// refused, and a refusal would tell it.
test("only what is still needed counts against memory", () => {
  const rows = 2 ** 21;
  const nodes: ProgramNode[] = [{ kind: "input", name: "a", shape: ["rows"] }];
  for (let at = 0; at < 70; at++)
    nodes.push({ kind: "operation", operation: "Neg", inputs: [at], attributes: {} });
  const program = makeProgram({ nodes, outputs: [70] });
  if (!program.ok) throw new Error(program.problem.message);
  const result = evaluate(program.value, new Map([["a", { shape: [rows], data: new Float64Array(rows) }]]));
  expect(result.ok).toBe(true);
});

test("what does not fit in memory together is refused", () => {
  const rows = 2 ** 23;
  const nodes: ProgramNode[] = [{ kind: "input", name: "a", shape: ["rows"] }];
  for (let at = 0; at < 16; at++)
    nodes.push({ kind: "operation", operation: "Neg", inputs: [0], attributes: {} });
  const program = makeProgram({ nodes, outputs: nodes.map((_, at) => at) });
  if (!program.ok) throw new Error(program.problem.message);
  const result = evaluate(program.value, new Map([["a", { shape: [rows], data: new Float64Array(rows) }]]));
  expect(!result.ok && result.problem.code).toBe("program-too-large");
});
