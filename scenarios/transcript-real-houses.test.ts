// The same transcript against whole houses: homes on the disk, DuckDB, ledger and noise as an owner runs
// them. Once without a socket, and once with every owner a process of its own.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRouterTransport } from "@connectrpc/connect";
import { type Problem, platformEntropy, type Result } from "@unseen/base";
import { gridRoutes, openOwner, ownerAtTheMachine } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { GridClient } from "unseen";
import { expect, test } from "vitest";
import { openHospitals } from "../packages/cli/src/demo/hospitals.ts";
import { transcript } from "./transcript.ts";
import { ownerExpectations } from "./transcript-owner-node.ts";

const root = new URL("../", import.meta.url);

test("the transcript runs as written against a whole house in memory", async () => {
  const home = await mkdtemp(join(tmpdir(), "unseen-transcript-"));
  const clock = { nowMs: () => Date.now() };
  const owner = whole(await openOwner({ home, clock, entropy: platformEntropy(globalThis.crypto) }));
  try {
    const card = whole(
      parseCard(JSON.parse(await readFile(new URL("examples/cards/diabetes.json", root), "utf8"))),
    );
    whole(await owner.addDataset(new URL("datasets/diabetes.csv", root).pathname, card));
    const account = { name: "atrask", password: "a sentence for one researcher" };
    whole(await owner.accounts.add(ownerAtTheMachine(), { ...account, role: "researcher" }));
    const transport = createRouterTransport((router) => gridRoutes(router, owner.node));
    const connect = () =>
      GridClient.connect({
        url: "http://localhost:7700",
        username: account.name,
        password: account.password,
        transport: () => transport,
      });
    await transcript({ ...ownerExpectations, connect });
  } finally {
    await owner.close();
    await rm(home, { recursive: true, force: true });
  }
});

test("the transcript runs as written over HTTP, each owner a process of its own", async () => {
  await using hospitals = await openHospitals();
  const { all, username, password } = hospitals;
  const [{ url }] = all;
  await transcript({
    ...ownerExpectations,
    means: await meansOf(0, all.length),
    connect: () => GridClient.connect({ url, username, password }),
  });
  const grid = await GridClient.connect({ urls: all.map((one) => one.url), username, password });
  expect(String(await grid.search("#diabetes"))).toContain(`Found ${all.length} results in total.`);
  expect((await grid.search("#cancer")).length + (await grid.search("breast")).length).toBeGreaterThan(0);
});

/** True means of the rows that one of the owners was dealt. */
async function meansOf(part: number, parts: number): Promise<{ readonly bp: number; readonly bmi: number }> {
  const [header = "", ...rows] = (await readFile(new URL("datasets/diabetes.csv", root), "utf8"))
    .trimEnd()
    .split("\n");
  const own = rows.filter((_, at) => at % parts === part).map((row) => row.split(","));
  const mean = (name: string) => {
    const column = header.split(",").indexOf(name);
    return own.reduce((sum, cells) => sum + Number(cells[column]), 0) / own.length;
  };
  return { bp: mean("bp"), bmi: mean("bmi") };
}

function whole<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
