import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { plainTensor } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AnswerSchema,
  BudgetResponseSchema,
  DatasetSchema,
  HelloResponseSchema,
  PriceResponseSchema,
  RowCountSchema,
  SampleResponseSchema,
  SignInResponseSchema,
} from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";
import { type BudgetText, decodeBudget, decodeOffer, encodeBudget, encodeOffer } from "./amounts.ts";
import { decodeAnswer, encodeAnswer, type SentAnswer } from "./answer-codec.ts";
import { answerFromBytes } from "./bytes.ts";
import { type DatasetDescription, decodeDataset, encodeDataset } from "./dataset-codec.ts";
import { decodePrice, encodePrice, type SentPrice } from "./price-codec.ts";
import { decodeSample, encodeSample, type SampleRows } from "./sample-codec.ts";
import {
  decodeGreeting,
  decodeSession,
  encodeGreeting,
  encodeSession,
  type Session,
} from "./session-codec.ts";

/** Over the wire and back. */
function travelled<Schema extends DescMessage>(schema: Schema, message: MessageShape<Schema>) {
  return fromBinary(schema, toBinary(schema, message));
}

const loss = { epsilon: "0.5", delta: "0.000001" };
const budget: BudgetText = {
  cap: { epsilon: "10", delta: "0" },
  spent: loss,
  remaining: { epsilon: "9.5", delta: "0" },
  yourCap: { epsilon: "2", delta: "0" },
  yourSpent: loss,
  yourRemaining: { epsilon: "1.5", delta: "1e-18" },
  renewals: 2,
};
const dataset: DatasetDescription = {
  name: "diabetes",
  description: "Ten measurements of 442 patients,\nand how their disease went on.",
  tags: ["#diabetes", "#data"],
  columns: [
    { name: "bp", type: "number", unit: "mmHg", least: 60, greatest: 140, description: "mean pressure" },
    { name: "age", type: "integer", least: 0, greatest: 120 },
    { name: "sex", type: "category", categories: ["1", "2"] },
  ],
  rows: { kind: "band", least: 100, greatest: 1_000 },
  privacyUnit: "each row is a person",
  mostRowsEach: 1,
  budget,
};
const answer: SentAnswer = {
  values: [plainTensor([], [94.6]), plainTensor([2], [1, Number.NaN])],
  plusMinus: [plainTensor([], [0.25]), plainTensor([2], [2, 2])],
  choices: ["which of 4 sums is greatest"],
  spent: loss,
  receipt: {
    askId: "ask-00000001",
    dataset: "diabetes",
    questionHash: "ab".repeat(32),
    serial: 41,
    chargedAtMs: 1_790_000_000_000,
    nodeId: "node-1",
    entryHash: "cd".repeat(32),
  },
  guarantee: "Each row is a person.",
};

test("a dataset's description travels as the owner wrote it", () => {
  expect(decodeDataset(travelled(DatasetSchema, encodeDataset(dataset)))).toEqual({
    ok: true,
    value: dataset,
  });
  const exact: DatasetDescription = { ...dataset, rows: { kind: "exact", exact: 442 } };
  expect(decodeDataset(travelled(DatasetSchema, encodeDataset(exact)))).toEqual({ ok: true, value: exact });
});

test("an answer and its receipt travel as they were recorded", () => {
  expect(decodeAnswer(travelled(AnswerSchema, encodeAnswer(answer)))).toEqual({ ok: true, value: answer });
});

