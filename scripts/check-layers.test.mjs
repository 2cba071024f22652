import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkLayers } from "./check-layers.mjs";
import { packageNameOf, rows } from "./layers/rooms.mjs";

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unseen-layers-"));
  for (const name of Object.keys(rows))
    room(
      name,
      Object.keys(rows).filter((other) => rows[other] < rows[name]),
    );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function room(name, below) {
  const dependencies = Object.fromEntries(below.map((other) => [packageNameOf(other), "0.1.0"]));
  write(`packages/${name}/package.json`, JSON.stringify({ name: packageNameOf(name), dependencies }));
  const references = below.map((other) => ({ path: `../${other}` }));
  write(`packages/${name}/tsconfig.json`, JSON.stringify({ references }));
  write(`packages/${name}/src/index.ts`, "export {};\n");
}

function found() {
  return checkLayers(root).map(({ file, line, rule }) => `${file}:${line} ${rule}`);
}

test("a tree that keeps the rules passes, whatever its comments and texts say", () => {
  write(
    "packages/privacy/src/clean.ts",
    `// Math.random, Date.now, eval(x), enum X {, export default, as any: words in a comment
import { ok } from "@unseen/base";
import type { Program } from "@unseen/program";
import { helper } from "./beside.ts";
/* import "node:fs"; process.env */
export const told = "process.env and Math.random and import('node:fs') are words here" + 'eval("1")';
export const shown = \`\${ok({ nested: \`fetch(\${helper}) Date.now\` })} setTimeout\`;
export const pattern = /["'\`] Date.now process.exit/g;
export const half = 4 / 2 / 1;
export const clock = (clock: { now(): number }): number => clock.now();
export function process(any: Program): Program { return any; }
export const many = 1 as unknown as readonly string[];
`,
  );
  write("packages/privacy/src/beside.ts", "export const helper = 1;\n");
  write("packages/wire/src/gen/made.ts", "export default Math.random();\n");
  write(
    "packages/privacy/src/clean.test.ts",
    'import "node:fs";\nexport const seed = Math.random() + Date.now();\n',
  );
  write("packages/privacy/src/testing/draws.ts", 'import "node:fs";\nexport const seed = Math.random();\n');
  write("packages/owner/src/main.ts", 'import "node:fs";\nexport const now = Date.now() + process.pid;\n');
  write("packages/client/src/ask.ts", "export const ask = fetch('/');\n");
  expect(checkLayers(root)).toEqual([]);
});

test("a finding says the file, the line, the rule and why", () => {
  write("packages/program/src/planted.ts", '\n\nimport { x } from "@unseen/privacy";\n');
  const [first] = checkLayers(root);
  expect(first).toMatchObject({ file: "packages/program/src/planted.ts", line: 3, rule: "row" });
  expect(first.why).toBe("program (row 1) imports privacy (row 3)");
});

/** Each plant: a room, what is planted on the second line of a file there, and the rule that finds it. */
const plants = [
  ["base", 'import "@unseen/program";', "row"],
  ["privacy", 'export type { Message } from "@unseen/wire";', "row"],
  ["compute", 'const x = import("unseen");', "row"],
  ["client", 'import {\n  x,\n} from "@unseen/owner";', "row"],
  ["owner", 'import { x } from "@unseen/owner";', "row"],
  ["owner", 'import { x } from "@unseen/unheard-of";', "row"],
  ["owner", 'import { x } from "left-pad/deep";', "undeclared"],
  ["owner", 'import { x } from "@scope/left-pad";', "undeclared"],
  ["owner", 'import { x } from "../../program/src/index.ts";', "path"],
  ["wire", 'import { readFileSync } from "node:fs";', "node"],
  ["client", 'import { readFileSync } from "node:fs";', "node"],
  ["program", "const t = Date.now();", "clock"],
  ["program", "const t = new Date();", "clock"],
  ["compute", "const t = performance.now();", "clock"],
  ["privacy", "setTimeout(() => {}, 1);", "timer"],
  ["privacy", "const c = globalThis.crypto;", "entropy"],
  ["privacy", "crypto.getRandomValues(new Uint8Array(1));", "entropy"],
  ["wire", "const e = process.env;", "environment"],
  ["wire", ["const e = `$", "{process.env}`;"].join(""), "environment"],
  ["wire", 'fetch("http://localhost");', "network"],
  ["cli", "const noise = Math.random();", "entropy"],
  ["cli", 'eval("1");', "eval"],
  ["cli", 'globalThis.eval("1");', "eval"],
  ["cli", 'const f = new Function("return 1");', "eval"],
  ["owner", 'import { runInThisContext } from "node:vm";', "eval"],
  ["owner", "const m = import(name);", "import"],
  ["owner", "export default 1;", "default"],
  ["owner", "enum Colour { red }", "enum"],
  ["owner", "const enum Colour { red }", "enum"],
  ["owner", "export namespace Words {}", "namespace"],
  ["owner", "const x: any = 1;", "any"],
  ["owner", "const x = y as any;", "any"],
  ["owner", "const x: Map<string, any[]> = y;", "any"],
  ["owner", "function f(x: any): void {}", "any"],
  ["privacy", 'export type Receipt = Brand<{ id: string }, "Recepit">;', "brand"],
  ["privacy", 'export type Released<T> = Brand<{\n  f: (x: T) => Array<T>;\n}, "Realised">;', "brand"],
];

