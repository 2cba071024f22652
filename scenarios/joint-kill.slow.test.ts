// An owner's real process is killed in the middle of a question to three owners: the others end with its name, every ledger stands
// as documented, and the question is answered once the node is there again.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Owner } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { adam, dense, GridClient, type JointDataset, type RemoteDataset, sequential } from "unseen";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OwnerSaid, OwnerTask } from "./joint-owner-process.ts";
import { openHouse, password, type SharesWorld, sharesWorld, wholeOf } from "./shares-world.ts";

const directory = mkdtempSync(join(tmpdir(), "unseen-joint-kill-"));
const [header, ...rows] = readFileSync(new URL("../datasets/diabetes.csv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n") as [string, ...string[]];
const card = JSON.parse(readFileSync(new URL("../examples/cards/diabetes.json", import.meta.url), "utf8"));
const names = ["may", "north", "lake"] as const;
const joinMs = 3_000;
const lakeHome = join(directory, "lake");
const truth =
  rows.reduce((sum, line) => sum + Number(line.split(",")[header.split(",").indexOf("bmi")]), 0) /
  rows.length;

let world: SharesWorld;
let lake: ChildProcess;
let lakeFingerprint: string;

async function furnish(owner: Owner, at: number): Promise<void> {
  const part = join(directory, `part-${at}.csv`);
  writeFileSync(part, [header, ...rows.filter((_, row) => row % names.length === at), ""].join("\n"));
  wholeOf(
    await owner.addDataset(part, wholeOf(parseCard({ ...card, budget: { epsilon: 1_000, delta: 1e-4 } }))),
  );
}

beforeAll(async () => {
  world = await sharesWorld(["may", "north"], { furnish, joinMs });
  const first = await openHouse(lakeHome, "lake");
  await furnish(first.owner, 2);
  lakeFingerprint = first.owner.fingerprint;
  for (const { name, owner } of world.houses)
    wholeOf(await first.owner.peers.allow({ fingerprint: owner.fingerprint, name, url: owner.peersUrl! }));
  await first.close();
});
afterAll(async () => {
  lake?.kill("SIGKILL");
  await world[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** Lake's node as a process; the others learn where it takes parties in now. */
async function startLake(diesBeforeMessage?: number): Promise<JointDataset> {
  lake = fork(new URL("./joint-owner-process.ts", import.meta.url).pathname, {
    execArgv: ["--conditions=unseen-source", "--no-warnings"],
  });
  const task: OwnerTask = {
    home: lakeHome,
    name: "lake",
    joinMs,
    ...(diesBeforeMessage === undefined ? {} : { diesBeforeMessage }),
  };
  lake.send(task);
  const [said] = (await once(lake, "message")) as [OwnerSaid];
  for (const { owner } of world.houses)
    wholeOf(await owner.peers.allow({ fingerprint: lakeFingerprint, name: "lake", url: said.peersUrl }));
  const urls = [...world.houses.map(({ url }) => url), said.url];
  const grid = await GridClient.connect({ urls, username: "ada", password });
  const found = [...(await grid.search("#diabetes"))];
  const datasets = urls.map((url) => found.find(({ node }) => node === url)!) as RemoteDataset[];
  return grid.joint(...datasets);
}

/** What ada has spent at each owner, read from the homes beside the nodes. */
async function spent(): Promise<readonly number[]> {
  const reader = await openHouse(lakeHome, "lake");
  const owners = [...world.houses.map(({ owner }) => owner), reader.owner];
  const lines = await Promise.all(owners.map((owner) => owner.ledger.budget("diabetes")));
  await reader.close();
  return lines.map(({ spent: { epsilon } }) => Number(epsilon) / 1e9);
}

/** Everything that may's node sends to other owners. */
function heard(): Uint8Array[] {
  const { party } = world.house("may").owner.node.joint!;
  const { meet } = party;
  const sent: Uint8Array[] = [];
  const listening: typeof meet = async (gathering) => {
    const met = await meet(gathering);
    if (!met.ok) return met;
    for (const { channel } of met.value.values()) {
      const send = channel.send.bind(channel);
      channel.send = (bytes) => {
        sent.push(Uint8Array.from(bytes));
        send(bytes);
      };
    }
    return met;
  };
  Object.assign(party, { meet: listening });
  return sent;
}

test("killed before it has said that it begins, it costs nobody anything, and is named", async () => {
  const joint = await startLake(0);
  const ended = once(lake, "exit");
  const told = await joint.column("bmi").mean().tryGet({ epsilon: 5, askId: "ask-early" });
  expect((await ended)[1]).toBe("SIGKILL");
  expect(told.ok).toBe(false);
  expect(told.ok ? "" : told.problem.message).toContain("lake");
  expect(await spent()).toEqual([0, 0, 0]);
});

/** The first two of its messages say that it begins; two tell each noised sum, and a mean takes two sums. */
const deaths: readonly [string, number][] = [
  ["between the two to whom it tells a sum", 3],
  ["when one total is known and the next is not", 4],
];

test.each(deaths)(
  "killed once all have charged, %s: asked again under its id the answer comes, nobody is charged again, and no mask serves twice",
  async (_, at) => {
    const before = await spent();
    const sent = heard();
    const offer = { epsilon: 7, askId: `ask-late-${at}` };
    const joint = await startLake(at);
    const ended = once(lake, "exit");
    const told = await joint.column("bmi").mean().tryGet(offer);
    expect((await ended)[1]).toBe("SIGKILL");
    expect(told.ok ? "" : told.problem.message).toContain("lake");
    const charged = before.map((epsilon) => epsilon + 7);
    expect(await spent()).toEqual(charged);
    const earlier = sums(sent.splice(0));
    expect(earlier.length).toBeGreaterThan(0);

    const again = await startLake();
    const answer = wholeOf(await again.column("bmi").mean().tryGet(offer));
    expect(answer.value).toBeCloseTo(truth, -1);
    expect(await spent()).toEqual(charged);
    // The noise is the one that was kept, so what is masked is the same as before; what is sent is not.
    const later = sums(sent);
    expect(later.length).toBeGreaterThan(0);
    expect(later.filter((one) => earlier.includes(one))).toEqual([]);
    expect(wholeOf(await again.column("bmi").mean().tryGet(offer)).value).toEqual(answer.value);
    lake.kill("SIGKILL");
  },
);

test("killed while owners add up their teachers' votes: asked again the answers come, nobody is charged again, and nothing is masked alike", async () => {
  const before = await spent();
  const sent = heard();
  // The first call tells two that it begins; so does the second, and then its counts.
  const joint = await startLake(2);
  const ended = once(lake, "exit");
  const stop = new AbortController();
  const asked = {
    x: ["age", "bmi", "bp"],
    y: "sex",
    teachers: 10,
    delta: 1e-6,
    aggregator: { kind: "gaussian", noise: 4 },
    teaching: { optimizer: adam(0.1), epochs: 5, batch: 16 },
    student: { optimizer: adam(0.1), epochs: 5, batch: 4 },
    askId: "teachers-of-three",
  } as const;
  const people = [
    [60, 25, 90],
    [30, 35, 120],
  ];
  const model = sequential([dense(2)]);
  const broken = joint.teach(model, people, { ...asked, signal: stop.signal });
  expect((await ended)[1]).toBe("SIGKILL");
  stop.abort();
  await expect(broken).rejects.toMatchObject({ code: "training-stopped", askId: asked.askId });
  const charged = await spent();
  expect(new Set(charged.map((epsilon, at) => (epsilon - before[at]!).toFixed(6))).size).toBe(1);
  expect(charged[0]).toBeGreaterThan(before[0]!);
  const earlier = sums(sent.splice(0));
  expect(earlier.length).toBeGreaterThan(0);

  const again = await startLake();
  const run = await again.teach(model, people, asked);
  expect(run.answered).toBe(2);
  expect(run.receipts.length).toBe(3);
  expect(await spent()).toEqual(charged);
  const later = sums(sent);
  expect(later.length).toBeGreaterThan(0);
  expect(later.filter((one) => earlier.includes(one))).toEqual([]);
  lake.kill("SIGKILL");
});

/** Masked sums are of 16 bytes each; what owners agree on is shorter. */
function sums(sent: readonly Uint8Array[]): readonly string[] {
  return sent.flatMap((bytes) => (bytes.length >= 16 ? [Buffer.from(bytes).toString("hex")] : []));
}