test("a price, a sample, a budget, a session and a greeting travel as they are", () => {
  const price: SentPrice = {
    cost: loss,
    expectedPlusMinus: [plainTensor([], [0.25])],
    releases: ["the sum of bp, clamped to 60 … 140"],
    remaining: loss,
    isAffordable: true,
  };
  expect(decodePrice(travelled(PriceResponseSchema, encodePrice(price)))).toEqual({ ok: true, value: price });
  const sample: SampleRows = {
    origin: "synthetic",
    columns: ["bp", "sex"],
    rows: [
      [101, "1"],
      [99.5, "2"],
    ],
  };
  expect(decodeSample(travelled(SampleResponseSchema, encodeSample(sample)))).toEqual({
    ok: true,
    value: sample,
  });
  expect(decodeBudget(travelled(BudgetResponseSchema, encodeBudget(budget)))).toEqual({
    ok: true,
    value: budget,
  });
  const session: Session = {
    token: "v4.public.abc_DEF-1",
    expiresAtMs: 1_790_000_000_000,
    role: "researcher",
  };
  expect(decodeSession(travelled(SignInResponseSchema, encodeSession(session)))).toEqual({
    ok: true,
    value: session,
  });
  const greeting = { nodeId: "n1", nodeName: "May Clinic", programVersion: 1, isUnclaimed: true };
  expect(decodeGreeting(travelled(HelloResponseSchema, encodeGreeting(greeting)))).toEqual(greeting);
});

test("what a hostile node sends is refused or cleaned before anybody prints it", () => {
  const hostile = encodeDataset({
    ...dataset,
    description: "\u001b]0;owned\u0007 fine",
    tags: ["#a\nb\u202e"],
  });
  const read = decodeDataset(hostile);
  expect(read.ok && [read.value.description, read.value.tags]).toEqual([" ]0;owned  fine", ["#a b "]]);
  const wrong = [
    decodeDataset(undefined),
    decodeDataset(create(DatasetSchema, {})),
    decodeDataset(encodeDataset({ ...dataset, name: "n".repeat(201) })),
    decodeDataset({
      ...encodeDataset(dataset),
      tags: Array.from({ length: wireLimits.tags + 1 }, () => "#a"),
    }),
    decodeDataset({ ...encodeDataset(dataset), rows: create(RowCountSchema) }),
    decodeDataset({
      ...encodeDataset(dataset),
      rows: create(RowCountSchema, { count: { case: "exact", value: 2n ** 60n } }),
    }),
    decodeDataset(
      encodeDataset({ ...dataset, columns: [{ name: "x", type: "number", least: 2, greatest: 1 }] }),
    ),
    decodeDataset(
      encodeDataset({ ...dataset, columns: [{ name: "x", type: "number", least: Number.NaN, greatest: 1 }] }),
    ),
    decodeSession(create(SignInResponseSchema, { token: "a\r\nx-evil: 1", role: "owner" })),
    decodeSession(create(SignInResponseSchema, { token: "abc", role: "god" })),
    decodeSample(create(SampleResponseSchema, { origin: "real", columns: ["bp"] })),
    decodeSample(
      create(SampleResponseSchema, { origin: "declared", columns: ["bp"], rows: [{ cells: [] }] }),
    ),
    decodeSample(
      create(SampleResponseSchema, { origin: "declared", columns: ["bp"], rows: [{ cells: [{}] }] }),
    ),
  ];
  for (const one of wrong) expect(one.ok ? "ok" : one.problem.code).toBe("message-malformed");
});

test("bytes that are anything at all are an answer or a refusal, and never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(typeof answerFromBytes(bytes).ok).toBe("boolean");
    }),
    { numRuns: 1_000 },
  );
});

test("an offer is decimal text, and what is written otherwise is refused by its half", () => {
  const offer = { epsilon: "0.5", delta: "1e-6" };
  expect(decodeOffer(encodeOffer(offer))).toEqual({ ok: true, value: offer });
  expect(decodeOffer(encodeOffer({ epsilon: "3" }))).toEqual({ ok: true, value: { epsilon: "3" } });
  // Whether these are a price is not the wire's affair.
  for (const epsilon of ["-1", "0", "Infinity", "1e-300", ".5"])
    expect(decodeOffer(encodeOffer({ epsilon })).ok).toBe(true);
  for (const epsilon of ["", "half", "NaN", "0x10", "1,5", " 1", "1".repeat(65), "__proto__"]) {
    const read = decodeOffer(encodeOffer({ epsilon }));
    expect(read.ok ? "ok" : read.problem.code).toBe("epsilon-invalid");
  }
  const read = decodeOffer(encodeOffer({ epsilon: "1", delta: "small" }));
  expect(read.ok ? "ok" : read.problem.code).toBe("delta-invalid");
  expect(decodeOffer(undefined).ok).toBe(false);
});
