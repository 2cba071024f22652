// Questions to several owners: three houses with a third of the real data each, HTTP in front and mutual TLS between them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Owner } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import type { GridClient, JointAnswer, JointDataset, RemoteDataset } from "unseen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SharesWorld, sharesWorld, wholeOf } from "./shares-world.ts";

const names = ["may", "north", "lake"] as const;
const directory = mkdtempSync(join(tmpdir(), "unseen-joint-"));
const file = readFileSync(new URL("../datasets/diabetes.csv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");
const [header, ...rows] = file as [string, ...string[]];
const card = JSON.parse(
  readFileSync(new URL("../examples/cards/diabetes.json", import.meta.url), "utf8"),
) as {
  budget: object;
  columns: Record<string, { bounds: [number, number] }>;
};
const partOf = (owner: number) => rows.filter((_, at) => at % names.length === owner);
const columnOf = (lines: readonly string[], name: string) => {
  const at = header.split(",").indexOf(name);
  return lines.map((line) => Number(line.split(",")[at]));
};
const meanOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

let world: SharesWorld;
let grid: GridClient;
let joint: JointDataset;
let found: readonly RemoteDataset[];

/** Budgets that last for a whole file of questions, and one owner whose declared bounds are wider. */
async function furnish(owner: Owner, at: number): Promise<void> {
  const part = join(directory, `part-${at}.csv`);
  writeFileSync(part, [header, ...partOf(at), ""].join("\n"));
  const own = { ...card, budget: { epsilon: 1_000 }, columns: { ...card.columns } };
  if (at === 1) own.columns.bmi = { ...card.columns.bmi!, bounds: [5, 70] };
  wholeOf(await owner.addDataset(part, wholeOf(parseCard(own))));
}

beforeAll(async () => {
  world = await sharesWorld(names, {
    furnish,
    honestOwnersAtMost: (name) => (name === "lake" ? 2 : 3),
  });
  grid = await world.asker();
  const all = await grid.search("#diabetes");
  found = world.houses.map(({ url }) => [...all].find(({ node }) => node === url)!);
  joint = await grid.joint(...found);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const spentAt = async (at: number) => Number((await found[at]!.currentBudget()).yours.spent.epsilon);

test("the mean over three owners' rows is near the true one, and each owner charged the offer", async () => {
  const before = await Promise.all([0, 1, 2].map(spentAt));
  const answer = await joint.column("bmi").mean().get({ epsilon: 50 });
  expect(answer.value).toBeCloseTo(meanOf(columnOf(rows, "bmi")), 0);
  expect(answer.plusMinus).toBeLessThan(1);
  expect(answer.spent.epsilon).toBe(50);
  expect(answer.guarantee).toContain("each of the 3 owners against everybody else");
  const after = await Promise.all([0, 1, 2].map(spentAt));
  expect(after.map((spent, at) => spent - before[at]!)).toEqual([50, 50, 50]);
});

test("the price of a joint question is told before anything is charged, with the noise of all owners in it", async () => {
  const before = await spentAt(0);
  const price = await joint.column("bmi").mean().price(1);
  expect(price.cost.epsilon).toBe(1);
  expect(price.affordable).toBe(true);
  expect(price.expectedPlusMinus as number).toBeGreaterThan(0);
  expect(await spentAt(0)).toBe(before);
});

test("with two honest owners of three the total is more accurate, and the price says who must be honest", async () => {
  const shared = await grid.joint(...found, { honestOwners: 2 });
  for (const offer of [{ epsilon: 5 }, { epsilon: 5, delta: 1e-6 }]) {
    const question = (of: JointDataset) => of.column("bmi").sum();
    const [whole, parts] = await Promise.all([question(joint).price(offer), question(shared).price(offer)]);
    const ratio = (whole.expectedPlusMinus as number) / (parts.expectedPlusMinus as number);
    expect(ratio).toBeGreaterThan(1.2);
    expect(ratio).toBeLessThan(1.55);
    expect(String(parts)).toContain("as long as 2 of them, each person's own among them, are honest");
  }
  const answer = await shared.column("bmi").sum().get({ epsilon: 5 });
  const truth = columnOf(rows, "bmi").reduce((sum, one) => sum + one, 0);
  expect(Math.abs((answer.value as number) - truth)).toBeLessThan(4 * (answer.plusMinus as number));
  expect(answer.guarantee).toContain("at least 2 of the owners");
});

test("an owner that does not count on so many honest ones refuses, and nobody is charged", async () => {
  const before = await Promise.all([0, 1, 2].map(spentAt));
  const trusting = await grid.joint(...found, { honestOwners: 3 });
  await expect(trusting.column("bmi").mean().price(1)).rejects.toMatchObject({
    code: "honest-owners-too-many",
  });
  expect(await Promise.all([0, 1, 2].map(spentAt))).toEqual(before);
  await expect(grid.joint(...found, { honestOwners: 4 })).rejects.toMatchObject({ code: "parties-invalid" });
});

test("a question of two stages opens the first total and goes on from it", async () => {
  const bmi = joint.column("bmi");
  const answer = await bmi.sub(bmi.mean()).clip(-20, 20).pow(2).mean().get({ epsilon: 100 });
  const numbers = columnOf(rows, "bmi");
  const variance = meanOf(numbers.map((one) => (one - meanOf(numbers)) ** 2));
  expect(Math.abs((answer.value as number) / variance - 1)).toBeLessThan(0.2);
});

test("a regression over three owners' rows gives the slopes of all rows together", async () => {
  const asked = { features: ["bmi", "bp"], target: "progression" };
  const answer = await joint.linearRegression(asked).get({ epsilon: 300 });
  const { value } = answer;
  const [slope] = value as readonly number[];
  expect(slope).toBeGreaterThan(7);
  expect(slope).toBeLessThan(10);
});

test("which owner's mean is greatest is told, and no mean", async () => {
  const answer = await joint.greatest(joint.column("s5").mean(), { epsilon: 200 });
  const means = [0, 1, 2].map((owner) => meanOf(columnOf(partOf(owner), "s5")));
  expect(answer.place).toBe(means.indexOf(Math.max(...means)));
  expect(answer.owner).toBe(names[answer.place]);
  expect(answer.answer.value).toBe(answer.place);
  const least = await joint.least(joint.column("s5").mean(), { epsilon: 200 });
  expect(least.place).toBe(means.indexOf(Math.min(...means)));
});

test("asking again under one id gives the same answer at every owner, and costs nothing", async () => {
  const askId = "joint-once-1";
  const question = joint.column("bp").mean();
  const first = await question.get({ epsilon: 3, askId });
  const before = await Promise.all([0, 1, 2].map(spentAt));
  const again = await question.get({ epsilon: 3, askId });
  expect(again.value).toBe(first.value);
  expect(await Promise.all([0, 1, 2].map(spentAt))).toEqual(before);
  await expect(joint.column("bmi").mean().get({ epsilon: 3, askId })).rejects.toMatchObject({
    code: "ask-id-reused",
  });
});

test("rows as they are, and an answer without an offer, are refused", async () => {
  await expect(joint.column("bmi").get()).rejects.toMatchObject({ code: "private-data" });
  await expect(joint.column("bmi").get({ epsilon: 1 })).rejects.toMatchObject({ code: "rows-exposed" });
  await expect(grid.joint(found[0]!, found[0]!)).rejects.toMatchObject({ code: "parties-invalid" });
});

test("an owner whose disk fails after the noise is asked again under the same id, and tells what the others told", async () => {
  const { ledger } = world.house("lake").owner;
  const record = ledger.record.bind(ledger);
  const failing = async () => ({
    ok: false as const,
    problem: { code: "answer-not-recorded" as const, message: "the disk is full" },
  });
  const { questions } = world.house("lake").owner.node;
  Object.assign(questions.ledger, { record: failing });
  const askId = "joint-disk-1";
  const question = joint.column("bp").mean();
  const first = await question.get({ epsilon: 3, askId });
  expect((first as JointAnswer).owners.length).toBe(2);
  Object.assign(questions.ledger, { record });
  const before = await Promise.all([0, 1, 2].map(spentAt));
  const again = await question.get({ epsilon: 3, askId });
  expect(again.value).toBe(first.value);
  expect(await Promise.all([0, 1, 2].map(spentAt))).toEqual(before);
});

test("an owner whose node is gone is named, and the others charge nothing", async () => {
  const before = await Promise.all([0, 1].map(spentAt));
  await world.house("lake").close();
  const refusal = await joint.column("bp").mean().tryGet({ epsilon: 3 });
  expect(refusal).toMatchObject({ ok: false, problem: { code: "node-unreachable" } });
  expect(refusal.ok ? "" : refusal.problem.message).toContain("lake");
  expect(await Promise.all([0, 1].map(spentAt))).toEqual(before);
});
