// Teachers at several owners around one table, with trainers that teach nothing: who is charged, what is kept, what is opened.

import { join } from "node:path";
import { err, ok, platformEntropy, problem, type Result, Secret } from "@unseen/base";
import { freshIdentity } from "@unseen/crypto";
import { sharedVotes } from "@unseen/privacy";
import { type AskedTeachers, floatsToBytes, type TeachingRecipe } from "@unseen/wire";
import { expect, test } from "vitest";
import { amount } from "../ledger/index.ts";
import { openLedger } from "../ledger/ledger-for-tests.ts";
import { everybodyAllowed, Table } from "../peers/table-for-tests.ts";
import { ada, cardOf, clinicCard, OracleEngine } from "../questions/questions-for-tests.ts";
import { noPermits } from "../share-permits/no-permits-for-tests.ts";
import { ComputingRoom, HeldShares } from "../shares/index.ts";
import { testHome } from "../store/home-for-tests.ts";
import { KeptTrainings, TrainingDesk, usualTrainingPolicy } from "../trainings/index.ts";
import type { VotesRun } from "../trainings/trainer.ts";
import { FakeTrainer } from "../trainings/trainings-for-tests.ts";
import { NoisedBook } from "./noised-book.ts";
import { sumsOfBytes } from "./sums-as-bytes.ts";
import { type JointTeachingPorts, priceTeachJointly, teachJointly } from "./teach-jointly.ts";

const entropy = platformEntropy(globalThis.crypto);

const recipe: TeachingRecipe = {
  x: [{ column: "bp", as: "scaled" }],
  y: "sex",
  layers: [{ kind: "dense", units: 2 }],
  teachers: 20,
  teaching: {
    optimizer: { kind: "sgd", rate: { kind: "constant", rate: 1 }, momentum: 0, nesterov: false },
    epochs: 2,
    batch: 4,
    seed: 1,
  },
  aggregator: { kind: "gaussian", noise: 4 },
  delta: "0.000001",
  queries: floatsToBytes(Float32Array.of(-0.5, 0.5)),
};

/** Noises what all its teachers voted, as the real one does: the first query "f", the second "m". */
class VotingTrainer extends FakeTrainer {
  readonly counted: VotesRun[] = [];
  nextVotes: () => Promise<Result<undefined, ReturnType<typeof problem>>> = async () => ok(undefined);

  override countVotes = async (run: VotesRun) => {
    this.counted.push(run);
    const next = await this.nextVotes();
    if (!next.ok) return next as never;
    const votes = Secret.of([
      [20, 0],
      [0, 20],
    ]);
    const shared = sharedVotes({ options: 2, queries: 2, noise: 4, parts: run.parts });
    return ok(shared.release(votes, entropy).value);
  };
}

async function world(count = 3, honestOwnersAtMost = 1, cards: readonly (typeof clinicCard)[] = []) {
  const table = new Table();
  const homes = Array.from({ length: count }, () => testHome());
  const owners = await Promise.all(
    homes.map(async (home, at) => {
      const card = cards[at] ?? clinicCard;
      const { ledger, policy } = openLedger(home.store);
      await policy.setBudget("clinic", { cap: amount(10n ** 10n, 10n ** 14n), filter: "zcdp" });
      const trainer = new VotingTrainer();
      const shared = {
        nodeId: "node_test",
        datasets: { find: async () => ({ card, snapshot: "none", peopleCount: 200 }), all: async () => [] },
        ledger,
        clock: { nowMs: () => 1_800_000_000_000 },
        slots: { next: async () => undefined },
      };
      const read: number[] = [];
      const rows = { rowCount: 0, columns: [new Float64Array(0), new Float64Array(0)], people: undefined };
      const ports: JointTeachingPorts = {
        questions: { ...shared, engine: new OracleEngine(new Map()), entropy },
        party: {
          identity: freshIdentity(entropy),
          allowed: { find: everybodyAllowed },
          meet: table.meet,
          shares: new HeldShares(),
          room: new ComputingRoom(),
          clock: shared.clock,
          permits: noPermits,
        },
        book: new NoisedBook(home.store),
        honestOwnersAtMost,
        trainings: {
          ...shared,
          engine: {
            trainingRows: async () => {
              read.push(Number((await ledger.budget("clinic")).charges));
              return ok(Secret.of(rows));
            },
          },
          trainer,
          kept: new KeptTrainings(join(home.directory, "trainings")),
          desk: new TrainingDesk(usualTrainingPolicy),
          policy: usualTrainingPolicy,
        },
      };
      return { ports, trainer, policy, ledger, read, store: home.store };
    }),
  );
  const asking = (more: Partial<AskedTeachers> = {}): AskedTeachers => ({
    askId: "ask-00001",
    computationId: entropy.fill(new Uint8Array(32)),
    again: false,
    opens: false,
    owners: owners.map(({ ports }) => ({ fingerprint: ports.party.identity.fingerprint, dataset: "clinic" })),
    honestOwners: 1,
    facts: {
      columns: [
        { name: "bp", least: 50, greatest: 150, whole: false, categories: [] },
        { name: "sex", least: 0, greatest: 1, whole: true, categories: ["f", "m"] },
      ],
      mostRowsEach: 1,
      rows: { least: 30, greatest: 3_000 },
    },
    recipe,
    ...more,
  });
  const ask = (asked: AskedTeachers | ((at: number) => AskedTeachers)) =>
    Promise.all(
      owners.map(({ ports }, at) =>
        teachJointly(ports, ada, typeof asked === "function" ? asked(at) : asked, () => undefined),
      ),
    );
  return {
    table,
    owners,
    asking,
    ask,
    charges: () =>
      Promise.all(owners.map(async ({ ledger }) => Number((await ledger.budget("clinic")).charges))),
    votes: () => owners.map(({ trainer }) => trainer.counted.length),
    [Symbol.dispose]: () => {
      for (const home of homes) home[Symbol.dispose]();
    },
  };
}

