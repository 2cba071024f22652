// Generates the wire's code from its schema and the ring's kernels from their AssemblyScript; with --check, compares
// and changes nothing.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "./run-child.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wire = join(root, "packages", "wire");
const buf = join(root, "node_modules", ".bin", "buf");
const asc = join(root, "node_modules", ".bin", "asc");

const kernels = join(root, "packages", "compute", "kernels", "index.ts");
const kernelsFile = join(root, "packages", "compute", "src", "gen", "ring-kernels.ts");

async function main(args) {
  const isCheck = args.includes("--check");
  const codes = [await wireCode(args), await kernelsCode(isCheck)];
  return Math.max(...codes);
}

/** The kernels as base64 in a module, so that a browser and Node load the same bytes without a fetch. */
async function kernelsCode(isCheck) {
  const folder = mkdtempSync(join(tmpdir(), "unseen-kernels-"));
  try {
    const wasm = join(folder, "kernels.wasm");
    const flags = ["-O3", "--enable", "simd", "--runtime", "stub", "--noAssert", "--importMemory"];
    const code = await runChild(asc, [kernels, ...flags, "-o", wasm], { cwd: root, env: process.env });
    if (code !== 0) return code;
    const base64 = readFileSync(wasm).toString("base64");
    const made = `// Generated from packages/compute/kernels by \`npm run generate\`. Not edited by hand.\n\nexport const kernelsBase64 =\n  "${base64}";\n`;
    if (!isCheck) {
      writeFileSync(kernelsFile, made);
      return 0;
    }
    const isCurrent = existsSync(kernelsFile) && readFileSync(kernelsFile, "utf8") === made;
    console.log(`The ring's kernels are ${isCurrent ? "" : "not "}what their sources compile to.`);
    return isCurrent ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function wireCode(args) {
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
