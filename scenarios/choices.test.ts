// Choices asked of an owner over HTTP: what the researcher sees, what the ledger keeps, and that a lost reply costs nothing.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Problem, platformEntropy, type Result } from "@unseen/base";
import { exportLedger, openOwner, ownerAtTheMachine, serveNode, verifyLedger } from "@unseen/owner";
import { eventFrom, type PrivacyEvent, pureAccountant, zcdpAccountant } from "@unseen/privacy";
import { parseCard } from "@unseen/program";
import { GridClient, type RemoteDataset } from "unseen";
import { afterAll, beforeAll, expect, test } from "vitest";

const regions = Array.from({ length: 40 }, (_, at) => `region ${at}`);
const people = 3_000;
/** Half of the people live in region 17, and from 18 on regions are empty. */
const regionOf = (at: number) => (at % 2 === 0 ? 17 : Math.floor(((at * 7) % 34) / 2));
const bmiOf = (at: number) => 20 + ((at * 37) % 200) / 10;

const password = "only for this test";
const home = { directory: "", close: async (): Promise<void> => undefined };
let dataset: RemoteDataset;

beforeAll(async () => {
  home.directory = await mkdtemp(join(tmpdir(), "unseen-choices-"));
  const file = join(home.directory, "clinic.csv");
  const lines = Array.from(
    { length: people },
    (_, at) => `p${at},${regions[regionOf(at)]},${bmiOf(at)},${20 + (at % 60)}`,
  );
  await writeFile(file, ["id,region,bmi,age", ...lines, ""].join("\n"));
  const card = parseCard({
    name: "clinic",
    description: "",
    tags: [],
    columns: {
      region: { type: "category", categories: regions },
      bmi: { type: "number", bounds: [10, 60] },
      age: { type: "integer", bounds: [0, 110] },
    },
    unit: { column: "id", mostRowsEach: 1 },
    people: { isPublic: false, band: [100, 100_000] },
    budget: { epsilon: 20, delta: 1e-6 },
  });
  const clock = { nowMs: () => Date.now() };
  const entropy = platformEntropy(globalThis.crypto);
  const owner = whole(await openOwner({ home: join(home.directory, "home"), clock, entropy, slotMs: 0 }));
  whole(await owner.addDataset(file, whole(card)));
  whole(await owner.accounts.add(ownerAtTheMachine(), { name: "ada", password, role: "researcher" }));
  const serving = whole(await serveNode(owner.node, { host: "127.0.0.1", port: 0 }));
  const grid = await GridClient.connect({ url: serving.url, username: "ada", password });
  dataset = (await grid.search())[0]!;
  home.close = async () => {
    await serving.close();
    await owner.close();
  };
});

afterAll(() => rm(home.directory, { recursive: true, force: true }));

test("the commonest region comes by name, with what the choice promises and no half-width", async () => {
  const asked = dataset.groupBy("region").mostCommon();
  const price = await asked.price(0.5);
  expect(String(price)).toMatch(
    /^costs epsilon 0.5 .*\nreleases the greatest of 40 sums by permute-and-flip/,
  );
  const answer = await asked.get(0.5);
  expect(answer.names).toEqual(["region 17"]);
  expect(answer.plusMinus).toEqual([Number.NaN]);
  expect(answer.guarantee).toContain("epsilon 0.5, pure; a choice by permute-and-flip");
  expect(String(answer)).toMatch(
    /^region 17; spent epsilon 0.5, epsilon .* remaining\nchosen: the greatest of 40 sums .* within \d+ of the greatest that was left$/,
  );
  expect((await dataset.groupBy("region").mostCommon(3).get(0.5)).names).toHaveLength(3);
});

test("groups are asked in order until as many as were paid for are above", async () => {
  const answer = await dataset.groupBy("region").countsAbove(700).get(1);
  expect(answer.above).toEqual(["region 17"]);
  expect([...answer.groups.values()].slice(0, 17)).toEqual(Array(17).fill("not above"));
  expect([...answer.groups.values()].slice(18)).toEqual(Array(22).fill("not asked"));
  expect(String(answer)).toContain("region 17: above");
});

test("is a sum above a threshold: yes or no, of all rows and of some", async () => {
  const bmi = dataset.column("bmi");
  expect((await bmi.sumAbove(50_000).get(0.5)).value).toBe(1);
  expect((await bmi.sumAbove(150_000).get(0.5)).value).toBe(0);
  const some = dataset.filter(dataset.column("age").less(50)).column("bmi");
  expect((await some.sumAbove(75_000).get(0.5)).value).toBe(0);
});

