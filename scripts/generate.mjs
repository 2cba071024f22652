// Generates the wire's code from its schema and the kernels from their AssemblyScript; with --check, compares
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

const compute = join(root, "packages", "compute");
const common = ["-O3", "--enable", "simd", "--runtime", "stub", "--noAssert", "--importMemory"];
const fused = ["--enable", "relaxed-simd"];

/** Each file of kernels: its name in `gen`, its source, and what it exports with which flags. */
const kernelFiles = [
  { name: "ring-kernels", source: "index.ts", builds: [["kernelsBase64", []]] },
  { name: "grid-kernels", source: "grid/index.ts", builds: [["gridKernelsBase64", []]] },
  {
    name: "float-kernels",
    source: "float/index.ts",
    builds: [
      ["plainKernelsBase64", []],
      ["fusedKernelsBase64", fused],
    ],
  },
];

async function main(args) {
  const isCheck = args.includes("--check");
  const codes = [await wireCode(args)];
  for (const file of kernelFiles) codes.push(await kernelsCode(file, isCheck));
  return Math.max(...codes);
}

/** The kernels as base64 in a module, so that a browser and Node load the same bytes without a fetch. */
async function kernelsCode({ name, source, builds }, isCheck) {
  let made = "// Generated from packages/compute/kernels by `npm run generate`. Not edited by hand.\n";
  for (const [constant, flags] of builds) {
    const base64 = await compiled(join(compute, "kernels", source), flags);
    if (base64 === undefined) return 1;
    made += `\nexport const ${constant} =\n  "${base64}";\n`;
  }
  const file = join(compute, "src", "gen", `${name}.ts`);
  if (!isCheck) {
    writeFileSync(file, made);
    return 0;
  }
  const isCurrent = existsSync(file) && readFileSync(file, "utf8") === made;
  console.log(`The ${name} are ${isCurrent ? "" : "not "}what their sources compile to.`);
  return isCurrent ? 0 : 1;
}

async function compiled(source, flags) {
  const folder = mkdtempSync(join(tmpdir(), "unseen-kernels-"));
  try {
    const wasm = join(folder, "kernels.wasm");
    const code = await runChild(asc, [source, ...common, ...flags, "-o", wasm], {
      cwd: root,
      env: process.env,
    });
    return code === 0 ? readFileSync(wasm).toString("base64") : undefined;
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
