// What only the owners know: the demo reads it from their files at the end, to show each answer beside it.

import { readFile } from "node:fs/promises";
import { type Ranges, tensor } from "unseen";

export type TrueValues = {
  readonly meanBloodPressure: readonly number[];
  readonly jointMean: number;
  /** The place of the owner whose mean bmi is greatest. */
  readonly greatestMean: number;
  readonly histogram: readonly number[];
  readonly coefficients: readonly number[];
};

export type Question = {
  readonly histogram: {
    readonly column: string;
    readonly bins: number;
    readonly min: number;
    readonly max: number;
  };
  readonly features: readonly string[];
  readonly target: string;
  readonly ranges: Ranges;
};

/** Plain statistics over the same rows, with the same tensor methods and no privacy. `parts`: owners that share the rows. */
export async function trueValues(question: Question, parts: number): Promise<TrueValues> {
  const columns = await readColumns();
  const column = (name: string) => columns.get(name) ?? [];
  const ofOwner = (name: string, owner: number) => column(name).filter((_, at) => at % parts === owner);
  const { histogram, features, target } = question;
  const x = tensor(column("age").map((_, at) => [...features.map((name) => column(name)[at]!), 1]));
  const y = tensor(column(target));
  const fit = x.transpose().matmul(x).solve(x.transpose().matmul(y));
  return {
    meanBloodPressure: Array.from({ length: parts }, (_, owner) =>
      tensor(ofOwner("bp", owner)).mean().item(),
    ),
    jointMean: tensor(column("bp")).mean().item(),
    greatestMean: tensor(
      Array.from({ length: parts }, (_, owner) => tensor(ofOwner("bmi", owner)).mean().item()),
    )
      .argMax()
      .item(),
    histogram: [
      ...tensor(column(histogram.column)).histogram(histogram.bins, histogram.min, histogram.max).data,
    ],
    coefficients: [...fit.data],
  };
}

async function readColumns(): Promise<ReadonlyMap<string, readonly number[]>> {
  const file = new URL("../../../../datasets/diabetes.csv", import.meta.url);
  const [header, ...rows] = (await readFile(file, "utf8")).trimEnd().split("\n");
  const cells = rows.map((row) => row.split(","));
  return new Map(header!.split(",").map((name, at) => [name, cells.map((row) => Number(row[at]))]));
}
