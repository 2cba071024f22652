// PySyft's encrypted linear regression: each of three hospitals shares its own patients' rows among three nodes, and nothing is
// opened but the coefficients.

import { readFileSync } from "node:fs";
import { type RemoteWorker, type SharedTensor, type ShareOptions, type Tensor, tensor } from "unseen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SharesWorld, sharesWorld } from "./shares-world.ts";

const [header, ...lines] = readFileSync(new URL("../datasets/diabetes.csv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");
const names = header!.split(",");
const rows = lines.map((line) => line.split(",").map(Number));
const target = names.indexOf("progression");
const features = names.flatMap((_, at) => (at === target || at === names.indexOf("patient_id") ? [] : [at]));

/**
 * In public: what hospitals would agree on beforehand. Features around their usual middles, in eighths of their usual spread, so
 * that the digits of shares are used; a constant for the intercept.
 */
const middle = features.map((at) => sum(rows.map((row) => row[at]!)) / rows.length);
const spread = features.map((at, which) =>
  Math.sqrt(sum(rows.map((row) => (row[at]! - middle[which]!) ** 2)) / rows.length),
);
const eighths = 8;
const design = (part: readonly (readonly number[])[]) =>
  part.map((row) => [
    ...features.map((at, which) => (eighths * (row[at]! - middle[which]!)) / spread[which]!),
    eighths,
  ]);
const outcome = (part: readonly (readonly number[])[]) => part.map((row) => row[target]!);
/** Sums of squares of the columns are known beforehand to this much. */
const squaresAtMost = 1.2 * rows.length * eighths ** 2;

let world: SharesWorld;
let nodes: readonly RemoteWorker[];

beforeAll(async () => {
  world = await sharesWorld(["bob", "alice", "theo", "openmined"]);
  const grid = await world.asker();
  nodes = ["bob", "alice", "theo", "openmined"].map((name) => grid.node(name));
});
afterAll(() => world[Symbol.asyncDispose]());

/** With the rounds that the last program may take. */
const groups: readonly [string, number, () => readonly RemoteWorker[], () => ShareOptions<SharedTensor>][] = [
  ["three replicated", 130, () => nodes.slice(0, 3), () => ({})],
  ["three who check each other", 196, () => nodes.slice(0, 3), () => ({ protocol: "verified" })],
  ["two and a provider", 86, () => nodes.slice(0, 2), () => ({ cryptoProvider: nodes[3]! })],
];

test.each(groups)(
  "ten slopes over three hospitals' rows are those of the plain fit, to 0.2 %, among %s",
  async (_, roundsAtMost, parties, options) => {
    const parts = [0, 1, 2].map((hospital) => rows.filter((__, at) => at % 3 === hospital));
    const share = (numbers: Parameters<typeof tensor>[0], most: number) =>
      tensor(numbers).share(...parties(), { ...options(), between: [-most, most] });
    const products = await Promise.all(
      parts.map(async (part) => {
        const [x, y] = [await share(design(part), 128), await share(outcome(part), 400)];
        return { gram: x.transpose().matmul(x), moments: x.transpose().matmul(y) };
      }),
    );
    // What is kept stays shared; a later program starts from it.
    for (const one of products.flatMap((both) => [both.gram, both.moments])) await one.keep();
    const gram = products.map((one) => one.gram).reduce((all, one) => all.add(one));
    const moments = products.map((one) => one.moments).reduce((all, one) => all.add(one));
    const fit = gram.clip(-squaresAtMost, squaresAtMost).solve(moments);
    const price = await fit.price();
    expect(price.rounds).toBeLessThanOrEqual(roundsAtMost);
    expect(Math.max(...price.sentBytes)).toBeLessThan(1_000_000);
    const coefficients = (await fit.get()).toNested() as number[];
    const wanted = plainFit();
    const misses = coefficients.map((one, at) => Math.abs(one / wanted[at]! - 1));
    expect(misses.length).toBe(11);
    expect(Math.max(...misses)).toBeLessThan(0.002);
  },
);

function plainFit(): number[] {
  const x = tensor(design(rows));
  const moments = x.transpose().matmul(tensor(outcome(rows)));
  return (x.transpose().matmul(x).solve(moments) as Tensor).toNested() as number[];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
