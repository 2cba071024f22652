// `node scripts/run.mjs TASK [args]`: sets up when needed, then runs the task under the repository's own
// Node 24 with the workspace's sources in place of its builds. Works from any Node from 20.19 on.

import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "./run-child.mjs";
import { SetUpFailed, setUp } from "./set-up.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const condition = "--conditions=unseen-source";

/** Each task: a file for Node, or a tool of node_modules/.bin, with its first arguments. */
const tasks = {
  setup: undefined,
  demo: { file: "packages/cli/src/main.ts", args: ["demo"] },
  unseen: { file: "packages/cli/src/main.ts", args: [] },
  test: { tool: "vitest", args: ["run", "--project", "quick", "--project", "slow"] },
  nightly: { tool: "vitest", args: ["run", "--project", "nightly"] },
  bench: { file: "bench/run.mjs", args: [] },
  examples: { file: "scripts/run-examples.mjs", args: [] },
  lint: { tool: "biome", args: ["check", "--error-on-warnings"] },
  types: { tool: "tsc", args: ["-b"] },
  layers: { file: "scripts/check-layers.mjs", args: [] },
  generate: { file: "scripts/generate.mjs", args: [] },
  build: { file: "scripts/check-build.mjs", args: [] },
};

async function main([name, ...rest]) {
  if (name === undefined || !Object.hasOwn(tasks, name)) {
    console.error(`Say which task to run: ${Object.keys(tasks).join(", ")}.`);
    return 2;
  }
  try {
    await setUp(root);
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error;
    console.error(error.message);
    return 1;
  }
  const task = tasks[name];
  if (task === undefined) return 0;
  const isTool = task.tool !== undefined;
  const command = isTool ? join(bin, task.tool) : join(bin, "node");
  const args = isTool ? [...task.args, ...rest] : [condition, join(root, task.file), ...task.args, ...rest];
  // What the person types as a path is meant from where they stand; tools read their settings at the root.
  const cwd = name === "unseen" ? (process.env.INIT_CWD ?? process.cwd()) : root;
  return runChild(command, args, { cwd, env: taskEnvironment() });
}

/** The repository's Node first on the path, and for whatever Node starts the condition and a place for compiled sources. */
function taskEnvironment() {
  const options = (process.env.NODE_OPTIONS ?? "").split(" ").filter((option) => option !== "");
  if (!options.includes(condition)) options.push(condition);
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== bin);
  return {
    NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compiled"),
    ...process.env,
    PATH: [bin, ...path].join(delimiter),
    NODE_OPTIONS: options.join(" "),
  };
}

process.exitCode = await main(process.argv.slice(2));
