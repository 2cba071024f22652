// Builds every package and looks at what would be published: declarations beside each entry, no tests,
// every package importable without the workspace's condition, and `unseen` free of native code.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "./run-child.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const installScripts = ["preinstall", "install", "postinstall"];

async function main() {
  const rooms = readdirSync(join(root, "packages")).filter((room) => isPackage(room));
  // What an earlier build left would hide a file that this one no longer makes.
  for (const room of rooms) rmSync(join(root, "packages", room, "dist"), { recursive: true, force: true });
  const code = await runChild(join(bin, "tsc"), ["-b"], { cwd: root, env: process.env });
  if (code !== 0) return code;
  const faults = [];
  for (const room of rooms) faults.push(...(await faultsOf(join(root, "packages", room))));
  faults.push(...nativeCodeUnder("unseen"));
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log("Every package builds, and imports as it would be published.");
  return faults.length === 0 ? 0 : 1;
}

function isPackage(room) {
  return existsSync(join(root, "packages", room, "package.json"));
}

async function faultsOf(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const entry = manifest.exports["."];
  const named = [entry.types, entry.default, ...Object.values(manifest.bin ?? {})];
  const missing = named.filter((file) => !existsSync(join(folder, file)));
  const tests = readdirSync(join(folder, "dist"), { recursive: true }).filter((file) =>
    file.includes(".test."),
  );
  const faults = [
    ...missing.map((file) => `${manifest.name}: the build has no ${file}`),
    ...tests.map((file) => `${manifest.name}: the test ${file} would be published`),
    ...installScripts
      .filter((script) => manifest.scripts?.[script] !== undefined)
      .map((script) => `${manifest.name}: has the install script ${script}`),
  ];
  let said = "";
  const onText = (text) => {
    said += text;
  };
  // Without NODE_OPTIONS: a published package has nobody to set the workspace's condition.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const statement = `await import(${JSON.stringify(manifest.name)})`;
  const args = ["--input-type=module", "-e", statement];
  const code = await runChild(join(bin, "node"), args, { cwd: root, env, onText, timeoutMs: 30_000 });
  if (code !== 0) faults.push(`${manifest.name}: cannot be imported from its build\n${said}`);
  return faults;
}

/** Packages that `name` needs at run time and that would run a script or a compiler when installed. */
function nativeCodeUnder(name) {
  const faults = [];
  const seen = new Set();
  const visit = (one, from) => {
    if (seen.has(one)) return;
    seen.add(one);
    const folder = join(root, "node_modules", one);
    if (!existsSync(folder)) {
      faults.push(`${name}: needs ${one} (through ${from}), which is not installed`);
      return;
    }
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const isNative = existsSync(join(folder, "binding.gyp")) || manifest.os !== undefined;
    if (isNative || installScripts.some((script) => manifest.scripts?.[script] !== undefined)) {
      faults.push(`${name}: installs ${one} (through ${from}), which has native code or an install script`);
    }
    for (const next of Object.keys(manifest.dependencies ?? {})) visit(next, one);
  };
  visit(name, "nothing");
  return faults;
}

process.exitCode = await main();
