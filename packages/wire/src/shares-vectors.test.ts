// The bytes were written by another implementation: shares and questions to several owners travel between nodes of different
// versions.

import { readFileSync } from "node:fs";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeJointAsk, readJointAsk } from "./codec/joint-codec.ts";
import { encodeFacts, encodeParties } from "./codec/shares-codec.ts";
import { wordsToBytes } from "./codec/words.ts";
import {
  ComputeRequestSchema,
  JointAskRequestSchema,
  PutShareRequestSchema,
} from "./gen/unseen/v1/shares_pb.ts";
import { readCompute, readPutShare } from "./requests/shares-requests.ts";

type Kind = "PutShareRequest" | "ComputeRequest" | "JointAskRequest";
const vectors = JSON.parse(readFileSync(new URL("../vectors/shares.json", import.meta.url), "utf8")) as {
  readonly good: readonly { readonly type: Kind; readonly name: string; readonly hex: string }[];
  readonly bad: readonly {
    readonly type: Kind;
    readonly name: string;
    readonly hex: string;
    readonly code: string;
  }[];
};
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

function read(type: Kind, bytes: Uint8Array) {
  if (type === "PutShareRequest") return readPutShare(fromBinary(PutShareRequestSchema, bytes));
  if (type === "ComputeRequest") return readCompute(fromBinary(ComputeRequestSchema, bytes));
  return readJointAsk(fromBinary(JointAskRequestSchema, bytes));
}

test.each(vectors.good)("$name is read as another implementation wrote it", ({ type, hex }) => {
  expect(read(type, bytesOf(hex))).toMatchObject({ ok: true });
});

test.each(vectors.bad)("refused as $code: $name", ({ type, hex, code }) => {
  const told = read(type, bytesOf(hex));
  expect(told.ok ? "ok" : told.problem.code).toBe(code);
});

test("a question to several owners, and a share, are written as they were read", () => {
  const [put, , ask] = vectors.good;
  const asked = readJointAsk(fromBinary(JointAskRequestSchema, bytesOf(ask!.hex)));
  if (!asked.ok) throw new Error(asked.problem.message);
  expect(readJointAsk(encodeJointAsk(asked.value))).toEqual(asked);
  expect(Buffer.from(toBinary(JointAskRequestSchema, encodeJointAsk(asked.value))).toString("hex")).toBe(
    ask!.hex,
  );
  const share = readPutShare(fromBinary(PutShareRequestSchema, bytesOf(put!.hex)));
  if (!share.ok) throw new Error(share.problem.message);
  const { objectId, parties, facts, parts } = share.value;
  expect([...parts[0]!]).toEqual([1n, 2n ** 64n - 1n]);
  const again = create(PutShareRequestSchema, {
    objectId,
    parties: encodeParties(parties),
    facts: encodeFacts(facts),
    parts: parts.map(wordsToBytes),
  });
  expect(Buffer.from(toBinary(PutShareRequestSchema, again)).toString("hex")).toBe(put!.hex);
});

test("random bytes are read or refused, and never thrown over", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const type of ["PutShareRequest", "ComputeRequest", "JointAskRequest"] as const) {
        try {
          read(type, bytes);
        } catch (error) {
          // Bytes that are no message at all are the transport's to refuse.
          expect((error as Error).name).not.toBe("BrokenInvariant");
        }
      }
    }),
  );
});
