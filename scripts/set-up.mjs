// Installs what the repository needs, when it is not there or is older than the lockfile. Runs on any
// Node from 20.19 on and uses nothing that it would have to install first.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runChild } from "./run-child.mjs";

// npm waits five minutes for a connection that fell silent, twice; one that answers at all does so within seconds.
const installFlags = [
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
  "--fetch-timeout=45000",
  "--fetch-retries=4",
];

/** A lock whose holder has not signed it within this time was left by a holder that died. */
const unsignedLockMs = 10_000;

/** How often a waiting set-up looks whether the other one is done. */
const lookEveryMs = 200;

/**
 * Makes `root` ready to run in. Prints one line when there is something to install, and nothing when
 * there is not. Of two set-ups at once the second waits. Throws `SetUpFailed` with one clear sentence.
 */
export async function setUp(root, { say = (line) => console.error(line) } = {}) {
  if (isSetUp(root)) return;
  await holdingLock(root, say, async () => {
    if (isSetUp(root)) return;
    say("Setting up: installing the packages of the lockfile into node_modules (once, about a minute) …");
    const startedAt = performance.now();
    await install(root);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    say(`Set up in ${seconds} s.`);
  });
}

export class SetUpFailed extends Error {}

/** True when the tree was installed whole, from this lockfile, for this kind of machine. */
export function isSetUp(root) {
  const stamp = join(root, "node_modules", ".unseen-set-up");
  const hasNode = existsSync(join(root, "node_modules", ".bin", "node"));
  return hasNode && existsSync(stamp) && readFileSync(stamp, "utf8") === stampOf(root);
}

/** What the stamp file says: the lockfile's hash and the kind of machine. */
export function stampOf(root) {
  const hash = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  return `${hash} ${process.platform}-${process.arch}\n`;
}

async function install(root) {
  const modules = join(root, "node_modules");
  rmSync(join(modules, ".unseen-set-up"), { force: true });
  // No package's script runs but that of `node`, which fetches the pinned Node 24. Two reasons: fewer
  // strangers run code here, and npm forgets `gypfile: false` when it reads a lockfile and would then
  // call a compiler for better-sqlite3, which ships prebuilt. The second goes when npm keeps that field.
  // Not `npm ci`: it demands a lock entry for every platform's binaries, and some registries lack a few.
  await npm(root, ["install", "--no-save", "--ignore-scripts", ...installFlags]);
  await npm(root, ["rebuild", "node", ...installFlags]);
  if (!existsSync(join(modules, ".bin", "node"))) {
    throw new SetUpFailed(
      "The set-up failed: npm's `node` package did not bring a Node 24 for this machine.",
    );
  }
  writeFileSync(join(modules, ".unseen-set-up"), stampOf(root));
}

async function npm(root, args) {
  let output = "";
  const onText = (text) => {
    output += text;
  };
  const code = await runChild("npm", args, { cwd: root, env: outerEnvironment(root), onText }).catch(
    (error) => {
      throw new SetUpFailed(`The set-up failed: npm could not be started (${error.code}).`, { cause: error });
    },
  );
  // npm 10 ends with code 0 when a download was cut short; this line is its only sign.
  if (code === 0 && !output.includes("Exit handler never called!")) return;
  const log = join(root, "node_modules", ".unseen-set-up.log");
  writeFileSync(log, output);
  throw new SetUpFailed(
    `The set-up failed: \`npm ${args[0]}\` ended with code ${code} (${firstReason(output)}); ` +
      `check the network and run the same command again; what npm said is in ${log}.`,
  );
}

/** npm runs under the Node it came with: that one knows the machine's certificates, and stays in place. */
function outerEnvironment(root) {
  const own = join(root, "node_modules", ".bin");
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== own);
  return { ...process.env, PATH: path.join(delimiter) };
}

function firstReason(output) {
  const lines = output.split("\n").filter((line) => line.startsWith("npm error"));
  const told = lines.map((line) => line.replace(/^npm error\s*/, "")).filter((line) => line !== "");
  return told.slice(0, 2).join(": ") || "it gave no reason";
}

async function holdingLock(root, say, work) {
  const lock = join(root, "node_modules", ".unseen-set-up-lock");
  mkdirSync(join(root, "node_modules"), { recursive: true });
  let isWaiting = false;
  while (!taken(lock)) {
    if (isAbandoned(lock)) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!isWaiting) say("Another set-up is running here; waiting for it …");
    isWaiting = true;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function taken(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(lock, "pid"), String(process.pid));
  return true;
}

function isAbandoned(lock) {
  try {
    const pid = Number(readFileSync(join(lock, "pid"), "utf8"));
    if (pid > 0) return !isAlive(pid);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  const madeAt = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  return madeAt !== undefined && Date.now() - madeAt > unsignedLockMs;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
