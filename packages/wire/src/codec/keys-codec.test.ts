import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { KeysAnswerSchema } from "../gen/unseen/v1/grid_pb.ts";
import { decodeKeys, encodeKeys, type SentKeys } from "./keys-codec.ts";

const sent: SentKeys = {
  keys: ["E11", "I10", "日本"],
  spent: { epsilon: "1", delta: "0.000001" },
  receipt: {
    askId: "ask-00000001",
    dataset: "visits",
    questionHash: "q",
    serial: 1,
    chargedAtMs: 2,
    nodeId: "node_1",
    entryHash: "ab".repeat(32),
  },
  guarantee: "each person is protected",
};

test("keys come back as they were sent", () => {
  expect(decodeKeys(fromBinary(KeysAnswerSchema, toBinary(KeysAnswerSchema, encodeKeys(sent))))).toEqual({
    ok: true,
    value: sent,
  });
});

test.each([
  ["out of order", ["I10", "E11"]],
  ["twice", ["E11", "E11"]],
  ["that would move a terminal's cursor", ["\u001b[2J"]],
  ["that hides text", ["a\u202eb"]],
  ["that is empty", [""]],
  ["that is longer than any", ["x".repeat(401)]],
  ["with a space at its end", ["E11 "]],
])("a key %s is refused", (_, keys) => {
  const message = create(KeysAnswerSchema, { ...encodeKeys(sent), keys });
  expect(decodeKeys(message)).toMatchObject({ ok: false, problem: { code: "message-malformed" } });
});

test("random bytes never throw past the reader of messages", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      let message: ReturnType<typeof encodeKeys>;
      try {
        message = fromBinary(KeysAnswerSchema, bytes);
      } catch {
        return;
      }
      decodeKeys(message);
    }),
  );
});
