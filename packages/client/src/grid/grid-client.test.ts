import { inspect } from "node:util";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { AskRefused } from "../refusals/ask-refused.ts";
import { tensor } from "../tensors/tensor.ts";
import { FakeNode, fakeDataset } from "../testing/fake-node.ts";
import { GridClient } from "./grid-client.ts";

const password = "a sentence that nobody else knows";
const names = ["one", "two", "three"] as const;

const nodeOf = (name: string, ...datasets: Parameters<typeof fakeDataset>[]) =>
  new FakeNode(
    datasets.map((given) => fakeDataset(...given)),
    { name, password },
  );
const dead: Transport = {
  unary: async () => Promise.reject(new ConnectError("refused", Code.Unavailable)),
  stream: async () => Promise.reject(new ConnectError("refused", Code.Unavailable)),
};
/** Never answers, and never listens to whoever gives up. */
const deaf: Transport = { unary: () => new Promise(() => {}), stream: () => new Promise(() => {}) };

function connect(transports: readonly Transport[], more: { password?: string; deadlineMs?: number } = {}) {
  const urls = transports.map((_, at) => `http://localhost:${7700 + at}`);
  const transport = (url: string) => transports[urls.indexOf(url)]!;
  return GridClient.connect({ urls, username: "atrask", password, transport, ...more });
}

test("a search over three nodes prints its count and the tag profile, laid out as on the slide", async () => {
  const nodes = names.map((name) => nodeOf(name, ["diabetes"]));
  const found = await (await connect(nodes.map((node) => node.transport()))).search("#diabetes");
  expect(String(found)).toBe(
    "Found 3 results in total.\n\nTag Profile:\n\t#diabetes found 3\n\t#data found 3",
  );
  expect(inspect(found)).toBe(String(found));
  expect(found.isPartial).toBe(false);
  expect(found.length).toBe(3);
  expect([...found].map(({ node }) => node)).toEqual(
    [7700, 7701, 7702].map((port) => `http://localhost:${port}`),
  );
  expect(found.map(({ name }) => name)).toEqual(["diabetes", "diabetes", "diabetes"]);
});

test("the most common tag comes first, then those searched for, then the alphabet", async () => {
  const node = nodeOf(
    "one",
    ["a", { tags: ["#z", "#b", "#all"] }],
    ["b", { tags: ["#z", "#c", "#all", "#common"] }],
    ["c", { tags: ["#all", "#common", "#z", "#common"] }],
  );
  const found = await (await connect([node.transport()])).search("#z");
  expect(String(found).split("\n").slice(3)).toEqual([
    "\t#z found 3",
    "\t#all found 3",
    "\t#common found 2",
    "\t#b found 1",
    "\t#c found 1",
  ]);
});

test("a search that finds nothing says so", async () => {
  const found = await (await connect([nodeOf("one").transport()])).search("#nothing");
  expect(String(found)).toBe("Found 0 results in total.");
});

test("a slow node is left out at the deadline, and the result says that it is partial", async () => {
  const nodes = names.map((name) => nodeOf(name, ["diabetes"]));
  const grid = await connect(
    nodes.map((node) => node.transport()),
    { deadlineMs: 300 },
  );
  nodes[1]!.delayMs = 2_000;
  const started = performance.now();
  const found = await grid.search("#diabetes");
  expect(performance.now() - started).toBeLessThan(1_500);
  expect(found.length).toBe(2);
  expect(found.isPartial).toBe(true);
  expect(found.missing).toMatchObject([
    { node: "http://localhost:7701", problem: { code: "deadline-exceeded" } },
  ]);
  expect(String(found)).toMatch(
    /\n\nPartial: 1 of 3 nodes did not answer in time \(http:\/\/localhost:7701\)$/,
  );
  expect(grid.unreachable.map(({ node }) => node)).toEqual(["http://localhost:7701"]);
});

test("dead and deaf nodes are flagged at sign-in and in each search, and found again when they are back", async () => {
  const node = nodeOf("one", ["diabetes"]);
  let second = dead;
  const reviving: Transport = {
    unary: (...call) => second.unary(...call),
    stream: (...call) => second.stream(...call),
  };
  const grid = await connect([node.transport(), reviving, deaf], { deadlineMs: 200 });
  expect(grid.unreachable.map(({ problem }) => problem.code)).toEqual([
    "node-unreachable",
    "deadline-exceeded",
  ]);
  expect(String(await grid.search())).toContain("Partial: 2 of 3 nodes");
  second = nodeOf("two", ["diabetes"]).transport();
  const found = await grid.search();
  expect(found.length).toBe(2);
  expect(found.missing.length).toBe(1);
  expect(grid.unreachable.length).toBe(1);
});

