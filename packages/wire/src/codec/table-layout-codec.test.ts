import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Expression, programOf } from "@unseen/program";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TranslateRequestSchema, TranslateResponseSchema } from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";
import { readTranslate } from "../requests/grid-requests.ts";
import {
  decodeTranslation,
  encodeTranslation,
  type SentTranslation,
  type TableLayout,
} from "./table-layout-codec.ts";

const sex: Expression = { node: { kind: "input", name: "sex", shape: ["rows"] } };
const hot = operation("OneHot", [sex], { depth: 2 });
const counts = operation("ReduceSum", [hot], { axes: [0] });

function operation(name: string, inputs: readonly Expression[], attributes = {}): Expression {
  return { node: { kind: "operation", operation: name, inputs, attributes } };
}

function translation(layout: Partial<TableLayout> = {}): SentTranslation {
  const program = programOf([counts]);
  if (!program.ok) throw new Error(program.problem.message);
  return {
    dataset: "clinic",
    program: program.value,
    layout: {
      rows: 2,
      columns: [
        { name: "sex", cells: { kind: "public", values: ["f", "m"] } },
        { name: "count", cells: { kind: "released", output: 0 } },
      ],
      shown: 2,
      order: [{ column: 1, isDescending: true }],
      offset: 0,
      ...layout,
    },
  };
}

test("a translation comes over the wire as it was sent", () => {
  const ofJoin = { ...translation(), joined: "patients" };
  for (const sent of [translation(), ofJoin, translation({ keep: 1, mostRows: 0, offset: 3, order: [] })]) {
    const bytes = toBinary(TranslateResponseSchema, encodeTranslation(sent));
    expect(decodeTranslation(fromBinary(TranslateResponseSchema, bytes))).toEqual({ ok: true, value: sent });
  }
});

test("a second dataset that is no name is not asked under", () => {
  for (const joined of ["a\nb", "x".repeat(wireLimits.nameLength + 1)]) {
    const sent = encodeTranslation({ ...translation(), joined });
    expect(decodeTranslation(sent)).toMatchObject({ problem: { code: "message-malformed" } });
  }
});

describe("a layout that does not fit its program is not read", () => {
  const keys = (values: readonly string[]) => ({ name: "k", cells: { kind: "public" as const, values } });
  test.each<[string, Partial<TableLayout>]>([
    ["no rows", { rows: 0 }],
    ["more rows than a table has", { rows: wireLimits.tableRows + 1 }],
    ["other rows than the program gives", { rows: 3 }],
    [
      "an output that is not there",
      { columns: [{ name: "x", cells: { kind: "released", output: 1 } }], shown: 1, order: [] },
    ],
    ["too few keys", { columns: [keys(["f"])], shown: 1, order: [] }],
    ["an order by no column", { order: [{ column: 2, isDescending: false }] }],
    ["a condition in no column", { keep: 2 }],
    ["nothing to show", { shown: 0 }],
    ["more to show than there is", { shown: 3 }],
  ])("%s", (_, layout) => {
    const message = encodeTranslation(translation(layout));
    expect(decodeTranslation(message)).toMatchObject({ ok: false, problem: { code: "message-malformed" } });
  });

  test("names and keys cannot move a terminal's cursor", () => {
    const sent = translation({ columns: [keys(["\u001b[2J", "m"])], shown: 1, order: [] });
    const read = decodeTranslation(encodeTranslation(sent));
    expect(JSON.stringify(read)).not.toContain("\\u001b");
  });
});

test("random bytes never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        decodeTranslation(fromBinary(TranslateResponseSchema, bytes));
      } catch (error) {
        expect((error as Error).message).not.toMatch(/undefined|not a function/);
      }
    }),
  );
});

test("a statement is measured in bytes, and a longer one is refused before it is read", () => {
  const read = (sql: string) => readTranslate(create(TranslateRequestSchema, { sql }));
  expect(read("x".repeat(wireLimits.sqlBytes))).toMatchObject({ ok: true });
  expect(read("x".repeat(wireLimits.sqlBytes + 1))).toMatchObject({ problem: { code: "sql-malformed" } });
  expect(read("é".repeat(wireLimits.sqlBytes / 2 + 1))).toMatchObject({ problem: { code: "sql-malformed" } });
});