const codesOf = (told: readonly Result<unknown, { readonly code: string }>[]) =>
  told.map((one) => (one.ok ? "ok" : one.problem.code));
const answersOf = (told: Awaited<ReturnType<typeof teachJointly>>) =>
  told.ok ? told.value.taught?.answers : told.problem.code;
const again = { again: true, opens: true };

test.each([2, 3])(
  "teachers of %i owners answer alike, each charged once before its rows are read",
  async (count) => {
    using here = await world(count);
    const [price] = await Promise.all(
      here.owners.map(({ ports }) => priceTeachJointly(ports, ada, here.asking())),
    );
    if (!price?.ok) throw new Error("it has a price");
    const kept = await here.ask(here.asking());
    expect(kept.map(answersOf)).toEqual(Array(count).fill(undefined));
    expect([await here.charges(), here.votes()]).toEqual([Array(count).fill(1), Array(count).fill(1)]);
    expect(here.owners.map(({ read }) => read)).toEqual(Array(count).fill([1]));
    const told = await here.ask(here.asking(again));
    expect(told.map(answersOf)).toEqual(Array(count).fill([0, 1]));
    expect(told[0]).toMatchObject({
      value: { taught: { teachers: 20 * count, spent: price.value.cost, promise: price.value.promise } },
    });
    // Asked again, the same, without a meeting; also where the rows are there no more.
    Object.assign(here.owners[0]!.ports.trainings, { datasets: { find: async () => undefined } });
    expect((await here.ask(here.asking(again))).map(answersOf)).toEqual(told.map(answersOf));
    expect([await here.charges(), here.votes()]).toEqual([Array(count).fill(1), Array(count).fill(1)]);
  },
);

