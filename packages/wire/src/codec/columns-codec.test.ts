import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ShareColumnsRequestSchema } from "../gen/unseen/v1/shares_pb.ts";
import { columnsFromBytes, columnsToBytes, readShareColumns, type SentColumns } from "./columns-codec.ts";

const sent: SentColumns = {
  facts: { shape: [3, 2], fractionBits: 16, least: -1, greatest: 140 },
  permitId: "spm_00ff",
  validUntilMs: 1_800_000_000_000,
};
const request = {
  computationId: new Uint8Array(32),
  parties: { protocol: "verified", fingerprints: ["a", "b", "c"] },
  objectId: "x",
  owner: "a",
  dataset: "diabetes",
  columns: ["bmi", "bp"],
};

test("what an owner's node tells of its columns is read as it was written", () => {
  expect(columnsFromBytes(columnsToBytes(sent))).toEqual({ ok: true, value: sent });
});

test("random bytes never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      columnsFromBytes(bytes);
    }),
  );
});

const malformed: readonly [string, object][] = [
  ["an id of another length", { computationId: new Uint8Array(31) }],
  ["a name for the shares that is none", { objectId: "../x" }],
  ["no column", { columns: [] }],
  ["too many columns", { columns: Array.from({ length: 65 }, (_, at) => `c${at}`) }],
  ["a column twice", { columns: ["bmi", "bmi"] }],
  ["an empty name", { columns: [""] }],
  ["a name that is too long", { dataset: "x".repeat(201) }],
  ["a fingerprint that is too long", { owner: "x".repeat(81) }],
  ["a protocol that is none", { parties: { protocol: "clear", fingerprints: [] } }],
];

test.each(malformed)("refused: %s", (_, more) => {
  expect(readShareColumns(create(ShareColumnsRequestSchema, request))).toMatchObject({ ok: true });
  expect(readShareColumns(create(ShareColumnsRequestSchema, { ...request, ...more }))).toMatchObject({
    ok: false,
    problem: { code: "message-malformed" },
  });
});
