// What the documents say exists: paths, names in files, links, and the numbers of the worked example.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  datasetFacts,
  exactSums,
  measurementFor,
  type Offer,
  parseEpsilon,
  planAnswer,
  priceOf,
  sumsOfStage,
} from "@unseen/privacy";
import { type Expression, parseCard, printProgram, programOf } from "@unseen/program";
import { expect, test } from "vitest";
import { guaranteeInWords } from "../packages/owner/src/questions/guarantee.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const documents = markdownUnder(root);
/** Where the repository's own files lie; what else looks like a path is somebody's file in an example. */
const folders = ["packages", "scenarios", "scripts", "bench", "docs", "datasets", "examples", ".ci"];

function markdownUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ["node_modules", "dist", ".git", "tmp"].includes(entry.name) ? [] : markdownUnder(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** Paths in backticks that are not there; `*` and `NAME` stand for any name. */
function missingPaths(text: string): string[] {
  const inBackticks = [...text.matchAll(/`([^`\s]+)`/g)].map(([, inside]) => inside!);
  return inBackticks.filter((path) => {
    const [first, ...rest] = path.split("/");
    const isOurs = folders.includes(first!) && rest.length > 0 && !/[*<{]|NAME/.test(path);
    return isOurs && !existsSync(join(root, path));
  });
}

/** "`name` in `path`" where the file does not hold the name; of `Class.method` the last part. */
function missingNames(text: string): string[] {
  return [...text.matchAll(/`([A-Za-z_][\w.]*)(?:\(\))?` in `([^`\s]+\.\w+)`/g)].flatMap(
    ([whole, name, path]) => {
      const file = join(root, path!);
      const isThere =
        existsSync(file) && new RegExp(`\\b${name!.split(".").at(-1)}\\b`).test(readFileSync(file, "utf8"));
      return isThere ? [] : [whole];
    },
  );
}

function brokenLinks(file: string, text: string): string[] {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path, anchor] = target.split("#") as [string, string?];
      const linked = path === "" ? file : join(dirname(file), path);
      if (!existsSync(linked)) return true;
      return anchor !== undefined && linked.endsWith(".md") && !anchorsOf(linked).includes(anchor);
    });
}

function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

test.each(documents.map((file) => relative(root, file)))("%s points at what exists", (file) => {
  const text = readFileSync(join(root, file), "utf8");
  const wrong = [...missingPaths(text), ...missingNames(text), ...brokenLinks(join(root, file), text)];
  expect(wrong).toEqual([]);
});

test("a path, a name and a link that are planted wrong are found", () => {
  const text =
    "`packages/nowhere/x.ts`, `packages/base/src/once.ts`, `took` in `packages/base/src/once.ts`, [a](../gone.md), [b](#no-such)";
  expect(missingPaths(text)).toEqual(["packages/nowhere/x.ts"]);
  expect(missingNames(text)).toEqual(["`took` in `packages/base/src/once.ts`"]);
  expect(brokenLinks(join(root, "README.md"), text)).toEqual(["../gone.md", "#no-such"]);
});

test("the numbers in the walk of a question are what the code computes", () => {
  const walk = readFileSync(join(root, "docs/walks/a-question.md"), "utf8");
  const says = (value: unknown) => expect(walk).toContain(String(value).replace("-", "−"));

  const bp: Expression = { node: { kind: "input", name: "bp", shape: ["rows"] } };
  const mean = { kind: "operation", operation: "ReduceMean", inputs: [bp], attributes: {} } as const;
  const program = whole(programOf([{ node: mean }]));
  expect(walk).toContain(printProgram(program));

  const card = whole(
    parseCard({
      name: "tiny",
      columns: { bp: { type: "number", unit: "mmHg", bounds: [60, 140] } },
      unit: "row",
      people: { isPublic: false, band: [1, 10] },
      budget: { epsilon: 1 },
    }),
  );
  const plan = whole(planAnswer(program, datasetFacts(card, undefined)));
  const offer: Offer = { kind: "pure", epsilon: whole(parseEpsilon(0.5)) };
  const price = priceOf(plan, offer);
  expect(price.events.map((event) => "epsilon" in event && event.epsilon)).toEqual(["1/4", "1/4"]);
  says(price.epsilon);
  const source = { kind: "dataset", sides: [{ card, snapshot: "", peopleCount: 0 }] } as const;
  expect(walk).toContain(guaranteeInWords({ kind: "program", source, plan, price, offer }));

  const rows = new Map([["bp", Float64Array.of(101.5, 87, 140)]]);
  const [sum, count] = whole(sumsOfStage(plan, 0, new Map()));
  for (const cut of [sum!, count!]) {
    const { exponent, least, greatest } = cut.contribution.grid;
    expect(walk).toContain(`2^${exponent[0]}`);
    for (const end of [least[0], greatest[0], cut.sensitivity.l1]) says(end);
    const [exact] = whole(exactSums(cut.contribution, rows, 3));
    says(exact);
    const measurement = measurementFor(price, cut);
    says(measurement.event.mechanism === "discrete-laplace" ? measurement.event.scale.replace("/1", "") : "");
    says(measurement.halfWidthAtLeast(0.95));
  }
  const halfWidth = Number(measurementFor(price, sum!).halfWidthAtLeast(0.95)) * 2 ** -18;
  says(halfWidth.toFixed(1));
  for (const value of [101.5, 87]) says(String(Math.floor((value - 100) * 2 ** 18 + 0.5)));
  expect((7471104 + 1310720) * 2 ** -18).toBe(33.5);
  expect(100 + 33.5 / 4).toBe(108.375);
});

function whole<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!result.ok) throw new Error("the worked example is planned and computed");
  return result.value;
}