const named = plants.map(([name, text, rule]) => [name, text.replace(/\s+/g, " "), rule, text]);

test.for(named)("in %s, `%s` is found as %s", ([name, , rule, text]) => {
  write(`packages/${name}/src/planted.ts`, `// a line before\n${text}\n`);
  expect(found()).toEqual([`packages/${name}/src/planted.ts:2 ${rule}`]);
});

test("what Node alone loads of the client may use Node, and nobody reaches it by a path", () => {
  write(
    "packages/client/src/threads-of-node.ts",
    'import { cpus } from "node:os";\nexport const count = cpus;\n',
  );
  write("packages/client/src/other-of-node.ts", 'export { count } from "./threads-of-node.ts";\n');
  expect(found()).toEqual([]);
  write("packages/client/src/page.ts", 'export { count } from "./threads-of-node.ts";\n');
  write(
    "packages/wire/src/threads-of-node.ts",
    'import { cpus } from "node:os";\nexport const count = cpus;\n',
  );
  expect(found()).toEqual([
    "packages/client/src/page.ts:1 node",
    "packages/wire/src/threads-of-node.ts:1 node",
  ]);
});

test("a cast to a branded type is found outside the file that declares it, and not inside", () => {
  const home = 'export type Receipt = Brand<object, "Receipt">;\nexport const made = {} as Receipt;\n';
  write("packages/privacy/src/receipt.ts", home);
  write("packages/owner/src/renamed.ts", 'import { type Receipt as Paper } from "@unseen/privacy";\n');
  expect(found()).toEqual([]);
  write("packages/owner/src/a.ts", "export const forged = {} as Receipt;\n");
  write("packages/owner/src/b.ts", "\nexport const forged = [{} as unknown as readonly Receipt[], 1];\n");
  write("packages/owner/src/c.ts", "f(x as Map<string, Receipt>, y);\n");
  expect(found()).toEqual([1, 2, 1].map((line, at) => `packages/owner/src/${"abc"[at]}.ts:${line} cast`));
});

test("a brand that two files declare is found", () => {
  write("packages/privacy/src/receipt.ts", 'export type Receipt = Brand<object, "Receipt">;\n');
  write("packages/owner/src/receipt.ts", 'export type Receipt = Brand<object, "Receipt">;\n');
  expect(found()).toEqual(["packages/privacy/src/receipt.ts:1 brand"]);
});

test("files that import one another in a circle are found, types too", () => {
  write("packages/program/src/one.ts", 'import { two } from "./two.ts";\nexport const one = two;\n');
  write(
    "packages/program/src/two.ts",
    'import { three } from "./deep/three.ts";\nexport const two = three;\n',
  );
  write("packages/program/src/deep/three.ts", '\nimport type { one } from "../one.ts";\n');
  expect(found()).toEqual(["packages/program/src/two.ts:1 circle"]);
});

test("a file past 300 lines is found unless it says why it is one thing", () => {
  const long = "export {};\n".repeat(301);
  write("packages/owner/src/excused.ts", `// This is one thing because a table has no half.\n${long}`);
  write("packages/owner/src/long.test.ts", long);
  expect(found()).toEqual([]);
  write("packages/owner/src/long.ts", long);
  expect(found()).toEqual(["packages/owner/src/long.ts:301 length"]);
});

test("a manifest that points upwards, a reference that it lacks and a room without a row are found", () => {
  room("program", ["base", "owner"]);
  const references = [{ path: "../base" }, { path: "../crypto" }];
  write("packages/compute/tsconfig.json", JSON.stringify({ references }));
  write("packages/attic/package.json", JSON.stringify({ name: "@unseen/attic" }));
  write("packages/attic/tsconfig.json", "{}");
  write("packages/attic/src/index.ts", "export {};\n");
  expect(found()).toEqual([
    "packages/attic/package.json:1 room",
    "packages/compute/package.json:1 references",
    "packages/program/package.json:1 row",
  ]);
});
