// The questions that people ask, each answered with noise and held against what is true. Prints a table: how
// far the answers miss, at two sizes of dataset and two prices.
//
//   npm run examples -- analysis

import assert from "node:assert/strict";
import type { NestedNumbers } from "@unseen/program";
import type { Answer, RemoteDataset } from "unseen";
import { openWorld } from "./analysis/worlds.ts";

/** What can be asked with an offer: a tensor, or an analysis. */
type Asked = { get(offer: number): Promise<Answer> };
type Row = {
  readonly name: string;
  readonly ask: (dataset: RemoteDataset) => Asked;
  /** How the truth is asked, where that is not the same question: a quantile by the finest bins. */
  readonly truth?: (known: RemoteDataset) => Asked;
  /** The number of the answer that is compared; the first unless said. */
  readonly place?: number;
};

const ranges = { bmi: [15, 45], bp: [60, 140], progression: [0, 350] } as const;
const questions: readonly Row[] = [
  ...[0.5, 0.9].flatMap((share): readonly Row[] => [
    {
      name: `${share} quantile of bmi, chosen`,
      ask: (all) => all.column("bmi").quantile(share),
      truth: (known) => known.column("bmi").quantile(share, { bins: 4_096 }),
    },
    {
      name: "the same by 64 counts",
      ask: (all) => all.column("bmi").quantile(share, { withInterval: true }),
      truth: (known) => known.column("bmi").quantile(share, { bins: 4_096 }),
    },
  ]),
  {
    name: "the same by 512 counts",
    ask: (all) => all.column("bmi").quantile(0.9, { withInterval: true, bins: 512 }),
    truth: (known) => known.column("bmi").quantile(0.9, { bins: 4_096 }),
  },
  { name: "people with bmi above 30", ask: (all) => all.filter(all.column("bmi").greater(30)).count() },
  {
    name: "mean bp of those",
    ask: (all) => all.filter(all.column("bmi").greater(30)).column("bp").mean(),
  },
  { name: "people of sex 1", ask: (all) => all.groupBy("sex").count() },
  { name: "mean bp of sex 1", ask: (all) => all.groupBy("sex").mean("bp") },
  {
    name: "correlation of bmi and progression",
    ask: (all) => all.correlation("bmi", "progression"),
    place: 1,
  },
  {
    name: "linear: progression by bmi",
    ask: (all) => all.linearRegression({ features: ["bmi", "bp"], target: "progression", ranges }),
  },
  {
    name: "logistic: above 150 by bmi",
    ask: (all) =>
      all.logisticRegression({
        features: ["bmi", "bp"],
        target: all.column("progression").greater(150),
        ranges,
        iterations: 6,
      }),
  },
  {
    name: "k-means: bmi of cluster 1",
    ask: (all) => all.kMeans({ k: 2, columns: ["bmi", "progression"], ranges, iterations: 3 }),
  },
  {
    name: "first component: weight of bmi",
    ask: (all) => all.pca({ columns: ["bmi", "bp", "s5"], standardise: true, components: 1 }),
  },
];

const sizes = [442, 20_000];
const prices = [0.5, 2];
/** Times that each question is asked; the table shows the middle one of the misses. */
const asks = 5;

for (const rowCount of sizes) {
  await using world = await openWorld(rowCount);
  console.log(`\n${rowCount} people${" ".repeat(30)}true   ${prices.map(heading).join("  ")}`);
  for (const { name, ask, truth: askTruth = ask, place = 0 } of questions) {
    const truth = numbers((await askTruth(world.known).get(0.125)).value)[place]!;
    const cells: string[] = [];
    for (const epsilon of prices) {
      const answers: Answer[] = [];
      for (let at = 0; at < asks; at++) answers.push(await ask(world.asked).get(epsilon));
      const miss = middle(answers.map(({ value }) => Math.abs(numbers(value)[place]! - truth)));
      const stated = middle(answers.map(({ plusMinus }) => numbers(plusMinus)[place]!));
      assert(Number.isFinite(miss));
      // What was chosen has no half-width.
      const said = Number.isNaN(stated) ? "none" : short(stated);
      cells.push(`${short(miss).padStart(9)}  ${said.padStart(9)}`);
    }
    console.log(`${name.padEnd(36)}${short(truth).padStart(10)}   ${cells.join("  ")}`);
  }
  if (rowCount !== sizes[0]) continue;
  console.log(`\n${await world.asked.groupBy("sex").mean("bp").get(1)}`);
  console.log(
    `\n${await world.asked.linearRegression({ features: ["bmi", "bp"], target: "progression", ranges }).get(2)}`,
  );
}

function heading(epsilon: number): string {
  return `missed by at ${epsilon}, said ±`.padEnd(20);
}

function numbers(nested: NestedNumbers): readonly number[] {
  return typeof nested === "number" ? [nested] : nested.flatMap(numbers);
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
