// The bytes were written by another implementation: teachers are asked for between versions, and lie in homes until they answered.

import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { floatsFromBytes, floatsToBytes } from "./codec/floats.ts";
import { TeachingAnswersSchema, TrainResponseSchema } from "./gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "./limits.ts";
import { encodeTraining, readTraining } from "./requests/learning-requests.ts";
import { teachingFromBytes, teachingToBytes } from "./training/teaching-codec.ts";
import {
  answersFromBytes,
  answersToBytes,
  encodeAnswers,
  type SentAnswers,
} from "./training/teaching-replies.ts";
import { decodeTold, decodeTrainingPrice, encodeTrainingPrice } from "./training/training-replies.ts";

const vectors = JSON.parse(readFileSync(new URL("../vectors/teachings.json", import.meta.url), "utf8")) as {
  readonly good: readonly { readonly name: string; readonly hex: string }[];
  readonly bad: readonly { readonly name: string; readonly hex: string; readonly code: string }[];
};
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

function recipeOf(hex: string) {
  const read = teachingFromBytes(bytesOf(hex));
  if (!read.ok) throw new Error(read.problem.message);
  return read.value;
}

test.each(vectors.good)("read and written as another implementation does: $name", ({ hex }) => {
  expect(Buffer.from(teachingToBytes(recipeOf(hex))).toString("hex")).toBe(hex);
});

test.each(vectors.bad)("refused as $code: $name", ({ hex, code }) => {
  const read = teachingFromBytes(bytesOf(hex));
  expect(read.ok ? "ok" : read.problem.code).toBe(code);
});

test("queries are lines of float32, the lowest byte first", () => {
  expect([...floatsFromBytes(recipeOf(vectors.good[0]!.hex).queries)]).toEqual([-1, 0, 0.5]);
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 20 }), fc.nat(3), (numbers, at) => {
      const within = new Uint8Array(numbers.length * 4 + at);
      within.set(floatsToBytes(numbers), at);
      expect(floatsFromBytes(within.subarray(at))).toEqual(numbers);
    }),
  );
});

test("whether a call asks for a model or for teachers is told apart", () => {
  const recipe = recipeOf(vectors.good[0]!.hex);
  const asked = encodeTraining({ dataset: "clinic", recipe }, "ask-00001");
  expect(asked.asked.case).toBe("teaching");
  expect(readTraining(asked)).toEqual({ ok: true, value: { askId: "ask-00001", dataset: "clinic", recipe } });
  expect(readTraining({ ...asked, asked: { case: undefined } })).toMatchObject({
    problem: { code: "training-invalid" },
  });
});

test("more than teachers may be asked is refused before it is read", () => {
  const read = teachingFromBytes(new Uint8Array(wireLimits.teachBytes + 1));
  expect(read).toMatchObject({ problem: { code: "message-too-large" } });
  const queries = new Uint8Array(wireLimits.queryBytes + 4);
  const many = { ...recipeOf(vectors.good[0]!.hex), queries };
  const asked = encodeTraining({ dataset: "clinic", recipe: many }, "ask-00001");
  expect(readTraining(asked)).toMatchObject({ problem: { code: "training-invalid" } });
});

test("whatever bytes come, a teaching is read or refused, and what is read is written the same", () => {
  const change = fc.tuple(fc.nat(400), fc.nat(255));
  const good = fc.tuple(fc.constantFrom(...vectors.good), fc.array(change, { minLength: 1, maxLength: 4 }));
  const changed = good.map(([{ hex }, changes]) => {
    const bytes = bytesOf(hex);
    for (const [place, value] of changes) bytes[place % bytes.length] = value;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      const read = teachingFromBytes(bytes);
      if (read.ok) expect(teachingFromBytes(teachingToBytes(read.value))).toEqual(read);
    }),
    { numRuns: 2_000 },
  );
});

const promise = {
  epsilon: 1.5,
  delta: 1e-6,
  unit: "each row is a person",
  relation: "add-or-remove-one",
  aggregator: "GNMax, Gaussian noise of deviation 4",
  conversion: "Gaussian differential privacy",
};
const answers: SentAnswers = {
  answers: [0, -1, 3],
  teachers: 20,
  promise,
  agreement: { order: 20, epsilonAtMost: 0.75, estimate: 0.5, independent: 1.25 },
  spent: { epsilon: "1.5", delta: "0.000001" },
  receipt: {
    askId: "ask-00001",
    dataset: "clinic",
    questionHash: "ab",
    serial: 1,
    chargedAtMs: 1,
    nodeId: "node_1",
    entryHash: "cd",
  },
  guarantee: "each person is protected",
};
const toldOf = (value: ReturnType<typeof encodeAnswers>) =>
  decodeTold(create(TrainResponseSchema, { told: { case: "taught", value } }));
const remaining = { epsilon: "2", delta: "0" };

test("what an owner tells of teachers comes back as it was told", () => {
  const { agreement: _, ...without } = answers;
  for (const each of [answers, without]) {
    expect(answersFromBytes(answersToBytes(each))).toEqual(each);
    expect(toldOf(Object.assign(encodeAnswers(each), { remaining }))).toMatchObject({
      value: { kind: "trained", trained: each, remaining },
    });
  }
  const price = {
    cost: { epsilon: "1.5", delta: "0.000001" },
    promise,
    steps: 20,
    parameters: 12,
    releases: ["answers"],
    remaining,
    isAffordable: true,
  };
  expect(decodeTrainingPrice(encodeTrainingPrice(price))).toEqual({ ok: true, value: price });
});

test("a node that answers nothing, places below none, or promises NaN is not believed", () => {
  for (const odd of [
    { ...answers, answers: [] },
    { ...answers, answers: [0, -2] },
    { ...answers, promise: { ...promise, epsilon: Number.NaN } },
    { ...answers, agreement: { ...answers.agreement!, epsilonAtMost: Number.POSITIVE_INFINITY } },
  ])
    expect(toldOf(Object.assign(encodeAnswers(odd), { remaining }))).toMatchObject({
      problem: { code: "message-malformed" },
    });
});

test("what an owner tells of teachers has no place for a count of votes, a weight or a score", () => {
  const names = TeachingAnswersSchema.fields.map(({ localName }) => localName);
  expect(names).toEqual([
    "answers",
    "teachers",
    "promise",
    "agreement",
    "spent",
    "receipt",
    "guarantee",
    "remaining",
  ]);
});
