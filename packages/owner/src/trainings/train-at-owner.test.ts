// The walk of a training with a trainer that trains nothing: what is charged, when rows are read, what is told, and what stands.

import { err, problem } from "@unseen/base";
import type { TrainingRecipe } from "@unseen/wire";
import { expect, test } from "vitest";
import { amount } from "../ledger/index.ts";
import { ada } from "../questions/questions-for-tests.ts";
import { priceTraining } from "./price-training.ts";
import { resumeTrainings, type ToldSteps, trainAtOwner } from "./train-at-owner.ts";
import { TrainingDesk } from "./training-desk.ts";
import { usualTrainingPolicy } from "./training-policy.ts";
import { layOut, priceSetup } from "./training-setup.ts";
import { asking, card, recipe, weightsOf, worldOf } from "./trainings-for-tests.ts";

/** A machine under load is slow to sync its disk. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 });

test("the price is charged before a row is read, and the same ask gives the same weights, free", async () => {
  using world = await worldOf();
  const price = await priceTraining(world.ports, ada, asking());
  if (!price.ok) throw new Error(price.problem.message);
  expect([price.value.isAffordable, await world.charges()]).toEqual([true, 0]);
  expect(price.value.releases[0]).toMatch(
    /, for [0-9]+\.[0-9] % of all that clinic may lose in its lifetime$/,
  );
  expect(price.value.releases[0]).toMatch(/for [0-9]+\.[0-9] % of all that clinic may lose in its lifetime$/);
  const first = await world.ask();
  if (!first.ok) throw new Error(first.problem.message);
  expect(world.log).toEqual(["read after 1 charges"]);
  expect(first.value.trained.spent).toEqual(price.value.cost);
  expect(first.value.trained.guarantee).toContain("Adding or removing one person");
  world.trainer.next = async () => weightsOf(9);
  expect(await world.ask()).toEqual(first);
  expect([world.trainer.runs.length, await world.charges(), world.files()]).toEqual([1, 1, []]);
});

test("two at once under one id are one training, charged once, and both are told", async () => {
  using world = await worldOf();
  world.trainer.next = async ({ onProgress }) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    onProgress(2, 0.1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return weightsOf(7);
  };
  const [one, other] = await Promise.all([world.ask(), world.ask()]);
  expect(one).toEqual(other);
  expect(one.ok).toBe(true);
  expect([world.trainer.runs.length, await world.charges()]).toEqual([1, 1]);
  expect(world.told).toEqual(Array(2).fill({ step: 2, steps: 40, epsilon: 0.1, waiting: 0 }));
});

test("the same id with another model, other columns or another price is refused, and nothing is trained", async () => {
  using world = await worldOf();
  await world.ask();
  const others: readonly Partial<TrainingRecipe>[] = [
    {
      layers: [
        { kind: "dense", units: 4 },
        { kind: "dense", units: 2 },
      ],
    },
    { x: [{ column: "age", as: "one-hot" }] },
    { privacy: { clip: 1, delta: "0.000001", noiseMultiplier: 0.5 } },
    { seed: 2 },
  ];
  for (const other of others)
    expect(await world.ask(asking({ recipe: { ...recipe, ...other } }))).toMatchObject({
      problem: { code: "ask-id-reused" },
    });
  expect([world.trainer.runs.length, await world.charges()]).toEqual([1, 1]);
});

test("what the budget does not admit is refused before a row is read", async () => {
  using world = await worldOf();
  await world.policy.setBudget("clinic", { cap: amount(10n ** 9n, 10n ** 14n) });
  expect(await world.ask()).toMatchObject({ problem: { code: "budget-exhausted" } });
  await world.policy.setBudget("clinic", { cap: amount(10n ** 10n, 10n ** 14n), filter: "zcdp" });
  expect(await world.ask()).toMatchObject({
    problem: { code: "budget-exhausted", facts: { filter: "zcdp" } },
  });
  const price = await priceTraining(world.ports, ada, asking());
  expect(price).toMatchObject({ value: { isAffordable: false } });
  expect(JSON.stringify(price)).toContain("renyi");
  expect([world.log, world.files(), await world.charges()]).toEqual([[], [], 0]);
});

test("a training that broke off goes on from its last checkpoint, charged once, and none but the last weights are told", async () => {
  using world = await worldOf();
  world.trainer.next = async ({ saveCheckpoint }) => {
    await saveCheckpoint(Uint8Array.of(1));
    await saveCheckpoint(Uint8Array.of(2));
    return err(problem("answer-not-computed", "the thread ended"));
  };
  expect(await world.ask()).toMatchObject({ problem: { code: "answer-not-computed" } });
  expect(world.files().length).toBe(2);
  world.trainer.next = async () => weightsOf(7);
  expect(await world.ask()).toMatchObject({ ok: true });
  expect(world.trainer.runs.map(({ checkpoint }) => checkpoint)).toEqual([undefined, Uint8Array.of(2)]);
  expect([await world.charges(), world.files()]).toEqual([1, []]);
});

test("what was paid for goes on when the node is served again, and its asker gets it", async () => {
  using world = await worldOf();
  world.trainer.next = async () => err(problem("answer-not-computed", "the node was closed"));
  await world.ask();
  world.trainer.next = async () => weightsOf(5);
  // Another process opens the home.
  await resumeTrainings({ ...world.ports, desk: new TrainingDesk(usualTrainingPolicy) });
  await soon(() => world.files()).toEqual([]);
  const runs = world.trainer.runs.length;
  expect(await world.ask()).toMatchObject({ value: { trained: { weights: Uint8Array.of(5, 5) } } });
  expect([world.trainer.runs.length - runs, await world.charges()]).toEqual([0, 1]);
});

test("what is kept of trainings and cannot be read, or fails, does not end the node", async () => {
  using world = await worldOf();
  world.trainer.next = async () => err(problem("answer-not-computed", "the node was closed"));
  await world.ask();
  world.trainer.next = () => Promise.reject(new Error("the thread could not begin"));
  await resumeTrainings({ ...world.ports, desk: new TrainingDesk(usualTrainingPolicy) });
  const kept = Object.assign(Object.create(world.ports.kept), {
    unfinished: () => Promise.reject(new Error("no such directory")),
  });
  await expect(resumeTrainings({ ...world.ports, kept })).resolves.toBeUndefined();
  // A rejection that nobody hears fails this file.
  await new Promise((resolve) => setTimeout(resolve, 50));
});

test("a checkpoint of another training, or one that is broken, is not gone on from", async () => {
  using world = await worldOf();
  world.trainer.next = async ({ saveCheckpoint }) => {
    await saveCheckpoint(Uint8Array.of(1));
    return err(problem("answer-not-computed", "the thread ended"));
  };
  await world.ask();
  world.trainer.next = async ({ checkpoint }) =>
    checkpoint === undefined ? weightsOf(7) : err(problem("checkpoint-malformed", "no checkpoint"));
  expect(await world.ask()).toMatchObject({ ok: true });
});

test("weights that diverged are the outcome: recorded, told the same again, and not trained again", async () => {
  using world = await worldOf();
  world.trainer.next = async () => err(problem("training-diverged", "a weight is no longer finite"));
  const first = await world.ask();
  expect(first).toMatchObject({ problem: { code: "training-diverged" } });
  world.trainer.next = async () => weightsOf(7);
  expect(await world.ask()).toEqual(first);
  expect([world.trainer.runs.length, await world.charges()]).toEqual([1, 1]);
});

test("what its asker stopped five times is not begun a sixth time", async () => {
  using world = await worldOf();
  world.trainer.next = ({ signal }) =>
    new Promise((resolve) => {
      const end = () => resolve(err(problem("answer-not-computed", "the thread ended")));
      signal.addEventListener("abort", end, { once: true });
    });
  for (let time = 1; time <= 5; time++) {
    const asked = world.ask();
    await soon(() => world.trainer.runs.length).toBe(time);
    expect(world.ports.desk.stop(ada.id, "ask-00001")).toBe(true);
    expect(await asked).toMatchObject({ problem: { code: "training-stopped" } });
  }
  const refused = await world.ask();
  expect(refused).toMatchObject({
    problem: { code: "training-stopped", message: expect.stringContaining("5 times") },
  });
  expect([world.trainer.runs.length, await world.charges()]).toEqual([5, 1]);
});

test("its asker stops it, nobody else does, and it goes on when it is asked for again", async () => {
  using world = await worldOf();
  world.trainer.next = ({ signal, saveCheckpoint }) =>
    new Promise((resolve) => {
      void saveCheckpoint(Uint8Array.of(3));
      signal.addEventListener("abort", () => resolve(err(problem("answer-not-computed", "ended"))));
    });
  const asked = world.ask();
  await soon(() => world.files().length).toBe(2);
  expect(world.ports.desk.stop("acct_2", "ask-00001")).toBe(false);
  expect(world.ports.desk.stop(ada.id, "ask-00002")).toBe(false);
  expect(world.ports.desk.stop(ada.id, "ask-00001")).toBe(true);
  world.trainer.next = async () => weightsOf(7);
  // Asked again before it has left: it goes on, and is not told that it was stopped.
  const again = world.ask();
  expect(await asked).toMatchObject({ problem: { code: "training-stopped" } });
  expect(await again).toMatchObject({ ok: true });
  expect(world.trainer.runs[1]?.checkpoint).toEqual(Uint8Array.of(3));
  expect(await world.charges()).toBe(1);
});

test("one runs at a time, others wait, and no more than the owner allows", async () => {
  using world = await worldOf();
  const policy = { ...usualTrainingPolicy, mostAtOnce: 3, mostEach: 2 };
  const ports = { ...world.ports, desk: new TrainingDesk(policy), policy };
  const ends: (() => void)[] = [];
  world.trainer.next = () => new Promise((resolve) => ends.push(() => resolve(weightsOf(1))));
  await world.policy.setBudget("clinic", { cap: amount(100n * 10n ** 9n, 10n ** 14n), filter: "basic" });
  const told: ToldSteps[] = [];
  const ask = (askId: string, id = ada.id) =>
    trainAtOwner(ports, { ...ada, id } as typeof ada, asking({ askId }), (step) => told.push(step));
  const [one, two] = [ask("ask-00001"), ask("ask-00002")];
  await soon(() => ends.length).toBe(1);
  expect(await ask("ask-00003")).toMatchObject({ problem: { code: "training-busy" } });
  const bobs = ask("ask-00004", "acct_2");
  await soon(() => world.charges()).toBe(3);
  expect(await ask("ask-00005", "acct_3")).toMatchObject({ problem: { code: "training-busy" } });
  expect(await world.charges()).toBe(3);
  expect(world.trainer.runs.length).toBe(1);
  await soon(() => told.map(({ waiting }) => waiting)).toEqual([1, 2]);
  ends[0]!();
  expect(await one).toMatchObject({ ok: true });
  await soon(() => ends.length).toBe(2);
  expect(ports.desk.stop("acct_2", "ask-00004")).toBe(true);
  expect(await bobs).toMatchObject({ problem: { code: "training-stopped" } });
  ends[1]!();
  expect(await two).toMatchObject({ ok: true });
});

test("what is larger than the owner allows is refused by public numbers alone", async () => {
  using world = await worldOf({ policy: { ...usualTrainingPolicy, mostParameters: 3 } });
  expect(await world.ask()).toMatchObject({ problem: { code: "training-too-large" } });
  using slow = await worldOf({ policy: { ...usualTrainingPolicy, mostMinutes: 1e-6 } });
  expect(await slow.ask()).toMatchObject({ problem: { code: "training-too-large" } });
  using none = await worldOf({ policy: { ...usualTrainingPolicy, mostMinutes: 0 } });
  expect(await none.ask()).toMatchObject({ problem: { code: "training-too-large" } });
  expect([await world.charges(), slow.log, none.log]).toEqual([0, [], []]);
});

test.each<readonly [string, Partial<TrainingRecipe>, string]>([
  ["a column that is not there", { x: [{ column: "name", as: "scaled" }] }, "column-unknown"],
  ["a label that is not there", { y: "dead" }, "column-unknown"],
  [
    "a number as classes that has none",
    { y: "age", x: [{ column: "ill", as: "one-hot" }] },
    "shapes-do-not-fit",
  ],
  ["a category as a number", { x: [{ column: "ill", as: "scaled" }], y: "age" }, "training-invalid"],
  ["results for other classes", { layers: [{ kind: "dense", units: 3 }] }, "shapes-do-not-fit"],
  ["an image of other size", { shape: [1, 2, 2] }, "shapes-do-not-fit"],
  [
    "epochs of people nobody counts",
    { batches: { kind: "epochs", epochs: 1, batch: 8 } },
    "training-invalid",
  ],
  [
    "numbers looked up as places",
    { layers: [{ kind: "embedding", words: 99, units: 2 }] },
    "training-invalid",
  ],
  [
    "places beyond the table",
    { x: [{ column: "age", as: "place" }], layers: [{ kind: "embedding", words: 70, units: 2 }] },
    "training-invalid",
  ],
  [
    "places that another layer makes",
    {
      layers: [
        { kind: "activation", activation: "relu" },
        { kind: "embedding", words: 99, units: 2 },
      ],
    },
    "training-invalid",
  ],
  [
    "noise that costs thousands",
    { privacy: { clip: 1, delta: "0.000001", noiseMultiplier: 0.01 } },
    "epsilon-invalid",
  ],
  ["a delta of nothing", { privacy: { clip: 1, delta: "0", noiseMultiplier: 1 } }, "delta-invalid"],
  ["weights that are none", { weights: Uint8Array.of(1, 2, 3) }, "checkpoint-malformed"],
])("%s: refused, free of charge", async (_, other, code) => {
  using world = await worldOf();
  const refused = await world.ask(asking({ recipe: { ...recipe, ...other } }));
  expect(refused.ok ? "ok" : refused.problem.code).toBe(code);
  expect([world.log, await world.charges()]).toEqual([[], 0]);
});

test("a setup says nothing of rows: with other people under the same card it is the same", async () => {
  using world = await worldOf();
  const setups: unknown[] = [];
  const trainer = {
    ...world.trainer,
    close() {},
    train: world.trainer.train,
    teach: world.trainer.teach,
    countVotes: world.trainer.countVotes,
    price: async (setup: never) => {
      setups.push(setup);
      return priceSetup(setup);
    },
  };
  for (const peopleCount of [1, 999]) {
    const datasets = { find: async () => ({ card, snapshot: "x", peopleCount }), all: async () => [] };
    await priceTraining({ ...world.ports, datasets, trainer }, ada, asking());
  }
  expect(setups[0]).toEqual(setups[1]);
  expect(layOut(setups[0] as never)).toMatchObject({ ok: true });
});
