// Reads every room's sources and manifest and says where the house's rules on layers, purity, brands and
// plain speech are broken. `npm run layers`, or `checkLayers(root)`.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brandFindings } from "./layers/brand-rules.mjs";
import { circleFindings, importFindings, manifestFindings } from "./layers/import-rules.mjs";
import { blanked, importsOf, lineAt } from "./layers/read-source.mjs";
import { textFindings } from "./layers/text-rules.mjs";

/** All that is wrong under `root`, in the order of files and lines: `{ file, line, rule, why }` each. */
export function checkLayers(root) {
  const rooms = readRooms(root);
  const findings = rooms.flatMap((room) => [
    ...manifestFindings(room),
    ...room.files.flatMap((file) => [...importFindings(room, file), ...textFindings(room, file)]),
    ...circleFindings(room.files),
  ]);
  const all = [...findings, ...brandFindings(rooms.flatMap((room) => room.files))];
  return all.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

function readRooms(root) {
  return readdirSync(join(root, "packages"))
    .sort()
    .filter((name) => existsSync(join(root, "packages", name, "package.json")))
    .map((name) => {
      const folder = join(root, "packages", name);
      const manifestFile = `packages/${name}/package.json`;
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const config = JSON.parse(readFileSync(join(folder, "tsconfig.json"), "utf8"));
      const references = (config.references ?? []).map(({ path }) => path.replace(/^\.\.\//, ""));
      return { name, manifest, manifestFile, references, files: readFiles(root, `packages/${name}/src`) };
    });
}

function readFiles(root, folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    // What a generator wrote is held to the generator's rules.
    if (entry.isDirectory()) return entry.name === "gen" ? [] : readFiles(root, path);
    return /\.[mc]?[jt]sx?$/.test(entry.name) ? [readFile(root, path)] : [];
  });
}

function readFile(root, path) {
  const source = readFileSync(join(root, path), "utf8");
  const views = blanked(source);
  const imports = importsOf(views).map(({ specifier, at }) => ({ specifier, line: lineAt(source, at) }));
  return { path, source, ...views, imports, isTest: isTest(path) };
}

/** A test, or what only tests use: it is not published. */
function isTest(path) {
  return /(?:\.test|-for-tests)\.\w+$/.test(path) || /^packages\/[^/]+\/src\/testing\//.test(path);
}

function main() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const findings = checkLayers(root);
  for (const { file, line, rule, why } of findings) console.error(`${file}:${line}: ${rule}: ${why}`);
  console.log(
    findings.length === 0 ? "The layers hold." : `${findings.length} places break the house's rules.`,
  );
  process.exitCode = findings.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
