// Columns of two owners as shares, from the shell of the owners to the hand of the asker: real houses, real data, mutual TLS.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Owner, ownerAtTheMachine, programToReview, verifyLedger } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import type { GridClient, RemoteDataset, RemoteWorker, SharedTensor } from "unseen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SharesWorld, sharesWorld, wholeOf } from "./shares-world.ts";
import { unseen } from "./unseen-command.ts";

const names = ["may", "north", "lake"] as const;
const directory = mkdtempSync(join(tmpdir(), "unseen-permits-"));
const [header, ...rows] = readFileSync(new URL("../datasets/diabetes.csv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n") as [string, ...string[]];
const card = JSON.parse(readFileSync(new URL("../examples/cards/diabetes.json", import.meta.url), "utf8"));
const most = 60;
const partOf = (at: number) => rows.filter((_, row) => row % names.length === at).slice(0, most);
const columnOf = (at: number, name: string) =>
  partOf(at).map((line) => Number(line.split(",")[header.split(",").indexOf(name)]));
const sumOf = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

let world: SharesWorld;
let grid: GridClient;
let parties: RemoteWorker[];
let may: RemoteDataset;
let north: RemoteDataset;

async function furnish(owner: Owner, at: number): Promise<void> {
  const part = join(directory, `part-${at}.csv`);
  writeFileSync(part, [header, ...partOf(at), ""].join("\n"));
  wholeOf(
    await owner.addDataset(part, wholeOf(parseCard({ ...card, unit: "row", people: { isPublic: true } }))),
  );
}

beforeAll(async () => {
  world = await sharesWorld(names, { furnish, joinMs: 2_000 });
  grid = await world.asker();
  parties = names.map((name) => grid.node(name));
  const found = [...(await grid.search("#diabetes"))];
  [may, north] = world.houses.map(({ url }) => found.find(({ node }) => node === url)!) as [
    RemoteDataset,
    RemoteDataset,
  ];
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** As the owner types it, beside the node that serves. */
async function typed(house: string, ...args: readonly string[]) {
  const done = await unseen([...args, "--home", world.house(house).home], "", {
    username: "",
    password: "",
  });
  return { ...done, text: done.out + done.err };
}

async function permitted(house: string, columns: string): Promise<string> {
  const others = names.filter((name) => name !== house).join(",");
  const ends = ["--until", "2999-01-01", "--protocol", "verified", "--json"];
  const { out } = await typed(
    house,
    ...["permits", "issue", "diabetes", "--to", "ada", "--columns", columns, "--among", others, ...ends],
  );
  return JSON.parse(out).permit.id;
}

const share = (dataset: RemoteDataset, columns: readonly string[], by = parties): Promise<SharedTensor> =>
  dataset.share(...by, { columns, protocol: "verified" });

test("without a permit nobody has a column become shares, and the refusal says what the owner would type", async () => {
  const refused = expect(share(may, ["bmi"])).rejects;
  await refused.toMatchObject({ code: "sharing-not-permitted" });
  await refused.toThrow(/unseen permits issue/);
});

test("what is made of two owners' columns is opened once both reviewed it, and each was told what it is worth", async () => {
  const permit = await permitted("may", "bmi,bp");
  const northern = world.house("north").owner;
  const { untilMs, parties: fingerprints } = world.house("may").owner.sharePermits.all()[0]!;
  const { id: account } = wholeOf(northern.accounts.all(ownerAtTheMachine())).find(
    ({ name }) => name === "ada",
  )!;
  const { snapshot } = wholeOf(northern.catalogue.findDataset("diabetes"));
  const theirs = await northern.sharePermits.issue({
    account,
    dataset: "diabetes",
    snapshot,
    columns: ["age"],
    protocol: "verified",
    parties: fingerprints,
    untilMs,
  });
  const bmi = await share(may, ["bmi"]);
  const age = await share(north, ["age"]);
  expect(bmi.shape).toEqual([most, 1]);
  const isGreater = bmi.sum(0).greater(age.sum(0));
  const file = join(directory, "program.txt");
  writeFileSync(file, isGreater.review());
  const read = await typed("may", "permits", "review", permit, file);
  expect(read.text).toContain('"bmi"');
  expect(read.text).toContain("no guarantee of differential privacy");
  expect(read.text).toContain("Nothing has changed");
  const isRefused = (asked: Promise<unknown>) =>
    expect(asked).rejects.toMatchObject({ code: "opening-not-permitted" });
  await Promise.all([isGreater.get(), bmi.get(), isGreater.keep()].map(isRefused));
  await typed("may", "permits", "review", permit, file, "--without-guarantee");
  await isRefused(isGreater.get());
  const { digest, text } = wholeOf(programToReview(isGreater.review()));
  wholeOf(await northern.sharePermits.review(theirs.id, digest, text));
  expect((await isGreater.get()).toNested()).toEqual([
    sumOf(columnOf(0, "bmi")) > sumOf(columnOf(1, "age")) ? 1 : 0,
  ]);
  // One step away from what was reviewed.
  await isRefused(isGreater.add(0).get());
  const { policy } = world.house("may").owner;
  const decisions = (await policy.history("diabetes")).map(({ event }) => JSON.parse(event).what);
  expect(decisions).toEqual([undefined, "permitted", "shared", "reviewed", "opened"]);
  expect(wholeOf(await verifyLedger(join(world.house("may").home, "unseen.sqlite"))).findings).toEqual([]);
});

test("another account has no part in a permit, and after a node has restarted nothing is left of its shares", async () => {
  const total = (await share(may, ["bp"])).sum(0);
  const { owner } = world.house("may");
  const { id } = owner.sharePermits.all().at(-1)!;
  const { digest, text } = wholeOf(programToReview(total.review()));
  wholeOf(await owner.sharePermits.review(id, digest, text));
  const [opened] = (await total.get()).toNested() as [number];
  expect(opened).toBeCloseTo(sumOf(columnOf(0, "bp")), 0);
  const other = await world.asker("mallory");
  const theirs = (await other.search("#diabetes"))[0]!;
  const others = names.map((name) => other.node(name));
  await expect(share(theirs, ["bp"], others)).rejects.toMatchObject({ code: "sharing-not-permitted" });
  const lake = world.house("lake").owner.node.joint!.party;
  Object.assign(lake, { shares: new (lake.shares.constructor as new () => typeof lake.shares)() });
  await expect(total.get()).rejects.toMatchObject({ code: "object-unknown" });
});
