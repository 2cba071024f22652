// Has teachers learn where the rows are and answer public rows, and writes the student that learnt from the answers into a file.

import { writeFileSync } from "node:fs";
import { readPublicRows } from "@unseen/owner";
import {
  adam,
  progressLine,
  type RemoteDataset,
  type RemoteTeachOptions,
  type RowToPredict,
  sgd,
  type TaughtFromOwner,
} from "unseen";
import { LiveLine } from "../output/live-line.ts";
import { paint } from "../output/paint.ts";
import { lossText } from "../output/show-budget.ts";
import { indented, titled } from "../output/table.ts";
import { orFail, usageFailure } from "../shell/failure.ts";
import { type Shell, say, sayJson, widthFor } from "../shell/shell.ts";
import { classesOf, columnNamed, columnsFor, modelOfLayers } from "./model-of-layers.ts";
import { type SignInOptions, signIn } from "./sign-in.ts";

export type TeachCommand = SignInOptions & {
  readonly label: string;
  readonly queries: string;
  readonly columns?: readonly string[];
  readonly layers?: readonly number[];
  readonly teachers: number;
  readonly aggregator: "gaussian" | "laplace" | "confident";
  readonly noise: number;
  readonly threshold?: number;
  readonly thresholdNoise?: number;
  readonly mostAnswered?: number;
  readonly delta?: string;
  readonly optimizer: "sgd" | "adam";
  readonly learningRate: number;
  readonly epochs: number;
  readonly batch: number;
  readonly studentEpochs: number;
  readonly out?: string;
  readonly answers?: string;
  readonly price?: boolean;
  readonly id?: string;
};

/** Charged the whole price once. The same `--id` again gives the same answers, free. */
export async function teach(shell: Shell, name: string, options: TeachCommand): Promise<void> {
  const { out, answers, price, json, id } = options;
  if (out === undefined && answers === undefined && price !== true)
    throw usageFailure(
      "it was not said where the student goes",
      "give --out FILE.safetensors, --answers FILE.csv, or --price",
    );
  const dataset = await (await signIn(shell, options)).dataset(name);
  const asked = askedOf(dataset, options);
  const model = modelOfLayers(options.layers, classesOf(columnNamed(dataset, options.label)));
  const queries = await rowsIn(dataset, options);
  if (price === true) {
    const told = await dataset.priceOfTeach(model, queries, asked);
    return json === true ? sayJson(shell, priceAsJson(name, told)) : say(shell, String(told));
  }
  const line = new LiveLine(shell.err);
  const stop = new AbortController();
  const stopped = () => stop.abort();
  process.once("SIGINT", stopped);
  try {
    const run = await dataset.teach(model, queries, {
      ...asked,
      ...(id === undefined ? {} : { askId: id }),
      onProgress: (progress) => line.show(progressLine(progress)),
      signal: stop.signal,
    });
    line.end();
    if (answers !== undefined)
      writeFileSync(answers, csvOf(columnsFor(dataset, options), options.label, queries, run));
    // What was answered is paid for, so it is written first: a student may be left without any.
    if (out !== undefined) writeFileSync(out, run.student.toSafetensors());
    if (json === true) sayJson(shell, runAsJson(name, options, run));
    else say(shell, shown(shell, options, run));
  } finally {
    line.end();
    process.off("SIGINT", stopped);
  }
}

function askedOf(dataset: RemoteDataset, options: TeachCommand): RemoteTeachOptions {
  const { teachers, delta, epochs, batch, studentEpochs, learningRate } = options;
  const optimizer = options.optimizer === "adam" ? adam(learningRate) : sgd(learningRate);
  return {
    x: columnsFor(dataset, options),
    y: options.label,
    teachers,
    aggregator: aggregatorOf(options),
    ...(delta === undefined ? {} : { delta }),
    teaching: { optimizer, epochs, batch },
    student: { optimizer, epochs: studentEpochs, batch },
  };
}

function aggregatorOf({ aggregator: kind, noise, threshold, thresholdNoise, mostAnswered }: TeachCommand) {
  const test = [threshold, thresholdNoise, mostAnswered];
  if (kind !== "confident") {
    if (test.every((each) => each === undefined)) return { kind, noise };
    throw usageFailure("a threshold goes with --aggregator confident alone", "leave --threshold out");
  }
  if (threshold === undefined || thresholdNoise === undefined || mostAnswered === undefined)
    throw usageFailure(
      "a confident aggregator has a threshold",
      "give --threshold 30 --threshold-noise 14 --most-answered 75",
    );
  return { kind, noise, threshold: { votes: threshold, noise: thresholdNoise }, mostAnswered };
}

async function rowsIn(dataset: RemoteDataset, options: TeachCommand): Promise<readonly RowToPredict[]> {
  const columns = columnsFor(dataset, options).map((name) => columnNamed(dataset, name));
  const read = orFail(
    await readPublicRows(
      options.queries,
      columns.map(({ name }) => name),
    ),
  );
  // An empty cell is no number: such a row is refused by its column's bounds.
  const cellOf = (text: string, at: number) =>
    columns[at]!.type === "category" ? text : text === "" ? Number.NaN : Number(text);
  return read.map((row) => row.map(cellOf));
}

function csvOf(
  columns: readonly string[],
  label: string,
  queries: readonly RowToPredict[],
  { answers }: TaughtFromOwner,
): string {
  const cell = (value: unknown) => {
    const text = String(value ?? "");
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = queries.map((row, at) => [...Object.values(row), answers[at]].map(cell).join(","));
  return `${[[...columns, label].map(cell).join(","), ...lines].join("\n")}\n`;
}

function priceAsJson(dataset: string, price: Awaited<ReturnType<RemoteDataset["priceOfTeach"]>>) {
  const { cost, epsilon, steps: teachers, parameters, releases, remaining, affordable } = price;
  return { dataset, cost, epsilon, teachers, parameters, releases, remaining, affordable };
}

function runAsJson(dataset: string, { out, answers }: TeachCommand, run: TaughtFromOwner) {
  const { epsilon, answered, spent, remaining, receipt, guarantee } = run;
  const files = {
    ...(out === undefined ? {} : { file: out }),
    ...(answers === undefined ? {} : { answers }),
  };
  return {
    dataset,
    ...files,
    epsilon,
    answered,
    queries: run.answers.length,
    spent,
    remaining,
    receipt,
    guarantee,
  };
}

function shown(shell: Shell, { out, answers }: TeachCommand, run: TaughtFromOwner): string {
  const { spent, remaining, receipt, answered, guarantee } = run;
  const facts: readonly (readonly [string, string])[] = [
    [
      "answers",
      `${answered} of ${run.answers.length} queries${answers === undefined ? "" : `, in ${answers}`}`,
    ],
    ...(out === undefined ? [] : [["student", out] as const]),
    ["spent", `${lossText(spent)}; ${lossText(remaining)} left for you`],
    ["receipt", `no. ${receipt.serial}; the same teaching with --id ${receipt.askId} is free`],
    ["guarantee", guarantee],
  ];
  const dimmed = facts.map(([title, said]) => [paint(shell.out, "dim", title), said] as const);
  return indented(titled(dimmed, widthFor(shell) - 2));
}
