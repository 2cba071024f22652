import { makeProgram, type Program, type ProgramNode } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type ColumnSource,
  printReviewed,
  type ReviewedProgram,
  readReviewed,
  reviewedProgram,
  writeReviewed,
} from "./reviewed-program.ts";

const sources: Readonly<Record<string, ColumnSource>> = {
  "4711": { owner: "3f2a 09bc", dataset: "diabetes", columns: ["bmi", "bp"] },
  "4712": { owner: "77aa 12ef", dataset: "heart", columns: ["age"] },
};
const of = (name: string): ColumnSource | undefined => sources[name];

function programOf(names: readonly string[], operation = "Add"): Program {
  const nodes: ProgramNode[] = names.map((name) => ({ kind: "input", name, shape: [2] }));
  nodes.push({ kind: "operation", operation, inputs: [0, names.length - 1], attributes: {} });
  const program = makeProgram({ nodes, outputs: [names.length] });
  if (!program.ok) throw new Error(program.problem.message);
  return program.value;
}

const whole = (program: Program): ReviewedProgram => reviewedProgram(program, of)!;

test("what an owner reads names the columns and whose they are, and nothing that an asker chose", () => {
  expect(printReviewed(whole(programOf(["4711", "4712"])))).toBe(
    [
      'source 1: ["bmi","bp"] of "diabetes" at "3f2a 09bc"',
      'source 2: ["age"] of "heart" at "77aa 12ef"',
      "unseen program 1",
      '%0 [2] = input "source 1"',
      '%1 [2] = input "source 2"',
      "%2 [2] = Add(%0, %1)",
      "return %2",
    ].join("\n"),
  );
});

test("whatever the asker calls its shares, the same program over the same columns is the same text", () => {
  const renamed = reviewedProgram(programOf(["9", "8"]), (name) => of(name === "9" ? "4711" : "4712"))!;
  expect(printReviewed(renamed)).toBe(printReviewed(whole(programOf(["4711", "4712"]))));
  for (const other of [
    programOf(["4712", "4711"]),
    programOf(["4711", "4712"], "Sub"),
    programOf(["4711", "4711"]),
  ])
    expect(printReviewed(whole(other))).not.toBe(printReviewed(renamed));
});

test("a program that takes something of no owner cannot be reviewed", () => {
  expect(reviewedProgram(programOf(["4711", "own"]), of)).toBeUndefined();
});

test("a program for review is read as it was written", () => {
  const program = whole(programOf(["4711", "4712"]));
  expect(readReviewed(`${writeReviewed(program)}\n`)).toEqual({ ok: true, value: program });
});

test("two that are not the same are never written alike, and one that is written in another way is refused", () => {
  const program = whole(programOf(["4711", "4712"]));
  const swapped = { ...program, sources: [...program.sources].reverse() };
  expect(writeReviewed(swapped)).not.toBe(writeReviewed(program));
  const spare = { ...program, sources: [...program.sources, sources["4711"]!] };
  expect(readReviewed(writeReviewed(spare))).toMatchObject({
    ok: false,
    problem: { code: "message-malformed" },
  });
  const missing = { ...program, sources: program.sources.slice(0, 1) };
  expect(readReviewed(writeReviewed(missing))).toMatchObject({ ok: false });
});

test("a name cannot write a line of its own into what an owner reads", () => {
  const sly = { owner: "a", dataset: 'x" at "b"\nunseen program 1', columns: ["\u001b[2K"] };
  const text = printReviewed(reviewedProgram(programOf(["4711"]), () => sly)!);
  expect(text.split("\n")).toHaveLength(5);
  expect(text).not.toContain("\u001b");
});

test("random lines never throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("hex")),
      ),
      (line) => {
        readReviewed(line);
      },
    ),
  );
  for (const line of ["", "zz", "abc"]) expect(readReviewed(line).ok).toBe(false);
});
