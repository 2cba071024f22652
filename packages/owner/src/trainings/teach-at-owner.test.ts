// The walk of teachers with a trainer that teaches nothing: what is charged, when rows are read, what is told, and what stands.

import { err, ok, problem } from "@unseen/base";
import { eventFrom } from "@unseen/privacy";
import { floatsToBytes, type TeachingRecipe } from "@unseen/wire";
import { expect, test } from "vitest";
import { amount } from "../ledger/index.ts";
import { priceOfCharge } from "../ledger/rho.ts";
import { ada, cardOf } from "../questions/questions-for-tests.ts";
import { planTrainingAtOwner, priceTraining, trainingHash } from "./price-training.ts";
import { personMsOf } from "./run-training.ts";
import { resumeTrainings, trainAtOwner } from "./train-at-owner.ts";
import { TrainingDesk } from "./training-desk.ts";
import { usualTrainingPolicy } from "./training-policy.ts";
import { answersOf, asking, clinic, recipe as fitRecipe, worldOf } from "./trainings-for-tests.ts";

const soon = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 });

const teaching: TeachingRecipe = {
  x: [{ column: "age", as: "scaled" }],
  y: "ill",
  layers: [{ kind: "dense", units: 2 }],
  teachers: 40,
  teaching: { optimizer: fitRecipe.optimizer, epochs: 5, batch: 8, seed: 1 },
  aggregator: { kind: "gaussian", noise: 4 },
  delta: "0.000001",
  queries: floatsToBytes(Float32Array.of(-0.5, 0.5)),
};
const asked = (more: Partial<TeachingRecipe> = {}) => asking({ recipe: { ...teaching, ...more } });

test("teachers are charged before a row is read, and the same ask gives the same answers, free", async () => {
  using world = await worldOf();
  const price = await priceTraining(world.ports, ada, asked());
  if (!price.ok) throw new Error(price.problem.message);
  expect([price.value.isAffordable, price.value.steps, await world.charges()]).toEqual([true, 40, 0]);
  expect(price.value.releases[0]).toMatch(
    /, for [0-9]+\.[0-9] % of all that clinic may lose in its lifetime$/,
  );
  const first = await world.ask(asked());
  if (!first.ok) throw new Error(first.problem.message);
  expect(world.log).toEqual(["read after 1 charges"]);
  expect(first.value.trained).toMatchObject({ answers: [1, 1], teachers: 40, spent: price.value.cost });
  expect(first.value.trained.guarantee).toContain("Adding or removing one person");
  world.trainer.nextTaught = async () => answersOf(0);
  expect(await world.ask(asked())).toEqual(first);
  expect([world.trainer.taught.length, await world.charges(), world.files()]).toEqual([1, 1, []]);
});

test("the event that is kept is the noise itself, so a line counts its rho and keeps its delta", async () => {
  using world = await worldOf();
  const kinds: readonly [Partial<TeachingRecipe>, number][] = [
    // Two votes of noise 4: each moves by the root of two, so 2 * 2 / (2 * 16).
    [{}, 2 / 16],
    [
      { aggregator: { kind: "confident", noise: 4, threshold: { votes: 20, noise: 8 }, mostAnswered: 1 } },
      1 / 16 + 2 / (2 * 64),
    ],
    // Two of epsilon 2 / 40.
    [{ aggregator: { kind: "laplace", noise: 40 } }, 0.05 ** 2],
  ];
  for (const [more, rho] of kinds) {
    const priced = await planTrainingAtOwner(world.ports, ada.id, asked(more));
    if (!priced.ok) throw new Error(priced.problem.message);
    const { epsilon, delta, event } = priced.value;
    const stored = JSON.parse(event);
    expect(stored.neighbours).toBe("add-or-remove-one");
    expect(eventFrom(stored.event).ok).toBe(true);
    const cost = priceOfCharge({ epsilon, delta }, event);
    expect(cost.beside).toBe(0n);
    expect(Number(cost.rho) / 2 ** 128 / rho).toBeGreaterThanOrEqual(1);
    expect(Number(cost.rho) / 2 ** 128 / rho).toBeLessThan(1 + 1e-12);
  }
  // What has one order alone is known by its (epsilon, delta).
  const told = await planTrainingAtOwner(
    world.ports,
    ada.id,
    asked({ aggregator: { kind: "gaussian", noise: 30 }, telling: { order: 8, releaseCost: 0.2 } }),
  );
  if (!told.ok) throw new Error(told.problem.message);
  const { epsilon, delta, event } = told.value;
  expect(priceOfCharge({ epsilon, delta }, event).beside).toBe(delta);
});

