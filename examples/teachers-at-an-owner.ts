// Teachers of handwritten digits learn where the digits are, at a node of their owner's, and never leave. They answer public digits
// by noised votes, charged to the owner's ledger, and a student learns from the answers here.
//
//   npm run examples -- teachers-at-an-owner

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOwner, ownerAtTheMachine, serveNode } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { adam, dense, GridClient, progressLine, sequential } from "unseen";

/** 1,797 digits of 8 by 8 pixels: every fifth is held out, the first 150 of the others are public, the rest are the owner's. */
const [header, ...lines] = readFileSync(new URL("../datasets/digits.csv", import.meta.url), "utf8")
  .trim()
  .split("\n");
const names = header!.split(",");
const [pixels, label] = [names.slice(0, 64), names[64]!];
const others = lines.filter((_, at) => at % 5 !== 0);
const numbers = (line: string) => line.split(",").map(Number);
const open = others.slice(0, 150).map(numbers);
const heldOut = lines.filter((_, at) => at % 5 === 0).map(numbers);
const image = (row: readonly number[]) => row.slice(0, 64);

// The owner, at home.
const folder = mkdtempSync(join(tmpdir(), "unseen-example-"));
const file = join(folder, "digits.csv");
writeFileSync(file, [header, ...others.slice(150)].join("\n"));
const card = orFail(
  parseCard({
    name: "digits",
    description: "Handwritten digits of 8 by 8 pixels",
    tags: ["#digits"],
    columns: {
      ...Object.fromEntries(pixels.map((name) => [name, { type: "integer", bounds: [0, 16] }])),
      [label]: { type: "integer", bounds: [0, 9] },
    },
    unit: "row",
    people: { isPublic: false, band: [1000, 2000] },
    budget: { epsilon: 12, delta: 5e-4 },
  }),
);
const owner = orFail(
  await openOwner({
    home: join(folder, "home"),
    clock: { nowMs: () => Date.now() },
    entropy: { fill: (bytes) => crypto.getRandomValues(bytes) },
  }),
);
orFail(await owner.addDataset(file, card));
const ada = { name: "ada", password: "a long enough password", role: "researcher" } as const;
orFail(await owner.accounts.add(ownerAtTheMachine(), ada));
const serving = orFail(await serveNode(owner.node, { host: "127.0.0.1", port: 0 }));

// The researcher, elsewhere.
const grid = await GridClient.connect({ url: serving.url, username: ada.name, password: ada.password });
const digits = await grid.dataset("digits");
const model = sequential([dense(10)]);
const queries = open.map(image);
const asked = {
  x: pixels,
  y: label,
  teachers: 60,
  delta: 1e-4,
  aggregator: { kind: "confident", noise: 8, threshold: { votes: 30, noise: 14 }, mostAnswered: 75 },
  teaching: { optimizer: adam(0.05), epochs: 20, batch: 16 },
  student: {
    optimizer: adam(0.02),
    epochs: 40,
    batch: 16,
    heldOut: { x: heldOut.map(image), y: heldOut.map((row) => row[64]!) },
  },
} as const;
console.log(String(await digits.priceOfTeach(model, queries, asked)));

const run = await digits.teach(model, queries, {
  ...asked,
  askId: "teachers-of-digits",
  onProgress: (progress) => console.log(progressLine(progress)),
});
const right = run.answers.filter((answer, at) => answer === open[at]![64]).length;
const read = run.student.heldOut!.accuracy;
console.log(`${run.answered} of 150 public digits were answered, ${right} of them right`);
console.log(`the student reads ${(100 * read).toFixed(1)} % of digits that nobody had seen`);
console.log(`spent epsilon ${run.spent.epsilon} of ${digits.budget.cap.epsilon}`);

// Asked again, the same answers, free: another student can be tried on them.
const again = await digits.teach(model, queries, {
  ...asked,
  askId: "teachers-of-digits",
  student: { ...asked.student, spread: { neighbours: 8 } },
});
assert.deepEqual([again.answers, again.receipt], [run.answers, run.receipt]);
console.log(
  `where answers spread to their neighbours, ${(100 * again.student.heldOut!.accuracy).toFixed(1)} %`,
);
assert(read > 0.5);

await serving.close();
await owner.close();
rmSync(folder, { recursive: true });

function orFail<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly problem: { readonly message: string } },
): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
