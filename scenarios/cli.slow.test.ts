// The walks of the README from a shell: an owner serves the real diabetes data, a researcher asks. Each
// command is a process of its own, as typed.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = new URL("../", import.meta.url).pathname;
const main = join(root, "packages/cli/src/main.ts");
const data = join(root, "datasets/diabetes.csv");
const card = join(root, "examples/cards/diabetes.json");
const password = "a password of the tests";

type Done = { readonly code: number | null; readonly out: string; readonly err: string };
type Line = Readonly<Record<string, unknown>>;

let directory = "";
let home = "";
let url = "";
let ownerToken = "";
let node: ChildProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unseen-cli-"));
  home = join(directory, "home");
  const added = await unseen(["dataset", "add", data, "--card", card]);
  expect(added).toMatchObject({ code: 0, err: "" });
  expect(added.out).toContain("rows kept  442");
  const user = await unseen(["user", "add", "atrask", "--password-stdin"], {
    input: `${password}\nnot this\n`,
  });
  expect(user).toEqual({ code: 0, out: "atrask has an account now, as researcher.\n", err: "" });
  const served = await serve(home);
  node = served.child;
  url = served.url;
  ownerToken = served.said.find(({ event }) => event === "owner-token")?.token as string;
});

afterAll(async () => {
  node?.kill("SIGKILL");
  await rm(directory, { recursive: true, force: true });
});

test("help lists the commands and the exit codes", async () => {
  const help = await unseen(["--help"]);
  expect(help.code).toBe(0);
  for (const words of [
    "serve",
    "claim",
    "dataset",
    "user",
    "search",
    "describe",
    "sample",
    "price",
    "ask",
    "budget",
    "demo",
  ])
    expect(help.out).toMatch(new RegExp(`^ {2}${words}\\b`, "m"));
  expect(help.out).toContain("4  the budget is too small for the question");
});

test("a researcher searches, describes and samples, free", async () => {
  const [found, described, sampled] = await Promise.all([
    asked(["search", "#diabetes"]),
    asked(["describe", "diabetes"]),
    asked(["sample", "diabetes", "--rows", "2", "--json"]),
  ]);
  expect(found.out).toContain("Found 1 results in total.\n\nTag Profile:\n\t#diabetes found 1");
  expect(described.out).toMatch(/bp +number +40 +160 +mmHg +Mean arterial blood pressure/);
  expect(described.out).toContain("100 to 1000, as the owner declared");
  const { origin, rows, columns } = JSON.parse(sampled.out);
  expect({ origin, rows: rows.length, columns: columns.length }).toEqual({
    origin: "declared",
    rows: 2,
    columns: 11,
  });
});

test("a price is free; an ask is charged once, and free again under its id", async () => {
  const priced = await asked(["price", "--dataset", "diabetes", "mean(bp)", "--epsilon", "0.5", "--json"]);
  expect(JSON.parse(priced.out)).toMatchObject({ cost: { epsilon: 0.5 }, affordable: true });
  const first = await asked([
    "ask",
    "--dataset",
    "diabetes",
    "mean(bp)",
    "--epsilon",
    "0.5",
    "--id",
    "mean-of-bp-1",
    "--json",
  ]);
  const again = await asked([
    "ask",
    "--dataset",
    "diabetes",
    "mean(bp)",
    "--epsilon",
    "0.5",
    "--id",
    "mean-of-bp-1",
    "--json",
  ]);
  expect(again).toEqual(first);
  expect(first.err).toBe("");
  const answer = JSON.parse(first.out);
  // The mean of the file is 94.65; twenty half-widths off happens once in e^60.
  expect(Math.abs(answer.value - 94.647)).toBeLessThan(20 * answer.plusMinus);
  expect(answer).toMatchObject({
    spent: { epsilon: 0.5, delta: 0 },
    receipt: { askId: "mean-of-bp-1", dataset: "diabetes" },
  });
});

test("a histogram is drawn, a bar a bin", async () => {
  const drawn = await asked([
    "ask",
    "--dataset",
    "diabetes",
    "histogram(bp, 6, 40, 160)",
    "--epsilon",
    "0.5",
  ]);
  expect(drawn.code).toBe(0);
  expect(drawn.out).toMatch(/^ {3}40 to {2}60 +-?\d+ {2}± \d+ {2}│/m);
  expect(drawn.out).toMatch(/^ {3}80 to 100 +\d+ {2}± \d+ {2}│█/m);
  expect(drawn.out).toMatch(/^ {2}spent {6}epsilon 0.5; /m);
});