test("a line that keeps no delta for trainings takes teachers all the same", async () => {
  using world = await worldOf();
  await world.policy.setBudget("clinic", { cap: amount(10n ** 10n, 10n ** 14n), filter: "zcdp" });
  expect(await world.ask()).toMatchObject({ problem: { facts: { filter: "zcdp" } } });
  expect(await world.ask(asked())).toMatchObject({ ok: true });
});

test("Laplace noise needs no delta, and other noise does", async () => {
  using world = await worldOf();
  const { delta: _, ...pure } = teaching;
  const laplace = { ...pure, aggregator: { kind: "laplace", noise: 10 } } as const;
  const answered = await world.ask(asking({ recipe: laplace }));
  expect(answered).toMatchObject({ value: { trained: { spent: { epsilon: "0.400000001", delta: "0" } } } });
  expect(await world.ask(asking({ recipe: pure, askId: "ask-00002" }))).toMatchObject({
    problem: { code: "training-invalid" },
  });
  expect(await world.charges()).toBe(1);
});

test("where the number of people is public, one who is replaced is protected at the same price", async () => {
  using world = await worldOf();
  const counted = cardOf({ ...clinic, people: { isPublic: true } });
  const datasets = {
    find: async () => ({ card: counted, snapshot: "rows-1", peopleCount: 200 }),
    all: async () => [],
  };
  const [one, other] = await Promise.all([
    planTrainingAtOwner(world.ports, ada.id, asked()),
    planTrainingAtOwner({ ...world.ports, datasets }, ada.id, asked()),
  ]);
  if (!one.ok || !other.ok) throw new Error("both have a price");
  expect(other.value.epsilon).toBe(one.value.epsilon);
  expect(JSON.parse(other.value.event)).toEqual({
    ...JSON.parse(one.value.event),
    neighbours: "replace-one",
  });
  expect(other.value.guarantee).toContain("Replacing one person by another");
});

test("what the budget does not admit is refused before a row is read", async () => {
  using world = await worldOf();
  await world.policy.setBudget("clinic", { cap: amount(10n ** 8n, 10n ** 14n) });
  expect(await world.ask(asked())).toMatchObject({ problem: { code: "budget-exhausted" } });
  expect([world.log, world.trainer.taught, await world.charges()]).toEqual([[], [], 0]);
});

test("the same id with other queries, other noise, other teachers, or for a model is refused", async () => {
  using world = await worldOf();
  await world.ask(asked());
  for (const other of [
    asked({ queries: floatsToBytes(Float32Array.of(-0.5, 0.25)) }),
    asked({ aggregator: { kind: "gaussian", noise: 5 } }),
    asked({ teachers: 41 }),
    asking(),
  ])
    expect(await world.ask(other)).toMatchObject({ problem: { code: "ask-id-reused" } });
  expect([world.trainer.taught.length, world.trainer.runs.length, await world.charges()]).toEqual([1, 0, 1]);
});

test("another asker's ask id gives nothing of theirs: it is a charge and answers of its own", async () => {
  using world = await worldOf();
  await world.ask(asked());
  world.trainer.nextTaught = async () => answersOf(0);
  const bobs = await world.ask(asked(), { ...ada, id: "acct_2" } as typeof ada);
  expect(bobs).toMatchObject({ value: { trained: { answers: [0, 0] } } });
  expect(await world.charges()).toBe(2);
});

