// A node that is killed in the middle of a training, and served again: one charge, one result. Steps that were done count; teachers
// begin anew, for nothing of them is ever written down.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { adam, dense, GridClient, type RemoteProgress, sequential, sgd, type TeachersProgress } from "unseen";
import { afterAll, expect, test } from "vitest";
import type { ServeTask } from "./training-owner-process.ts";
import { madeUpPatients, password, trainingWorld } from "./training-world.ts";

const program = new URL("./training-owner-process.ts", import.meta.url);
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

async function served(task: ServeTask): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = fork(program, { execArgv: ["--conditions=unseen-source", "--no-warnings"] });
  children.push(child);
  child.send(task);
  const [url] = (await once(child, "message")) as [string];
  return { child, url };
}

const checkpoints = (home: string) =>
  readdirSync(join(home, "trainings")).filter((name) => name.endsWith(".checkpoint"));

test("a node killed twice in the middle of a training goes on where it was, and charges once", async () => {
  await using world = await trainingWorld(madeUpPatients(900));
  const { home } = world;
  let { child, url } = await served({ home, port: 0 });
  const port = Number(new URL(url).port);
  const grid = await GridClient.connect({ url, username: "ada", password });
  const dataset = await grid.dataset("clinic");
  const seen: RemoteProgress[] = [];
  const done = dataset.fit(sequential([dense(64, "relu"), dense(64, "relu"), dense(2)]), {
    x: ["age", "bp", "ward"],
    y: "ill",
    optimizer: sgd(1),
    rate: 0.5,
    steps: 2_000,
    privacy: { clip: 1, noiseMultiplier: 20, delta: 1e-6 },
    askId: "killed-in-the-middle",
    onProgress: (progress) => seen.push(progress),
  });
  for (let kill = 0; kill < 2; kill++) {
    const before = seen.at(-1)?.step ?? 0;
    await expect.poll(() => (seen.at(-1)?.step ?? 0) > before, { timeout: 120_000 }).toBe(true);
    expect(checkpoints(home).length).toBe(1);
    const killed = once(child, "exit");
    child.kill("SIGKILL");
    await killed;
    ({ child, url } = await served({ home, port }));
  }
  const run = await done;
  expect(run.steps).toBe(2_000);
  // It never told a step twice: it did not begin again.
  const steps = seen.map(({ step }) => step).filter((step) => step > 0);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  expect((await world.owner.ledger.budget("clinic")).charges).toBe(1);
  expect(readdirSync(join(home, "trainings"))).toEqual([]);
  expect(await run.predict([[88, 175, "south"]])).toEqual(["yes"]);
});

test("a node killed among its teachers teaches them anew, charges once, and kept nothing but what was asked", async () => {
  await using world = await trainingWorld(madeUpPatients(900));
  const { home } = world;
  let { child, url } = await served({ home, port: 0 });
  const port = Number(new URL(url).port);
  const dataset = await (await GridClient.connect({ url, username: "ada", password })).dataset("clinic");
  const seen: TeachersProgress[] = [];
  const asked = {
    x: ["age", "bp", "ward"],
    y: "ill",
    teachers: 40,
    delta: 1e-6,
    aggregator: { kind: "gaussian", noise: 8 },
    teaching: { optimizer: adam(0.05), epochs: 400, batch: 8 },
    student: { optimizer: adam(0.1), epochs: 20, batch: 8 },
    askId: "killed-among-teachers",
  } as const;
  const rows = Array.from({ length: 12 }, (_, at) => [30 + 5 * at, 170 - 9 * at, "north"] as const);
  const done = dataset.teach(sequential([dense(2)]), rows, {
    ...asked,
    onProgress: (progress) => seen.push(progress),
  });
  await expect.poll(() => (seen.at(-1)?.taught ?? 0) > 0, { timeout: 120_000 }).toBe(true);
  expect(readdirSync(join(home, "trainings")).map((name) => name.split(".")[1])).toEqual(["ask"]);
  const killed = once(child, "exit");
  child.kill("SIGKILL");
  await killed;
  ({ child, url } = await served({ home, port }));
  const run = await done;
  expect(run.answered).toBe(12);
  expect((await dataset.teach(sequential([dense(2)]), rows, asked)).answers).toEqual(run.answers);
  expect((await world.owner.ledger.budget("clinic")).charges).toBe(1);
  expect(readdirSync(join(home, "trainings"))).toEqual([]);
});