test("the owner sees what each asker spent, and gives one a cap of their own", async () => {
  const allotted = await unseen(["budget", "allot", "ATRASK", "diabetes", "--epsilon", "1.25"]);
  expect(allotted.out).toBe("atrask may spend epsilon 1.25 of diabetes in all.\n");
  const own = JSON.parse((await unseen(["budget", "show", "diabetes", "--json"])).out).budgets[0];
  const seen = JSON.parse((await asked(["budget", "show", "diabetes", "--json"])).out);
  expect(own.askers).toEqual([
    expect.objectContaining({ name: "atrask", cap: { epsilon: 1.25, delta: 0.000001 } }),
  ]);
  expect(own.askers[0].spent).toEqual(own.spent);
  expect(own.spent.epsilon).toBeGreaterThan(0);
  expect(seen.yours).toMatchObject({ spent: own.spent, cap: own.askers[0].cap });
  await expectFailure(
    asked(["ask", "--dataset", "diabetes", "mean(bp)", "--epsilon", "1.2", "--json"]),
    4,
    "allotment-exhausted",
  );
});

test("every way to fail has an exit code, one sentence and a code, and nothing on standard output", async () => {
  const question = (...more: readonly string[]) => [
    "ask",
    "--dataset",
    "diabetes",
    "--json",
    "--epsilon",
    "0.1",
    ...more,
  ];
  await Promise.all([
    expectFailure(unseen(["serv", "--json"]), 2, "usage"),
    expectFailure(asked(["ask", "mean(bp)", "--json"]), 2, "usage"),
    expectFailure(asked(question("mean(bp")), 2, "expression-malformed"),
    expectFailure(asked(question("mean(bpp)")), 3, "column-unknown"),
    expectFailure(asked(question("bp * 2")), 3, "rows-exposed"),
    expectFailure(asked(["describe", "nothing", "--json"]), 3, "dataset-unknown"),
  ]);
  await Promise.all([
    expectFailure(asked(["search", "--json"], { UNSEEN_PASSWORD: "a wrong password" }), 5, "sign-in-failed"),
    expectFailure(asked(["search", "--json"], { UNSEEN_PASSWORD: "" }), 2, "usage"),
    expectFailure(asked(["search", "--json", "--at", "http://127.0.0.1:1"]), 6, "node-unreachable"),
    expectFailure(asked(["search", "--json", "--at", "http://example.com"]), 2, "insecure-address"),
    expectFailure(
      unseen(["user", "list", "--json", "--home", join(directory, "nowhere")]),
      1,
      "home-unreadable",
    ),
    expectFailure(
      unseen(["serve", "--json", "--port", "0", "--host", "0.0.0.0", "--home", join(directory, "open")]),
      2,
      "insecure-address",
    ),
  ]);
  const negative = await asked(["ask", "--dataset", "diabetes", "mean(bp)", "--epsilon", "-1"]);
  expect(negative).toMatchObject({ code: 2, out: "" });
  expect(negative.err).toMatch(/^error: .*\[epsilon-invalid\]\n/);
});

test("a card that leaves its bounds open, a broken file and a missing one each get one sentence", async () => {
  const declared = JSON.parse(await readFile(card, "utf8"));
  const { bounds: _, ...open } = declared.columns.bp;
  const openCard = join(directory, "open.json");
  await writeFile(
    openCard,
    JSON.stringify({ ...declared, name: "second", columns: { ...declared.columns, bp: open } }),
  );
  const broken = join(directory, "broken.json");
  await writeFile(broken, "{");
  const add = (...args: readonly string[]) => unseen(["dataset", "add", ...args, "--json"]);
  await expectFailure(add(data, "--card", openCard), 1, "card-bounds-missing");
  await expectFailure(add(data, "--card", broken), 1, "card-malformed");
  await expectFailure(add(data, "--card", join(directory, "none.json")), 1, "file-unreadable");
  await expectFailure(add(data, "--card", card), 1, "dataset-exists");
});

test("a draft of a card leaves the bounds to the owner and overwrites nothing", async () => {
  const out = join(directory, "draft.json");
  const drafted = await unseen(["dataset", "suggest", data, "--out", out]);
  expect(drafted).toMatchObject({ code: 0, out: "" });
  expect(drafted.err.replace(/\s+/g, " ")).toContain("Do not read them off the data");
  const draft = JSON.parse(await readFile(out, "utf8"));
  expect(draft.columns.bp).toEqual({ type: "number", bounds: null });
  expect(draft.unit).toEqual({ column: "patient_id", mostRowsEach: 1 });
  await expectFailure(unseen(["dataset", "suggest", data, "--out", out, "--json"]), 1, "file-unreadable");
  await expectFailure(unseen(["dataset", "add", data, "--card", out, "--json"]), 1, "card-bounds-missing");
});