test("teachers that broke off are taught anew, charged once, and nothing of them was written down", async () => {
  using world = await worldOf();
  world.trainer.nextTaught = async ({ onProgress }) => {
    onProgress(20);
    return err(problem("answer-not-computed", "the thread ended"));
  };
  expect(await world.ask(asked())).toMatchObject({ problem: { code: "answer-not-computed" } });
  expect(world.files().map((name) => name.split(".")[1])).toEqual(["ask"]);
  world.trainer.nextTaught = async () => answersOf(1);
  await resumeTrainings({ ...world.ports, desk: new TrainingDesk(usualTrainingPolicy) });
  await soon(() => world.files()).toEqual([]);
  const runs = world.trainer.taught.length;
  expect(await world.ask(asked())).toMatchObject({ value: { trained: { answers: [1, 1] } } });
  expect([world.trainer.taught.length - runs, await world.charges()]).toEqual([0, 1]);
});

test("its asker stops teachers, and the same ask gives their answers later at no further charge", async () => {
  using world = await worldOf();
  world.trainer.nextTaught = ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(err(problem("answer-not-computed", "ended"))));
    });
  const first = world.ask(asked());
  await soon(() => world.trainer.taught.length).toBe(1);
  expect(world.ports.desk.stop(ada.id, "ask-00001")).toBe(true);
  expect(await first).toMatchObject({ problem: { code: "training-stopped" } });
  world.trainer.nextTaught = async () => answersOf(1);
  expect(await world.ask(asked())).toMatchObject({ ok: true });
  expect(await world.charges()).toBe(1);
});

test("who stops teachers that are through before the slot of their answers hears what any who stops hears", async () => {
  let isWaiting = false;
  const never = async () => {
    isWaiting = true;
    return new Promise<undefined>(() => undefined);
  };
  using world = await worldOf({ slots: { next: never } });
  const first = world.ask(asked());
  await soon(() => isWaiting).toBe(true);
  const { ledger, desk } = world.ports;
  const question = trainingHash(asked());
  expect(await ledger.recorded({ asker: ada.id, askId: "ask-00001" }, question)).toEqual(ok(undefined));
  desk.stop(ada.id, "ask-00001");
  expect(await first).toMatchObject({ problem: { code: "training-stopped" } });
  // What was drawn is gone, like that of teachers who were stopped on the way.
  world.trainer.nextTaught = async () => answersOf(0);
  const ports = { ...world.ports, slots: { next: async () => undefined } };
  const again = await trainAtOwner(ports, ada, asked(), () => undefined);
  expect(again).toMatchObject({ value: { trained: { answers: [0, 0] } } });
  expect(await world.charges()).toBe(1);
});

test.each<readonly [string, Partial<TeachingRecipe>, string]>([
  ["a column that is not there", { x: [{ column: "name", as: "scaled" }] }, "column-unknown"],
  [
    "a number as classes that has none",
    { y: "age", x: [{ column: "ill", as: "one-hot" }] },
    "shapes-do-not-fit",
  ],
  ["results for other classes", { layers: [{ kind: "dense", units: 3 }] }, "shapes-do-not-fit"],
  ["queries of half a row", { x: [{ column: "age", as: "one-hot" }] }, "training-invalid"],
  ["a query of NaN", { queries: floatsToBytes(Float32Array.of(Number.NaN)) }, "training-invalid"],
  ["a query beyond all numbers", { queries: floatsToBytes(Float32Array.of(1e30)) }, "training-invalid"],
  [
    "a query for a place beyond the table",
    {
      x: [{ column: "age", as: "place" }],
      layers: [{ kind: "embedding", words: 71, units: 2 }, { kind: "average-positions" }],
      queries: floatsToBytes(Float32Array.of(71)),
    },
    "training-invalid",
  ],
  [
    "a query for half a place",
    {
      x: [{ column: "age", as: "place" }],
      layers: [{ kind: "embedding", words: 71, units: 2 }, { kind: "average-positions" }],
      queries: floatsToBytes(Float32Array.of(0.5)),
    },
    "training-invalid",
  ],
  ["noise that promises nothing", { aggregator: { kind: "gaussian", noise: 0.01 } }, "epsilon-unreachable"],
  ["noise that costs thousands", { aggregator: { kind: "laplace", noise: 0.001 } }, "epsilon-invalid"],
  ["a delta of nothing", { delta: "0" }, "delta-invalid"],
  [
    "more answers than queries",
    { aggregator: { kind: "confident", noise: 4, threshold: { votes: 3, noise: 8 }, mostAnswered: 3 } },
    "training-invalid",
  ],
  [
    "a threshold beyond all teachers",
    { aggregator: { kind: "confident", noise: 4, threshold: { votes: 41, noise: 8 }, mostAnswered: 1 } },
    "training-invalid",
  ],
  [
    "agreement under Laplace noise",
    { aggregator: { kind: "laplace", noise: 40 }, telling: { order: 8, releaseCost: 0.1 } },
    "training-invalid",
  ],
  ["work without end", { teachers: 2 ** 20 }, "training-too-large"],
  ["epochs without end", { teaching: { ...teaching.teaching, epochs: 1e6 } }, "training-too-large"],
])("%s: refused, free of charge", async (_, more, code) => {
  using world = await worldOf();
  const refused = await world.ask(asked(more));
  expect(refused.ok ? "ok" : refused.problem.code).toBe(code);
  expect([world.log, await world.charges()]).toEqual([[], 0]);
});

