// Teachers at three owners: each house has its own, on a third of the people, HTTP in front and mutual TLS between. Together they
// answer public rows, and a student learns from the answers at the asker's.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Owner } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { adam, dense, type GridClient, type JointDataset, type RemoteTeachOptions, sequential } from "unseen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SharesWorld, sharesWorld, wholeOf } from "./shares-world.ts";
import { madeUpPatients, trainingCard } from "./training-world.ts";

const names = ["may", "north", "lake"] as const;
const directory = mkdtempSync(join(tmpdir(), "unseen-joint-teaching-"));
const [header, ...rows] = madeUpPatients(600).split("\n") as [string, ...string[]];

const model = sequential([dense(2)]);
const queries = Array.from({ length: 30 }, (_, at) => ({
  age: 20 + ((at * 29) % 71),
  bp: 60 + ((at * 41) % 121),
  ward: at % 4 === 0 ? "south" : "north",
}));
const isIll = ({ age, bp, ward }: (typeof queries)[number]) =>
  (age - 55) / 35 + (bp - 120) / 60 + (ward === "south" ? 0.4 : 0) > 0.1 ? "yes" : "no";
const asked: RemoteTeachOptions = {
  x: ["age", "bp", "ward"],
  y: "ill",
  teachers: 12,
  delta: 1e-6,
  aggregator: { kind: "gaussian", noise: 5 },
  teaching: { optimizer: adam(0.1), epochs: 20, batch: 16 },
  student: { optimizer: adam(0.1), epochs: 60, batch: 8 },
};

let world: SharesWorld;
let grid: GridClient;
let joint: JointDataset;
const found = async () =>
  Promise.all(
    world.houses.map(
      async ({ url }) => [...(await grid.search("#clinic"))].find(({ node }) => node === url)!,
    ),
  );

async function furnish(owner: Owner, at: number): Promise<void> {
  const part = join(directory, `part-${at}.csv`);
  writeFileSync(part, [header, ...rows.filter((_, row) => row % names.length === at), ""].join("\n"));
  // One owner declares wider bounds: all teachers see columns as the widest of them.
  const bp = { ...trainingCard.columns.bp, bounds: at === 1 ? [40, 200] : [60, 180] };
  const card = {
    ...trainingCard,
    columns: { ...trainingCard.columns, bp },
    budget: { epsilon: 100, delta: 1e-4 },
  };
  wholeOf(await owner.addDataset(part, wholeOf(parseCard(card))));
}

beforeAll(async () => {
  world = await sharesWorld(names, { furnish, joinMs: 3_000, honestOwnersAtMost: () => 2 });
  grid = await world.asker();
  joint = await grid.joint(...(await found()));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const charges = () =>
  Promise.all(world.houses.map(async ({ owner }) => Number((await owner.ledger.budget("clinic")).charges)));

test("teachers of three owners answer together, each owner charged once, and a student learns from it here", async () => {
  const before = await charges();
  const price = await joint.priceOfTeach(model, queries, asked);
  expect([price.affordable, price.steps]).toEqual([true, 12]);
  const seen: number[] = [];
  const run = await joint.teach(model, queries, {
    ...asked,
    askId: "three-owners",
    onProgress: ({ taught, teachers }) => {
      expect(teachers).toBe(36);
      seen.push(taught);
    },
  });
  expect([run.spent, run.epsilon]).toEqual([price.cost, price.epsilon]);
  expect(run.receipts.length).toBe(3);
  expect(run.answers.filter((answer, at) => answer === isIll(queries[at]!)).length).toBeGreaterThan(24);
  expect(await run.student.predict([{ age: 88, bp: 175, ward: "south" }, [22, 65, "north"]])).toEqual([
    "yes",
    "no",
  ]);
  expect(run.guarantee).toContain("against everybody else, the other owners included");
  expect(run.guarantee).toContain("Only the noised counts of all together were opened");
  expect(Math.max(...seen)).toBeLessThanOrEqual(36);
  const again = await joint.teach(model, queries, { ...asked, askId: "three-owners" });
  expect([again.answers, again.receipts]).toEqual([run.answers, run.receipts]);
  expect((await charges()).map((count, at) => count - before[at]!)).toEqual([1, 1, 1]);
  await expect(
    joint.teach(model, queries.toReversed(), { ...asked, askId: "three-owners" }),
  ).rejects.toMatchObject({ code: "ask-id-reused" });
  for (const { home } of world.houses) expect(readdirSync(join(home, "trainings"))).toEqual([]);
});

test("two honest owners of three share one noise, and the promise says so", async () => {
  const trusting = await grid.joint(...(await found()), { honestOwners: 2 });
  const run = await trusting.teach(model, queries.slice(0, 10), asked);
  expect(run.answered).toBe(10);
  expect(run.guarantee).toContain("at least 2 of the owners");
});

test("what cannot be added up or paid is refused at every owner, and free", async () => {
  const before = await charges();
  const refusedAs = (more: object) =>
    joint.teach(model, queries, { ...asked, ...more } as never).then(
      () => "ok",
      (error) => error.code,
    );
  const confident = { kind: "confident", noise: 5, threshold: { votes: 5, noise: 5 }, mostAnswered: 3 };
  expect(await refusedAs({ aggregator: confident })).toBe("training-invalid");
  expect(await refusedAs({ aggregator: { kind: "laplace", noise: 20 } })).toBe("training-invalid");
  expect(await refusedAs({ telling: { order: 8, releaseCost: 0.1 } })).toBe("training-invalid");
  expect(await refusedAs({ x: ["agee"] })).toBe("column-unknown");
  expect(await refusedAs({ aggregator: { kind: "gaussian", noise: 0.4 } })).toBe("budget-exhausted");
  expect(await charges()).toEqual(before);
});
