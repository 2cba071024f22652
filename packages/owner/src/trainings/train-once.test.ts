// The attack that must fail: asks that were let in before a training ended, and come to its place after.

import { ok, Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { amount } from "../ledger/index.ts";
import { openLedger } from "../ledger/ledger-for-tests.ts";
import { ada, cardOf } from "../questions/questions-for-tests.ts";
import { testHome } from "../store/home-for-tests.ts";
import { KeptTrainings } from "./kept-trainings.ts";
import { trainAtOwner } from "./train-at-owner.ts";
import { TrainingDesk } from "./training-desk.ts";
import { usualTrainingPolicy } from "./training-policy.ts";
import { priceSetup, type TrainingSetup } from "./training-setup.ts";

const card = cardOf({
  name: "clinic",
  description: "",
  tags: [],
  columns: {
    age: { type: "integer", bounds: [20, 90] },
    ill: { type: "category", categories: ["no", "yes"] },
  },
  unit: "row",
  people: { isPublic: false, band: [10, 1000] },
  budget: { epsilon: 10, delta: 1e-4 },
  mock: [],
});

const asked = {
  askId: "ask-00001",
  dataset: "clinic",
  recipe: {
    x: [{ column: "age", as: "scaled" }],
    y: "ill",
    layers: [{ kind: "dense", units: 2 }],
    loss: "cross-entropy",
    optimizer: { kind: "sgd", rate: { kind: "constant", rate: 0.5 }, momentum: 0, nesterov: false },
    batches: { kind: "drawn", rate: 0.1, steps: 40, expects: 20 },
    privacy: { clip: 1, delta: "0.000001", noiseMultiplier: 1 },
    seed: 1,
  },
} as const;

test("an ask that is still being priced while the same one ends gets what was recorded, and no second training", async () => {
  using home = testHome();
  const { ledger, policy } = openLedger(home.store);
  await policy.setBudget("clinic", { cap: amount(10n ** 10n, 10n ** 14n), filter: "renyi" });
  let letSlowOneGo = () => {};
  const slow = new Promise<void>((resolve) => {
    letSlowOneGo = resolve;
  });
  let [prices, runs, told] = [0, 0, 0];
  const rows = { rowCount: 1, columns: [Float64Array.of(30), Float64Array.of(1)], people: undefined };
  const ports = {
    nodeId: "node_test",
    datasets: {
      find: async () => ({ card, snapshot: "rows-1", peopleCount: 200 }),
      all: async () => [],
    },
    ledger,
    engine: { trainingRows: async () => ok(Secret.of(rows)) },
    clock: { nowMs: () => 1_800_000_000_000 },
    slots: { next: async () => undefined },
    trainer: {
      price: async (setup: TrainingSetup) => {
        prices += 1;
        if (prices === 2) await slow;
        return priceSetup(setup);
      },
      priceTeaching: async () => expect.fail("no teachers were asked for"),
      teach: async () => expect.fail("no teachers were asked for"),
      countVotes: async () => expect.fail("no teachers were asked for"),
      train: async () => {
        runs += 1;
        return ok({ weights: Uint8Array.of(runs), steps: 40 });
      },
      close: () => undefined,
    },
    kept: new KeptTrainings(home.directory),
    desk: new TrainingDesk(usualTrainingPolicy),
    policy: usualTrainingPolicy,
  };
  const first = trainAtOwner(ports, ada, asked, () => undefined);
  const second = trainAtOwner(ports, ada, asked, () => {
    told += 1;
  });
  const trained = await first;
  letSlowOneGo();
  expect(trained).toMatchObject({ ok: true, value: { trained: { weights: Uint8Array.of(1) } } });
  expect(await second).toEqual(trained);
  expect([prices, runs, told]).toEqual([2, 1, 0]);
});
