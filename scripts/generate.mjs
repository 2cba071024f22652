// Generates the wire's code from its schema; with --check, compares and changes nothing.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "./run-child.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wire = join(root, "packages", "wire");
const buf = join(root, "node_modules", ".bin", "buf");

async function main(args) {
  if (!existsSync(join(wire, "buf.gen.yaml"))) {
    console.log("packages/wire has no schema to generate from.");
    return 0;
  }
  if (!args.includes("--check")) return generate([]);
  const fresh = mkdtempSync(join(tmpdir(), "unseen-generate-"));
  try {
    const code = await generate(["--output", fresh]);
    if (code !== 0) return code;
    const stale = differences(fresh, wire);
    for (const file of stale) console.error(`packages/wire/${file} is not what the schema generates.`);
    if (stale.length > 0) console.error("Run `npm run generate` and commit what it wrote.");
    else console.log("The generated code is what the schema generates.");
    return stale.length === 0 ? 0 : 1;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function generate(args) {
  return runChild(buf, ["generate", ...args], { cwd: wire, env: process.env });
}

/** Files that differ, are missing, or lie beside the generated ones without having been generated. */
export function differences(fresh, committed) {
  const made = filesUnder(fresh);
  const folders = new Set(made.map((file) => dirname(file)));
  const kept = [...folders].flatMap((folder) => {
    const path = join(committed, folder);
    if (!existsSync(path)) return [];
    const files = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile());
    return files.map((entry) => join(folder, entry.name));
  });
  const isSame = (file) =>
    existsSync(join(fresh, file)) &&
    existsSync(join(committed, file)) &&
    readFileSync(join(fresh, file)).equals(readFileSync(join(committed, file)));
  return [...new Set([...made, ...kept])].filter((file) => !isSame(file)).sort();
}

function filesUnder(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
