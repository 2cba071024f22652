import { makeProgram, operations, type Program, type ProgramNode, plainTensor } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { unestimatedOperations, workOf } from "./work-of.ts";
import { Workspace, workspaceLimits } from "./workspace.ts";

const vector = (...numbers: number[]) => plainTensor([numbers.length], numbers);

function program(...nodes: readonly ProgramNode[]): Program {
  const made = makeProgram({ nodes, outputs: [nodes.length - 1] });
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}
const input = (name: string, ...shape: number[]): ProgramNode => ({ kind: "input", name, shape });
const does = (operation: string, inputs: number[], attributes = {}): ProgramNode => ({
  kind: "operation",
  operation,
  inputs,
  attributes,
});
const twice = program(input("x", 4), does("Add", [0, 0]));

function codeOf(result: { ok: true } | { ok: false; problem: { code: string } }): string {
  return result.ok ? "ok" : result.problem.code;
}

test("x.add(x) runs where x is, and what it gives can be kept and fetched", () => {
  const workspace = new Workspace();
  workspace.put("x", vector(1, 3, 4, 5));
  expect(workspace.run(twice, ["y"])).toEqual({ ok: true, value: [] });
  expect(workspace.get("y")).toEqual({ ok: true, value: vector(2, 6, 8, 10) });
  expect(workspace.run(twice)).toEqual({ ok: true, value: [vector(2, 6, 8, 10)] });
  expect(workspace.list()).toEqual(["x", "y"]);
});

test("what is fetched is a copy, and what was put is one too", () => {
  const workspace = new Workspace();
  const mine = vector(1, 2);
  workspace.put("x", mine);
  mine.data[0] = 99;
  const fetched = workspace.get("x");
  if (fetched.ok) fetched.value.data[1] = 99;
  expect(workspace.get("x")).toEqual({ ok: true, value: vector(1, 2) });
  const same = program(input("x", 2));
  const returned = workspace.run(same);
  if (returned.ok) returned.value[0]!.data[0] = 99;
  workspace.run(same, ["z"]);
  expect(workspace.get("z")).toEqual({ ok: true, value: vector(1, 2) });
});

test("what is not there is refused by its name", () => {
  const workspace = new Workspace();
  expect(codeOf(workspace.get("x"))).toBe("object-unknown");
  expect(codeOf(workspace.delete("x"))).toBe("object-unknown");
  expect(codeOf(workspace.run(twice))).toBe("object-unknown");
  expect(codeOf(workspace.get("__proto__"))).toBe("object-unknown");
  workspace.put("x", vector(1, 2));
  expect(codeOf(workspace.run(twice))).toBe("shapes-do-not-fit");
  expect(codeOf(workspace.run(program({ kind: "input", name: "x", shape: ["rows"] })))).toBe(
    "shapes-do-not-fit",
  );
});

test("an id that is none, places that do not match and a tensor that lies are refused", () => {
  const workspace = new Workspace();
  for (const id of ["", "a b", "a/b", "é", "x".repeat(65)])
    expect(codeOf(workspace.put(id, vector(1)))).toBe("message-malformed");
  expect(codeOf(workspace.put("x", { shape: [3], data: Float64Array.of(1) }))).toBe("message-malformed");
  expect(codeOf(workspace.put("x", { shape: [-1, -1], data: Float64Array.of(1) }))).toBe("message-malformed");
  workspace.put("x", vector(1, 3, 4, 5));
  expect(codeOf(workspace.run(twice, ["a", "b"]))).toBe("message-malformed");
  expect(codeOf(workspace.run(twice, ["not an id"]))).toBe("message-malformed");
  const two = makeProgram({ nodes: [input("x", 4)], outputs: [0, 0] });
  expect(two.ok && codeOf(workspace.run(two.value, ["a", "a"]))).toBe("message-malformed");
});

test("a full workspace keeps what it has, and deleting makes room", () => {
  const workspace = new Workspace({ ...workspaceLimits, objects: 2, elements: 10 });
  expect(codeOf(workspace.put("x", vector(1, 2, 3, 4)))).toBe("ok");
  expect(codeOf(workspace.put("big", plainTensor([7], new Float64Array(7))))).toBe("workspace-full");
  expect(codeOf(workspace.put("x2", vector(1, 2, 3, 4)))).toBe("ok");
  expect(codeOf(workspace.run(twice, ["y"]))).toBe("workspace-full");
  expect(workspace.list()).toEqual(["x", "x2"]);
  expect(codeOf(workspace.put("x2", plainTensor([6], new Float64Array(6))))).toBe("ok");
  expect(codeOf(workspace.put("x2", plainTensor([7], new Float64Array(7))))).toBe("workspace-full");
  workspace.delete("x2");
  expect(codeOf(workspace.run(twice, ["y"]))).toBe("ok");
});

test("of several outputs either all are kept or none", () => {
  const workspace = new Workspace({ ...workspaceLimits, objects: 2 });
  workspace.put("x", vector(1, 3, 4, 5));
  const both = makeProgram({ nodes: [input("x", 4), does("Neg", [0])], outputs: [0, 1] });
  expect(both.ok && codeOf(workspace.run(both.value, ["a", "b"]))).toBe("workspace-full");
  expect(workspace.list()).toEqual(["x"]);
  expect(both.ok && workspace.run(both.value, ["", "b"])).toEqual({ ok: true, value: [vector(1, 3, 4, 5)] });
  expect(workspace.get("b")).toEqual({ ok: true, value: vector(-1, -3, -4, -5) });
});

test("a few bytes that ask for hours of work are refused before any of it is done", () => {
  const workspace = new Workspace();
  workspace.put("m", plainTensor([2_000, 2_000], new Float64Array(4_000_000)));
  const started = performance.now();
  const square = program(input("m", 2_000, 2_000), does("MatMul", [0, 0]));
  expect(workOf(square)).toBeGreaterThan(8e9);
  expect(codeOf(workspace.run(square))).toBe("program-too-large");
  const chain = program(
    input("m", 2_000, 2_000),
    ...Array.from({ length: 1_900 }, (_, at) => does("Sin", [at])),
  );
  expect(codeOf(workspace.run(chain))).toBe("program-too-large");
  expect(performance.now() - started).toBeLessThan(2_000);
});

test("every operation has an estimate of its work", () => {
  expect(unestimatedOperations()).toEqual([]);
  expect(operations.size).toBeGreaterThan(50);
});

test("a private row axis has no work, because a workspace has no rows", () => {
  expect(workOf(program({ kind: "input", name: "x", shape: ["rows"] }))).toBe(Number.POSITIVE_INFINITY);
});

test("the numbers kept are counted right, whatever is put, replaced and deleted", () => {
  const id = fc.constantFrom("a", "b", "c");
  const step = fc.oneof(
    fc.record({ kind: fc.constant("put" as const), id, size: fc.nat(8) }),
    fc.record({ kind: fc.constant("delete" as const), id }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const workspace = new Workspace({ ...workspaceLimits, elements: 12 });
      const model = new Map<string, number>();
      for (const one of steps) {
        if (one.kind === "delete") {
          expect(workspace.delete(one.id).ok).toBe(model.delete(one.id));
          continue;
        }
        const others = [...model].reduce((sum, [key, size]) => (key === one.id ? sum : sum + size), 0);
        const fits = others + one.size <= 12;
        expect(workspace.put(one.id, plainTensor([one.size], new Float64Array(one.size))).ok).toBe(fits);
        if (fits) model.set(one.id, one.size);
      }
      expect([...workspace.list()].sort()).toEqual([...model.keys()].sort());
    }),
  );
});