test("one call does both, and until it opens nothing of votes goes from owner to owner, and then only masked", async () => {
  using here = await world(3);
  await here.ask(here.asking());
  expect(here.table.sent.every(({ bytes }) => bytes.length === 1)).toBe(true);
  await here.ask(here.asking(again));
  const summands = here.table.sent.filter(({ bytes }) => bytes.length > 1);
  expect(summands.length).toBe(6);
  for (const { bytes } of summands)
    for (const sum of sumsOfBytes(bytes)) expect(sum < 0n ? -sum : sum).toBeGreaterThan(2n ** 50n);
  using other = await world(2);
  expect((await other.ask(other.asking({ opens: true }))).map(answersOf)).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test("an owner that dies between its votes and the total goes on with the noise that it kept", async () => {
  using here = await world(2);
  await here.ask(here.asking());
  here.table.twist = (channel, from) => ({
    ...channel,
    send: (bytes) => {
      if (from === 1 && bytes.length > 1) throw new Error("died");
      channel.send(bytes);
    },
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
  const broken = await Promise.allSettled(
    here.owners.map(({ ports }) =>
      teachJointly(ports, ada, here.asking({ ...again, computationId: same }), () => {}),
    ),
  );
  expect(broken.every((one) => one.status === "rejected" || !one.value.ok)).toBe(true);
  here.table.twist = (channel) => channel;
  // Another process opens the home: its desk is empty.
  const [, second] = here.owners;
  const reopened = { ...second!.ports.trainings, desk: new TrainingDesk(usualTrainingPolicy) };
  Object.assign(second!.ports, { trainings: reopened });
  expect((await here.ask(here.asking(again))).map(answersOf)).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect([await here.charges(), here.votes()]).toEqual([
    [1, 1],
    [1, 1],
  ]);
});
const same = entropy.fill(new Uint8Array(32));

test("teachers that broke off are taught anew under the same charge", async () => {
  using here = await world(2);
  const [, second] = here.owners;
  second!.trainer.nextVotes = async () => err(problem("answer-not-computed", "the thread ended"));
  expect(codesOf(await here.ask(here.asking()))).toEqual(["ok", "answer-not-computed"]);
  second!.trainer.nextVotes = async () => ok(undefined);
  expect(codesOf(await here.ask(here.asking({ again: true })))).toEqual(["ok", "ok"]);
  expect([await here.charges(), here.votes()]).toEqual([
    [1, 1],
    [1, 2],
  ]);
});

test("where one owner's budget does not cover it, nobody is charged and nobody teaches", async () => {
  using here = await world(3);
  await here.owners[1]!.policy.setBudget("clinic", { cap: amount(10n ** 7n, 10n ** 14n), filter: "zcdp" });
  expect(codesOf(await here.ask(here.asking()))).toEqual([
    "party-failed",
    "budget-exhausted",
    "party-failed",
  ]);
  expect([await here.charges(), here.votes()]).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
  const price = await priceTeachJointly(here.owners[1]!.ports, ada, here.asking());
  expect(price).toMatchObject({ value: { isAffordable: false } });
});

test.each<readonly [string, Partial<AskedTeachers>]>([
  ["other queries", { recipe: { ...recipe, queries: floatsToBytes(Float32Array.of(0.5, -0.5)) } }],
  ["less noise", { recipe: { ...recipe, aggregator: { kind: "gaussian", noise: 3.5 } } }],
  ["other facts", { facts: undefined as never }],
  ["that it is opened now", { opens: true }],
])("an owner who was told %s is not let in, and nobody is charged", async (_, other) => {
  using here = await world(2);
  const one = here.asking();
  const facts = { ...one.facts, rows: { least: 30, greatest: 4_000 } };
  const two = { ...one, ...other, facts: "facts" in other ? facts : one.facts };
  const told = await here.ask((at) => (at === 0 ? one : two));
  expect(codesOf(told)).toEqual(["party-failed", "party-failed"]);
  expect(await here.charges()).toEqual([0, 0]);
});

test("parts of a noise need owners that are ready for it, and the names of their noises", async () => {
  using proud = await world(3);
  expect(new Set(codesOf(await proud.ask(proud.asking({ honestOwners: 2 }))))).toEqual(
    new Set(["honest-owners-too-many"]),
  );
  using here = await world(3, 2);
  await here.ask(here.asking({ honestOwners: 2 }));
  expect(here.owners.map(({ trainer }) => trainer.counted[0]?.parts)).toEqual([2, 2, 2]);
  const told = await here.ask(here.asking({ honestOwners: 2, ...again }));
  expect(told.map(answersOf)).toEqual(Array(3).fill([0, 1]));
  const guarantee = told[0]!.ok && told[0]!.value.taught?.guarantee;
  expect(guarantee).toContain("at least 2 of the owners");
  expect(guarantee).toContain("loses what as many people of one owner lose together");
});

test("an owner whose book was lost does not have others' kept noise beside new noise of its own", async () => {
  using here = await world(3, 2);
  await here.ask(here.asking({ honestOwners: 2 }));
  using lost = testHome();
  Object.assign(here.owners[2]!.ports, { book: new NoisedBook(lost.store) });
  const told = await here.ask(here.asking({ honestOwners: 2, ...again }));
  expect(codesOf(told).slice(0, 2)).toEqual(["outcomes-differ", "outcomes-differ"]);
});

test("what does not cover an owner's card, or cannot be added up, is refused before anybody is met", async () => {
  using here = await world(2);
  const narrow = {
    ...here.asking().facts,
    columns: [{ name: "bp", least: 70, greatest: 140, whole: false, categories: [] }],
  };
  expect(codesOf(await here.ask(here.asking({ facts: narrow })))).toEqual(Array(2).fill("facts-not-covered"));
  const classes = cardOf({ ...jsonOf, people: { isPublic: true } });
  using open = await world(2, 1, [classes, classes]);
  expect(codesOf(await open.ask(open.asking()))).toEqual(Array(2).fill("facts-not-covered"));
  const sexes = { type: "category", categories: ["f", "m", "x"] };
  const three = cardOf({
    ...jsonOf,
    columns: { ...jsonOf.columns, sex: sexes },
    people: { isPublic: false, band: [10, 1000] },
  });
  using large = await world(2, 1, [three, three]);
  const { facts } = large.asking();
  const columns = [facts.columns[0]!, { ...facts.columns[1]!, greatest: 2, categories: sexes.categories }];
  const many: TeachingRecipe = {
    ...recipe,
    layers: [{ kind: "dense", units: 3 }],
    queries: floatsToBytes(new Float32Array(2 ** 16).fill(0.5)),
    aggregator: { kind: "gaussian", noise: 100_000 },
  };
  expect(codesOf(await large.ask(large.asking({ facts: { ...facts, columns }, recipe: many })))).toEqual(
    Array(2).fill("training-too-large"),
  );
  expect([await open.charges(), await large.charges()]).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

const jsonOf = {
  name: "clinic",
  description: "",
  tags: [],
  columns: {
    bp: { type: "number", bounds: [60, 140] },
    sex: { type: "category", categories: ["f", "m"] },
  },
  unit: "row",
  budget: { epsilon: 10, delta: 1e-6 },
  mock: [],
};

test("its asker stops one owner's teachers, and the same ask goes on", async () => {
  using here = await world(2);
  const [first] = here.owners;
  first!.trainer.nextVotes = () =>
    new Promise((resolve) => {
      const { signal } = first!.trainer.counted.at(-1)!;
      signal.addEventListener("abort", () => resolve(err(problem("answer-not-computed", "ended"))));
    });
  const asked = here.ask(here.asking());
  await expect.poll(() => first!.trainer.counted.length, { timeout: 30_000 }).toBe(1);
  expect(first!.ports.trainings.desk.stop(ada.id, "ask-00001")).toBe(true);
  expect(codesOf(await asked)).toEqual(["training-stopped", "ok"]);
  first!.trainer.nextVotes = async () => ok(undefined);
  expect(codesOf(await here.ask(here.asking({ again: true })))).toEqual(["ok", "ok"]);
  expect(await here.charges()).toEqual([1, 1]);
});

test("who asks again while votes are being written down waits for them: no other teachers are to be watched", async () => {
  using here = await world(2);
  const [{ ports, store, trainer }] = here.owners as [(typeof here.owners)[number]];
  const writing = Promise.withResolvers<void>();
  const goesOn = Promise.withResolvers<void>();
  const slow: typeof store = Object.create(store, {
    all: { value: store.all.bind(store) },
    first: { value: store.first.bind(store) },
    write: {
      value: async (work: () => void) => {
        writing.resolve();
        await goesOn.promise;
        return store.write(work);
      },
    },
  });
  Object.assign(ports, { book: new NoisedBook(slow) });
  const first = here.ask(here.asking());
  await writing.promise;
  const second = here.ask(here.asking({ again: true }));
  await expect.poll(() => here.table.sent.length, { timeout: 30_000 }).toBe(4);
  await new Promise((resolve) => setTimeout(resolve, 50));
  goesOn.resolve();
  expect(codesOf([...(await first), ...(await second)])).toEqual(["ok", "ok", "ok", "ok"]);
  expect(trainer.counted.length).toBe(1);
});

test("votes that wait for their slot when the node closes are not kept: who asks later would see that they were there", async () => {
  using here = await world(2);
  const [{ ports, trainer }] = here.owners as [(typeof here.owners)[number]];
  const waits = Promise.withResolvers<void>();
  const next = () => {
    waits.resolve();
    return new Promise<undefined>(() => undefined);
  };
  Object.assign(ports.trainings, { slots: { next } });
  const asked = here.ask(here.asking());
  await waits.promise;
  ports.trainings.desk.close();
  expect(codesOf(await asked)).toEqual(["answer-not-computed", "ok"]);
  const desk = new TrainingDesk(usualTrainingPolicy);
  Object.assign(ports.trainings, { slots: { next: async () => undefined }, desk });
  expect(codesOf(await here.ask(here.asking({ again: true })))).toEqual(["ok", "ok"]);
  expect(trainer.counted.length).toBe(2);
});

test("teachers that were paid with the last of the budget go on when their asker asks again under their name", async () => {
  using here = await world(2);
  await here.ask(here.asking());
  for (const { policy } of here.owners)
    await policy.setBudget("clinic", { cap: amount(10n ** 7n, 10n ** 14n), filter: "zcdp" });
  expect(codesOf(await here.ask(here.asking()))).toEqual(["ok", "ok"]);
  expect((await here.ask(here.asking({ opens: true }))).map(answersOf)).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(await here.charges()).toEqual([1, 1]);
});

test("what would be charged as one noise and drawn as another is planned by no owner", async () => {
  using here = await world(2);
  for (const other of [
    { aggregator: { kind: "laplace", noise: 4 } },
    { telling: { order: 20, releaseCost: 0.1 } },
  ] as const) {
    const asked = here.asking({ recipe: { ...recipe, ...other } });
    await expect(priceTeachJointly(here.owners[0]!.ports, ada, asked)).rejects.toThrow("nothing else");
  }
});
