// Runs every examples/*.ts in turn, or those named. Each must end with code 0 within four minutes.

import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "./run-child.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const timeoutMs = 240_000;

const named = process.argv.slice(2);
const folder = join(root, "examples");
const files = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .filter((file) => named.length === 0 || named.includes(basename(file, ".ts")))
  .sort();

let failed = 0;
for (const file of files) {
  let output = "";
  const onText = (text) => {
    output += text;
  };
  const startedAt = performance.now();
  const path = join(folder, file);
  const code = await runChild(process.execPath, ["--conditions=unseen-source", path], {
    cwd: root,
    env: process.env,
    onText,
    timeoutMs,
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code === 0) {
    console.log(`ok      examples/${file} (${seconds} s)`);
    continue;
  }
  failed += 1;
  const why = code === 124 ? `not done after ${timeoutMs / 1000} s` : `ended with code ${code}`;
  console.log(`FAILED  examples/${file} (${why})\n${output}`);
}
console.log(`${files.length - failed} of ${files.length} examples ran to their end.`);
if (named.length > files.length) {
  console.error(`There is no example for each of: ${named.join(", ")}.`);
  failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
