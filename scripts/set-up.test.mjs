import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isSetUp, setUp, stampOf } from "./set-up.mjs";

let root;
const path = process.env.PATH;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unseen-set-up-"));
  writeFileSync(join(root, "package-lock.json"), "{}");
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(root, { recursive: true, force: true });
});

/** An npm that writes down its calls, and does what `script` says. */
function npmThat(script) {
  mkdirSync(join(root, "fake"));
  const file = join(root, "fake", "npm");
  writeFileSync(file, `#!/bin/sh\necho "$1" >> "${root}/calls"\n${script}\n`);
  chmodSync(file, 0o755);
  process.env.PATH = join(root, "fake") + delimiter + path;
}

const installs = "sleep 0.2; mkdir -p node_modules/.bin; touch node_modules/.bin/node";
const calls = () => readFileSync(join(root, "calls"), "utf8").trim().split("\n");

test("a fresh clone is installed once, and the second run says and does nothing", async () => {
  npmThat(installs);
  const said = [];
  const say = (line) => said.push(line);
  await setUp(root, { say });
  expect(isSetUp(root)).toBe(true);
  expect(said).toHaveLength(2);
  await setUp(root, { say });
  expect(said).toHaveLength(2);
  expect(calls()).toEqual(["install", "rebuild"]);
});

test("a changed lockfile, a missing Node and another kind of machine each need a set-up", async () => {
  npmThat(installs);
  await setUp(root, { say: () => {} });
  writeFileSync(join(root, "package-lock.json"), '{"changed":true}');
  expect(isSetUp(root)).toBe(false);
  await setUp(root, { say: () => {} });
  rmSync(join(root, "node_modules", ".bin", "node"));
  expect(isSetUp(root)).toBe(false);
  await setUp(root, { say: () => {} });
  writeFileSync(
    join(root, "node_modules", ".unseen-set-up"),
    stampOf(root).replace(process.platform, "plan9"),
  );
  expect(isSetUp(root)).toBe(false);
});

test("of two set-ups at once the second waits, and npm installs once", async () => {
  npmThat(installs);
  const said = [];
  const say = (line) => said.push(line);
  await Promise.all([setUp(root, { say }), setUp(root, { say })]);
  expect(calls()).toEqual(["install", "rebuild"]);
  expect(said.filter((line) => line.startsWith("Another set-up"))).toHaveLength(1);
});

test("a lock whose holder died is taken over", async () => {
  npmThat(installs);
  mkdirSync(join(root, "node_modules", ".unseen-set-up-lock"), { recursive: true });
  // Above every process id that Linux (2^22) and macOS (99,999) hand out.
  writeFileSync(join(root, "node_modules", ".unseen-set-up-lock", "pid"), "9999999");
  await setUp(root, { say: () => {} });
  expect(isSetUp(root)).toBe(true);
});

test("an install that fails is one sentence with npm's reason, and is tried again next time", async () => {
  npmThat('echo "npm error code ENOTFOUND" >&2; echo "npm error network no such host" >&2; exit 1');
  const failure = await setUp(root, { say: () => {} }).catch((error) => error);
  expect(failure.message).toContain("(code ENOTFOUND: network no such host)");
  expect(failure.message.split("\n")).toHaveLength(1);
  expect(isSetUp(root)).toBe(false);
  await expect(setUp(root, { say: () => {} })).rejects.toThrow("The set-up failed");
  expect(calls()).toEqual(["install", "install"]);
});

test("an npm that was cut short and ends with code 0 all the same has failed", async () => {
  npmThat(`${installs}; echo "npm error Exit handler never called!" >&2`);
  await expect(setUp(root, { say: () => {} })).rejects.toThrow("Exit handler never called!");
  expect(isSetUp(root)).toBe(false);
});
