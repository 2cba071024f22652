import { makeProgram } from "@unseen/program";
import { expect, test } from "vitest";
import { isQuick, Turns } from "./turns.ts";

test("whoever sends a hundred calls at once waits behind who sends one", async () => {
  const turns = new Turns();
  const begun: string[] = [];
  const call = async (account: string) => {
    await turns.next(account);
    begun.push(account);
  };
  const many = Array.from({ length: 100 }, () => call("mallory"));
  await new Promise(setImmediate);
  await Promise.all([...many, call("ada"), call("ada"), call("bob")]);
  expect(begun.length).toBe(103);
  expect(begun.indexOf("ada")).toBeLessThanOrEqual(2);
  expect(begun.indexOf("bob")).toBeLessThanOrEqual(3);
  expect(begun.lastIndexOf("ada")).toBeLessThanOrEqual(6);
});

test("a small call that waits many times on its way is not held up by every heavy call that waits to begin", async () => {
  const turns = new Turns();
  let heavyDone = 0;
  const heavy = async () => {
    await turns.next("mallory");
    const endMs = performance.now() + 20;
    while (performance.now() < endMs);
    heavyDone++;
  };
  const many = Promise.all(Array.from({ length: 20 }, heavy));
  await new Promise(setImmediate);
  for (let step = 0; step < 15; step++) await new Promise(setImmediate);
  expect(heavyDone).toBeLessThanOrEqual(3);
  await many;
});

test("a mean is quick, and a histogram of thousands of bins takes its turn", () => {
  const asked = (operation: string, attributes: Readonly<Record<string, number>>) => {
    const nodes = [
      { kind: "input", name: "bp", shape: ["rows"] },
      { kind: "operation", operation, inputs: [0], attributes },
    ] as const;
    const program = makeProgram({ nodes, outputs: [1] });
    if (!program.ok) throw new Error(program.problem.message);
    return program.value;
  };
  expect(isQuick(asked("ReduceMean", {}))).toBe(true);
  expect(isQuick(asked("Histogram", { bins: 10_000, min: 0, max: 1 }))).toBe(false);
});