test("when no node can be reached, connecting throws", async () => {
  await expect(connect([dead, dead])).rejects.toMatchObject({ name: "AskRefused", code: "node-unreachable" });
  await expect(connect([])).rejects.toMatchObject({ code: "node-unreachable" });
});

test("a wrong password is refused, and no word of it is in the error", async () => {
  const wrong = "hunter2 is wrong";
  const refusal = await connect([nodeOf("one").transport(), dead], { password: wrong }).catch(
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(AskRefused);
  expect(refusal).toMatchObject({ code: "sign-in-failed" });
  expect(inspect(refusal, { depth: null, showHidden: true })).not.toContain("hunter2");
});

test("no password and no token is printed by anything that a caller holds", async () => {
  const node = nodeOf("one", ["diabetes"]);
  const grid = await connect([node.transport()]);
  const found = await grid.search();
  const dataset = found[0]!;
  const bp = dataset.column("bp");
  const pointer = await tensor([1]).send(grid.node());
  const held = [grid, found, dataset, bp, pointer, grid.node(), await bp.mean().get(0.5)];
  const bare = { depth: null, showHidden: true, customInspect: false, getters: true } as const;
  for (const one of held) {
    for (const text of [String(one), inspect(one), inspect(one, bare), JSON.stringify(one) ?? ""]) {
      expect(text).not.toContain("a sentence");
      expect(text).not.toContain("token-");
    }
  }
});

test("a session that has expired is renewed once, for all calls that found it so", async () => {
  const node = nodeOf("one", ["diabetes"]);
  const grid = await connect([node.transport()]);
  node.endAllSessions();
  await Promise.all([grid.search(), grid.search(), grid.search()]);
  expect(node.calls.filter((call) => call === "signIn").length).toBe(2);
});

test("a session that ends at once is not renewed for ever", async () => {
  const node = nodeOf("one", ["diabetes"]);
  const transport = node.transport();
  const grid = await connect([
    {
      ...transport,
      async unary(method, ...rest) {
        const reply = await transport.unary(method, ...rest);
        if (method.name === "SignIn") node.endAllSessions();
        return reply;
      },
    },
  ]);
  await expect(grid.search()).rejects.toMatchObject({ code: "session-expired" });
  expect(node.calls.filter((call) => call === "signIn").length).toBe(2);
});

test("a dataset is found by its name, and an unknown one is refused", async () => {
  const grid = await connect([nodeOf("one").transport(), nodeOf("two", ["diabetes"]).transport()]);
  expect((await grid.dataset("diabetes")).node).toBe("http://localhost:7701");
  await expect(grid.dataset("cancer")).rejects.toMatchObject({ code: "dataset-unknown" });
});

test("a grid's node is a worker too, by its name, its address or as the first", async () => {
  const grid = await connect([nodeOf("one").transport(), nodeOf("two").transport()]);
  const x = await tensor([1, 3, 4, 5]).send(grid.node("two"));
  expect(String(x)).toMatch(/^\(Wrapper\)>\[PointerTensor \| me:\d{11} -> two:\d{11}\]$/);
  expect(String(await x.add(x).get())).toBe("tensor([ 2, 6, 8, 10 ])");
  expect(await grid.node("http://localhost:7701").list()).toEqual([x.idAtLocation]);
  expect(await grid.node().list()).toEqual([]);
  expect(() => grid.node("three")).toThrow(/its nodes are one, two/);
});

test("a node that takes another's address or name for its own gets nothing that is meant for the other", async () => {
  const liar = nodeOf("http://localhost:7701");
  const honest = nodeOf("two");
  const grid = await connect([liar.transport(), honest.transport()]);
  await tensor([1, 2]).send(grid.node("http://localhost:7701"));
  expect((await grid.node("http://localhost:7701").list()).length).toBe(1);
  expect(await grid.node("http://localhost:7700").list()).toEqual([]);

  const twins = await connect([nodeOf("clinic").transport(), nodeOf("clinic").transport()]);
  expect(() => twins.node("clinic")).toThrow(/2 nodes of the grid call themselves "clinic"/);
  expect(twins.node("http://localhost:7700")).toBeDefined();
});