test("flags go before the card, the report is kept, and a removed dataset keeps its budget line", async () => {
  const other = { UNSEEN_HOME: join(directory, "other") };
  const add = ["dataset", "add", data, "--card", card, "--name", "second", "--tags", "#two, three"];
  expect((await unseen(add, { env: other })).code).toBe(0);
  const listed = JSON.parse((await unseen(["dataset", "list", "--json"], { env: other })).out);
  expect(listed.datasets).toMatchObject([{ name: "second", tags: ["#two", "#three"], rows: 442 }]);
  const report = JSON.parse((await unseen(["dataset", "report", "second", "--json"], { env: other })).out);
  expect(report.report).toMatchObject({ rowsRead: 442, rowsKept: 442 });
  const removed = await unseen(["dataset", "remove", "second"], { env: other });
  expect(removed.out).toContain("what was spent under this name stays spent");
  const left = JSON.parse((await unseen(["budget", "show", "second", "--json"], { env: other })).out);
  expect(left.budgets[0].cap).toEqual({ epsilon: 10, delta: 0.000001 });
});

test("the owner claims their node once, and no output ever shows a password", async () => {
  const claim = ["claim", "--token", ownerToken, "--name", "boss"];
  const claimed = await asked(claim);
  expect(claimed).toMatchObject({ code: 0, err: "" });
  await expectFailure(asked([...claim, "--json"]), 5, "owner-token-invalid");
  const generated = JSON.parse((await unseen(["user", "add", "eve", "--generate", "--json"])).out);
  expect(generated.password).toMatch(/^([a-z2-9]{5}-){4}[a-z2-9]{5}$/);
  const seen = await asked(["search", "--json"], { UNSEEN_USER: "eve", UNSEEN_PASSWORD: generated.password });
  expect(seen.code).toBe(0);
  const debug = await asked(["search"], { UNSEEN_PASSWORD: "a secret word", UNSEEN_DEBUG: "1" });
  expect(`${claimed.out}${debug.out}${debug.err}`).not.toMatch(/a secret word|a password of the tests/);
});

test("an interrupt ends the node, a second one at once, and nothing is left running", async () => {
  const { child, url: address } = await serve(join(directory, "short"));
  const ended = exitOf(child);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  await expect(fetch(address)).rejects.toThrow();

  const stubborn = await serve(join(directory, "short"));
  const port = Number(new URL(stubborn.url).port);
  // A call that never ends its headers holds the node open until it gives up on it.
  const slow = connect(port, "127.0.0.1", () => slow.write("POST / HTTP/1.1\r\nhost: a\r\n"));
  slow.on("error", () => {});
  await new Promise((resolve) => slow.once("connect", resolve));
  const closed = exitOf(stubborn.child);
  const startedAt = performance.now();
  stubborn.child.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(stubborn.child.exitCode).toBe(null);
  stubborn.child.kill("SIGTERM");
  expect(await closed).toBe(130);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  slow.destroy();
});

/** A researcher's command at the node of these tests. */
function asked(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Done> {
  const at = args.includes("--at") ? [] : ["--at", url];
  return unseen([...args, ...at], { env: { UNSEEN_USER: "atrask", UNSEEN_PASSWORD: password, ...env } });
}

type RunOptions = { readonly env?: Readonly<Record<string, string>>; readonly input?: string };

async function unseen(args: readonly string[], { env = {}, input = "" }: RunOptions = {}): Promise<Done> {
  const child = start(args, env);
  let out = "";
  let err = "";
  child.stdout!.on("data", (part) => (out += part));
  child.stderr!.on("data", (part) => (err += part));
  // A command that needs no input may end before it is written.
  child.stdin!.on("error", () => {});
  child.stdin!.end(input);
  return { code: await exitOf(child), out, err };
}

async function serve(at: string): Promise<{ child: ChildProcess; url: string; said: readonly Line[] }> {
  const child = start(["serve", "--home", at, "--port", "0", "--json", "--answer-slot-ms", "0"], {});
  const said: Line[] = [];
  for await (const text of createInterface({ input: child.stdout! })) {
    const line = JSON.parse(text) as Line;
    said.push(line);
    if (line.event === "listening") return { child, url: line.url as string, said };
  }
  throw new Error("the node ended before it listened");
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const { UNSEEN_AT: _at, UNSEEN_USER: _user, UNSEEN_PASSWORD: _password, ...inherited } = process.env;
  const all = ["--conditions=unseen-source", main, ...args];
  return spawn(process.execPath, all, { env: { ...inherited, UNSEEN_HOME: home, NO_COLOR: "1", ...env } });
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("close", (code) => resolve(code)));
}

async function expectFailure(done: Promise<Done>, exitCode: number, code: string): Promise<void> {
  const { code: ended, out, err } = await done;
  expect({ ended, out, err }).toMatchObject({ ended: exitCode, out: "" });
  const { error } = JSON.parse(err);
  expect(error).toMatchObject({ code, exitCode });
  expect(error.message).toMatch(/\S/);
  expect(err).not.toMatch(/\bat \S+\.ts:/);
}