test("a median is chosen, of whole numbers a whole one, of filtered rows theirs; an interval needs counts", async () => {
  const age = dataset.column("age");
  const [median] = (await age.median().get(0.5)).value as number[];
  expect([48, 49, 50, 51]).toContain(median);
  const young = await dataset.filter(age.less(40)).column("age").median().get(0.5);
  expect(Math.abs((young.value as number[])[0]! - 29.5)).toBeLessThan(2);
  expect(young.choices[0]).toMatch(
    /^in which of 111 bins the quantile lies .* at most \d+ rows lie between$/,
  );
  const counted = await age.quantile(0.5, { withInterval: true }).get(0.5);
  expect((counted.plusMinus as number[])[0]).toBeGreaterThan(0);
  expect(counted.choices).toEqual([]);
  const bmi = await dataset.column("bmi").quantile(0.9).get({ epsilon: 0.5, delta: 1e-6 });
  expect(Math.abs((bmi.value as number[])[0]! - 38)).toBeLessThan(1);
});

test("asking again under one id gives the same choice, free", async () => {
  const offer = { epsilon: 0.1, askId: "choice-asked-again" };
  const asked = () => dataset.groupBy("region").mostCommon(5).get(offer);
  const first = await asked();
  const again = await asked();
  expect(again).toEqual(first);
  expect(again.remaining).toEqual(first.remaining);
  // What is asked anew is chosen anew: five of forty come out alike a hundred times only from one recorded draw.
  for (let at = 0; at < 20; at++) expect((await asked()).names).toEqual(first.names);
});

test("the least value is refused, and the refusal names the quantile and why", async () => {
  const refused = await dataset.column("bmi").min().tryGet(0.5);
  expect(refused).toMatchObject({ ok: false, problem: { code: "no-rule" } });
  if (refused.ok) return;
  expect(refused.problem.hint).toContain("quantile(0.01)");
  expect(refused.problem.hint).toContain("which one person moves by one");
});

test("the ledger keeps each choice as its mechanism, within its price, and the whole of it verifies", async () => {
  // Noise and choices in one question, at a concentrated price.
  const hot = dataset.column("region").oneHot(40);
  const both = hot.sum(0).max().add(hot.chooseGreatest(2).sum(0));
  await both.get({ epsilon: 0.5, delta: 1e-6 });
  await home.close();
  const file = join(home.directory, "home", "unseen.sqlite");
  const report = whole(await verifyLedger(file));
  expect(report).toMatchObject({ isSound: true, findings: [] });
  const out = join(home.directory, "ledger.txt");
  let text = "";
  whole(
    await exportLedger(file, (piece) => {
      text += piece;
    }),
  );
  await writeFile(out, text);
  expect(whole(await verifyLedger(out)).isSound).toBe(true);
  const charges = (await readFile(out, "utf8"))
    .split("\n")
    .filter((line) => line.includes("neighbours"))
    .map((line) => JSON.parse(line.match(/"event":("(?:[^"\\]|\\.)*")/)![1]!) as string)
    .map((stored) => (JSON.parse(stored) as { event: unknown }).event);
  const kinds = new Set(
    charges.map((event) =>
      JSON.stringify(event)
        .match(/permute-and-flip|zcdp|epsilon-delta/g)
        ?.join(),
    ),
  );
  expect([...kinds]).toContain("permute-and-flip");
  expect([...kinds]).toContain("zcdp,permute-and-flip");
  for (const stored of charges) expect(zcdpAccountant().compose(eventOf(stored)).ok).toBe(true);
  const together = zcdpAccountant().compose(eventOf(charges.at(-1)));
  // The conversion rounds up to a billionth.
  expect(together.ok && together.value.epsilonAtLeast(1e-6)).toBeLessThan(0.5 + 2e-9);
  const alone = pureAccountant().compose(eventOf(charges[0]));
  expect(alone.ok && alone.value.epsilonAtLeast(0)).toBeLessThan(0.5 + 2e-9);
});

function eventOf(stored: unknown): PrivacyEvent {
  const event = eventFrom(stored);
  if (!event.ok) throw new Error(event.problem.rule);
  return event.value;
}

function whole<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
