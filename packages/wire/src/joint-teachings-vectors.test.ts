// Calls for teachers at several owners, as bytes that another implementation wrote.

import { readFileSync } from "node:fs";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { JointTeachRequestSchema } from "./gen/unseen/v1/learning_pb.ts";
import { encodeJointTeaching, readJointTeaching } from "./training/joint-teaching-codec.ts";

const { jointGood, jointBad } = JSON.parse(
  readFileSync(new URL("../vectors/teachings.json", import.meta.url), "utf8"),
) as {
  readonly jointGood: readonly { readonly name: string; readonly hex: string }[];
  readonly jointBad: readonly { readonly name: string; readonly hex: string; readonly code: string }[];
};
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const readFrom = (bytes: Uint8Array) => readJointTeaching(fromBinary(JointTeachRequestSchema, bytes));

test.each(jointGood)("read and written as another implementation does: $name", ({ hex }) => {
  const read = readFrom(bytesOf(hex));
  if (!read.ok) throw new Error(read.problem.message);
  expect(
    Buffer.from(toBinary(JointTeachRequestSchema, encodeJointTeaching(read.value))).toString("hex"),
  ).toBe(hex);
});

test.each(jointBad)("refused as $code: $name", ({ hex, code }) => {
  const read = readFrom(bytesOf(hex));
  expect(read.ok ? "ok" : read.problem.code).toBe(code);
});

test("whatever bytes are a message of the schema, it is read or refused", () => {
  const change = fc.tuple(fc.nat(400), fc.nat(255));
  fc.assert(
    fc.property(
      fc.constantFrom(...jointGood),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      ({ hex }, changes) => {
        const bytes = bytesOf(hex);
        for (const [place, value] of changes) bytes[place % bytes.length] = value;
        let message: ReturnType<typeof encodeJointTeaching>;
        try {
          message = fromBinary(JointTeachRequestSchema, bytes);
        } catch {
          return;
        }
        expect(typeof readJointTeaching(message).ok).toBe("boolean");
      },
    ),
    { numRuns: 1_000 },
  );
});
