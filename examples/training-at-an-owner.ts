// A model of handwritten digits is trained where the digits are, at a node of their owner's, and read back here: on digits
// that are public it tells how well it learnt.
//
//   npm run examples -- training-at-an-owner

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOwner, ownerAtTheMachine, serveNode } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { dense, GridClient, sequential, sgd } from "unseen";

/** 1,797 digits of 8 by 8 pixels, each by another hand; every fifth is public. */
const [header, ...lines] = readFileSync(new URL("../datasets/digits.csv", import.meta.url), "utf8")
  .trim()
  .split("\n");
const names = header!.split(",");
const [pixels, label] = [names.slice(0, 64), names[64]!];
const owned = lines.filter((_, at) => at % 5 !== 0);
const open = lines.filter((_, at) => at % 5 === 0).map((line) => line.split(",").map(Number));

// The owner, at home.
const folder = mkdtempSync(join(tmpdir(), "unseen-example-"));
const file = join(folder, "digits.csv");
writeFileSync(file, [header, ...owned].join("\n"));
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
    budget: { epsilon: 8, delta: 5e-4 },
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
const model = sequential([dense(32, "relu"), dense(10)]);
const asked = {
  x: pixels,
  y: label,
  optimizer: sgd(1),
  rate: 0.1,
  steps: 200,
  expects: 144,
  privacy: { clip: 1, epsilon: 3, delta: 1e-4 },
} as const;
console.log(String(await digits.priceOfFit(model, asked)));

let told = "";
const run = await digits.fit(model, {
  ...asked,
  onProgress: ({ step, steps, epsilon }) => {
    const line = `${step} of ${steps} steps, epsilon ${epsilon.toFixed(2)} so far`;
    if (line !== told && step % 50 === 0) console.log(line);
    told = line;
  },
});
const read = await run.predict(open.map((row) => row.slice(0, 64)));
const right = read.filter((digit, at) => digit === open[at]![64]).length / open.length;
console.log(`${(100 * right).toFixed(1)} % of the public digits are read right`);
console.log(`spent epsilon ${run.spent.epsilon} of ${digits.budget.cap.epsilon}; ${run.guarantee}`);
assert(run.spent.epsilon <= 3);
assert(right > 0.7);

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
