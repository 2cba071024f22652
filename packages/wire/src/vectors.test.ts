import { readFileSync } from "node:fs";
import { toJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { encodeAnswer } from "./codec/answer-codec.ts";
import { answerFromBytes, answerToBytes, programFromBytes, programToBytes } from "./codec/bytes.ts";
import { encodeProgram } from "./codec/program-codec.ts";
import { AnswerSchema } from "./gen/unseen/v1/grid_pb.ts";
import { ProgramSchema } from "./gen/unseen/v1/tensor_pb.ts";

// The bytes of these files were written by another implementation. A change that breaks one of the good
// ones breaks every recorded answer and every older client.

type Vectors = {
  readonly good: readonly { readonly name: string; readonly hex: string; readonly json: object }[];
  readonly bad: readonly { readonly name: string; readonly hex: string; readonly code: string }[];
};
function vectors(file: string): Vectors {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), "utf8"));
}
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

for (const { name, hex, json } of vectors("programs.json").good) {
  test(`a program is read and written as another implementation does: ${name}`, () => {
    const read = programFromBytes(bytesOf(hex));
    if (!read.ok) throw new Error(read.problem.message);
    expect(hexOf(programToBytes(read.value))).toBe(hex);
    expect(JSON.stringify(toJson(ProgramSchema, encodeProgram(read.value)))).toBe(normal(json));
  });
}

for (const { name, hex, json } of vectors("answers.json").good) {
  test(`an answer is read and written as another implementation does: ${name}`, () => {
    const read = answerFromBytes(bytesOf(hex));
    if (!read.ok) throw new Error(read.problem.message);
    expect(hexOf(answerToBytes(read.value))).toBe(hex);
    expect(JSON.stringify(toJson(AnswerSchema, encodeAnswer(read.value)))).toBe(normal(json));
  });
}

/** Protobuf's JSON leaves empty lists out. */
function normal(json: object): string {
  return JSON.stringify(json, (_, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).filter(([, one]) => !(Array.isArray(one) && one.length === 0)),
    );
  });
}

test.each(vectors("programs.json").bad)("a program is refused as $code: $name", ({ hex, code }) => {
  const read = programFromBytes(bytesOf(hex));
  expect(read.ok ? "ok" : read.problem.code).toBe(code);
});

test.each(vectors("answers.json").bad)("an answer is refused as $code: $name", ({ hex, code }) => {
  const read = answerFromBytes(bytesOf(hex));
  expect(read.ok ? "ok" : read.problem.code).toBe(code);
});