test("a batch larger than any part is the part, and is charged no work for more", async () => {
  using world = await worldOf();
  const large = { ...teaching.teaching, batch: 2 ** 31 };
  expect(await world.ask(asked({ teaching: large }))).toMatchObject({ ok: true });
});

test("more queries than a reply holds are refused by their number, and more than memory holds by the owner's limit", async () => {
  using world = await worldOf();
  const queries = floatsToBytes(new Float32Array(2 ** 16 + 1));
  expect(await world.ask(asked({ queries }))).toMatchObject({ problem: { code: "training-too-large" } });
  using small = await worldOf({ policy: { ...usualTrainingPolicy, mostMegabytes: 0.01 } });
  expect(await small.ask(asked())).toMatchObject({ problem: { code: "training-too-large" } });
  expect([small.log, world.log]).toEqual([[], []]);
});

test("one person may spoil a whole teacher, and slots are as wide as one takes, however many are done", async () => {
  using world = await worldOf();
  const priced = await planTrainingAtOwner(world.ports, ada.id, asked());
  if (!priced.ok) throw new Error(priced.problem.message);
  const { work } = priced.value;
  expect(personMsOf(work, 1)).toBe(personMsOf(work, 40));
  const one = await planTrainingAtOwner(world.ports, ada.id, asked({ teachers: 1 }));
  if (!one.ok) throw new Error(one.problem.message);
  expect(personMsOf(one.value.work, 1)).toBeGreaterThan(3 * personMsOf(work, 1));
});

test("telling how much teachers agree is work for each of them, and one vote is felt in it", async () => {
  using world = await worldOf();
  const options = { aggregator: { kind: "gaussian", noise: 4_000 }, teachers: 10_000 } as const;
  const telling = { order: 8, releaseCost: 0.2 };
  const many = floatsToBytes(new Float32Array(2_000));
  const plain = await planTrainingAtOwner(world.ports, ada.id, asked({ ...options, queries: many }));
  const told = await planTrainingAtOwner(world.ports, ada.id, asked({ ...options, telling }));
  if (!plain.ok || !told.ok) throw new Error("both have a price");
  const few = await planTrainingAtOwner(world.ports, ada.id, asked(options));
  if (!few.ok) throw new Error(few.problem.message);
  expect(personMsOf(told.value.work, 1)).toBeGreaterThan(personMsOf(few.value.work, 1));
  // 0.1 seconds a query at so many teachers, measured: minutes in all, and nothing without telling.
  const own = { ...usualTrainingPolicy, mostMinutes: plain.value.work.priced.work / 2e10 + 1 };
  using small = await worldOf({ policy: own });
  expect(await small.ask(asked({ ...options, queries: many, telling }))).toMatchObject({
    problem: { code: "training-too-large" },
  });
  expect(small.log).toEqual([]);
});
