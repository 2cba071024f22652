// The bytes were written by another implementation: a training travels between versions, and lies in homes until it is done.

import { readFileSync } from "node:fs";
import { create, fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  TrainedAnswerSchema,
  TrainingProgressSchema,
  TrainingRecipeSchema,
  TrainResponseSchema,
} from "./gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "./limits.ts";
import { encodeTraining, readPricedTraining, readTraining } from "./requests/learning-requests.ts";
import { recipeFromBytes, recipeToBytes } from "./training/recipe-codec.ts";
import {
  decodeTold,
  decodeTrainingPrice,
  encodeProgress,
  encodeTrained,
  encodeTrainingPrice,
  trainedFromBytes,
  trainedToBytes,
} from "./training/training-replies.ts";

const vectors = JSON.parse(readFileSync(new URL("../vectors/trainings.json", import.meta.url), "utf8")) as {
  readonly good: readonly { readonly name: string; readonly hex: string }[];
  readonly bad: readonly { readonly name: string; readonly hex: string; readonly code: string }[];
};
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

function recipeOf(hex: string) {
  const read = recipeFromBytes(bytesOf(hex));
  if (!read.ok) throw new Error(read.problem.message);
  return read.value;
}

test.each(vectors.good)("read and written as another implementation does: $name", ({ hex }) => {
  expect(Buffer.from(recipeToBytes(recipeOf(hex))).toString("hex")).toBe(hex);
});

test.each(vectors.bad)("refused as $code: $name", ({ hex, code }) => {
  const read = recipeFromBytes(bytesOf(hex));
  expect(read.ok ? "ok" : read.problem.code).toBe(code);
});

test("a training of another id, another dataset or no id is told apart", () => {
  const recipe = recipeOf(vectors.good[0]!.hex);
  const asked = encodeTraining({ dataset: "clinic", recipe }, "ask-00001");
  expect(readTraining(asked)).toEqual({ ok: true, value: { askId: "ask-00001", dataset: "clinic", recipe } });
  expect(readTraining({ ...asked, askId: "" })).toMatchObject({ problem: { code: "ask-id-invalid" } });
  expect(readTraining({ ...asked, dataset: "" })).toMatchObject({ problem: { code: "dataset-unknown" } });
});

test("more than a training may be is refused before it is read", () => {
  const read = recipeFromBytes(new Uint8Array(wireLimits.trainBytes + 1));
  expect(read).toMatchObject({ problem: { code: "message-too-large" } });
  const weights = new Uint8Array(wireLimits.trainBytes + 1);
  const asked = encodeTraining({ dataset: "clinic", recipe: { ...recipeOf(vectors.good[0]!.hex), weights } });
  expect(readPricedTraining(asked)).toMatchObject({ problem: { code: "message-too-large" } });
});

test("whatever bytes come, a recipe is read or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(typeof recipeFromBytes(bytes).ok).toBe("boolean");
    }),
  );
});

test("a good recipe with some bytes changed is read or refused, and what is read is written the same", () => {
  const change = fc.tuple(fc.nat(400), fc.nat(255));
  fc.assert(
    fc.property(
      fc.constantFrom(...vectors.good),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      ({ hex }, changes) => {
        const bytes = bytesOf(hex);
        for (const [place, value] of changes) bytes[place % bytes.length] = value;
        const read = recipeFromBytes(bytes);
        if (!read.ok) return;
        expect(recipeFromBytes(recipeToBytes(read.value))).toEqual(read);
      },
    ),
    { numRuns: 2_000 },
  );
});

const promise = {
  epsilon: 1.5,
  delta: 1e-6,
  unit: "each row is a person",
  relation: "add-or-remove-one",
  sampler: "Poisson samples of rate 0.1, 100 steps",
  conversion: "privacy loss distribution, connect the dots",
  noise: "drawn anew for each step",
  clip: 1,
  noiseMultiplier: 1,
};
const trained = {
  weights: Uint8Array.of(1, 2, 3),
  steps: 100,
  promise,
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

test("what an owner tells of a training comes back as it was told", () => {
  expect(trainedFromBytes(trainedToBytes(trained))).toEqual(trained);
  const value = Object.assign(encodeTrained(trained), { remaining: { epsilon: "2", delta: "0" } });
  const told = create(TrainResponseSchema, {
    told: { case: "trained", value: create(TrainedAnswerSchema, value) },
  });
  expect(decodeTold(told)).toEqual({
    ok: true,
    value: { kind: "trained", trained, remaining: { epsilon: "2", delta: "0" } },
  });
  const progress = { step: 3, steps: 100, epsilon: 0.5, waiting: 0 };
  const step = create(TrainResponseSchema, { told: { case: "progress", value: encodeProgress(progress) } });
  expect(decodeTold(step)).toEqual({ ok: true, value: { kind: "progress", progress } });
  const price = {
    cost: { epsilon: "1.5", delta: "0.000001" },
    promise,
    steps: 100,
    parameters: 12,
    releases: ["12 trained numbers"],
    remaining: { epsilon: "2", delta: "0" },
    isAffordable: true,
  };
  expect(decodeTrainingPrice(encodeTrainingPrice(price))).toEqual({ ok: true, value: price });
});

test("a node that tells more steps than there are, or a promise of NaN, is not believed", () => {
  const progress = create(TrainingProgressSchema, { step: 5, steps: 4 });
  const told = create(TrainResponseSchema, { told: { case: "progress", value: progress } });
  expect(decodeTold(told)).toMatchObject({ problem: { code: "message-malformed" } });
  const value = encodeTrained({ ...trained, promise: { ...promise, epsilon: Number.NaN } });
  const odd = create(TrainResponseSchema, { told: { case: "trained", value } });
  expect(decodeTold(odd)).toMatchObject({ problem: { code: "message-malformed" } });
  expect(decodeTold(create(TrainResponseSchema))).toMatchObject({ problem: { code: "message-malformed" } });
});

test("what an owner tells on the way has no place for anything that was measured on rows", () => {
  const names = TrainingProgressSchema.fields.map(({ localName }) => localName);
  expect(names).toEqual(["step", "steps", "epsilon", "waiting"]);
});

test("a field that a recipe's schema does not name is dropped where it stands", () => {
  const hex = vectors.good[0]!.hex;
  const more = Uint8Array.from([...bytesOf(hex), 0x9a, 0x06, 0x01, 0x00]);
  expect(recipeFromBytes(more)).toEqual(recipeFromBytes(bytesOf(hex)));
  expect(fromBinary(TrainingRecipeSchema, more, { readUnknownFields: false }).$unknown).toBeUndefined();
});
