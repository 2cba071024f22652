// Runs the benchmarks and prints one JSON object a line:
// { "name", "value", "unit", "baseline", "ratio" }, where baseline and ratio may be null, and a benchmark's further figures.
// A benchmark is a file NAME.bench.ts that exports `async function* run(isWanted)` yielding such objects; it may ask
// isWanted(name) whether a figure is worth its time.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const ending = ".bench.ts";

async function main(args) {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
  if (args.includes("--help")) return list(names);

  const isQuiet = args.includes("--json");
  const asked = args.filter((argument) => !argument.startsWith("--"));
  // `question` runs a whole benchmark, `question/mean` prints one figure of it.
  const unknown = asked.filter((name) => !names.includes(name.split("/")[0]));
  if (unknown.length > 0) {
    console.error(
      `There is no benchmark called ${unknown.join(", ")}; there are: ${names.join(", ") || "none"}.`,
    );
    return 2;
  }
  const isWanted = (figure) =>
    asked.length === 0 || asked.some((name) => figure === name || figure.startsWith(`${name}/`));
  for (const name of names) {
    if (asked.length > 0 && !asked.some((one) => one.split("/")[0] === name)) continue;
    const { run } = await import(pathToFileURL(join(folder, name + ending)).href);
    for await (const figure of run(isWanted)) {
      if (!isWanted(figure.name)) continue;
      console.log(JSON.stringify(checked(name, figure)));
      if (!isQuiet) console.error(sentence(figure));
    }
  }
  return 0;
}

function list(names) {
  console.log("npm run bench -- [NAME ...] [--json]\n");
  for (const name of names) {
    const [first = ""] = readFileSync(join(folder, name + ending), "utf8").split("\n");
    console.log(
      `  ${name.padEnd(12)} ${first.startsWith("//") ? first.replace(/^\/\/\s*/, "") : ""}`.trimEnd(),
    );
  }
  return 0;
}

function checked(benchmark, { name, value, unit, baseline = null, ratio = null, ...further }) {
  const isFigure = (figure) => Number.isFinite(figure);
  if (
    typeof name !== "string" ||
    !name.startsWith(`${benchmark}/`) ||
    typeof unit !== "string" ||
    !isFigure(value)
  ) {
    throw new Error(
      `${benchmark}${ending} yielded a figure without a name under ${benchmark}/, a value or a unit`,
    );
  }
  for (const figure of [baseline, ratio, ...Object.values(further)]) {
    if (figure !== null && !isFigure(figure))
      throw new Error(`${name} has a baseline, ratio or further figure that is no number`);
  }
  return { name, value, unit, baseline, ratio, ...further };
}

function sentence({ name, value, unit, baseline = null, ratio = null }) {
  const short = (figure) => figure.toLocaleString("en", { maximumSignificantDigits: 4 });
  const beside = baseline === null ? "" : `, beside ${short(baseline)}`;
  const times = ratio === null ? "" : `, ${short(ratio)} times`;
  return `${name}: ${short(value)} ${unit}${beside}${times}`;
}

process.exitCode = await main(process.argv.slice(2));
