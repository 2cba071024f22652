// Trains a model where the rows are, and writes its weights into a file.

import { writeFileSync } from "node:fs";
import {
  adam,
  crossEntropy,
  logisticLoss,
  type ModelFromOwner,
  progressLine,
  type RemoteDataset,
  type RemoteFitOptions,
  sgd,
  squaredError,
  type TrainingPrice,
} from "unseen";
import { LiveLine } from "../output/live-line.ts";
import { paint } from "../output/paint.ts";
import { lossText } from "../output/show-budget.ts";
import { indented, titled } from "../output/table.ts";
import { usageFailure } from "../shell/failure.ts";
import { type Shell, say, sayJson, widthFor } from "../shell/shell.ts";
import { type Column, classesOf, columnNamed, columnsFor, modelOfLayers } from "./model-of-layers.ts";
import { type SignInOptions, signIn } from "./sign-in.ts";

export type FitCommand = SignInOptions & {
  readonly label: string;
  readonly columns?: readonly string[];
  readonly layers?: readonly number[];
  readonly loss?: "cross-entropy" | "logistic" | "squared-error";
  readonly optimizer: "sgd" | "adam";
  readonly learningRate: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly rate?: number;
  readonly steps?: number;
  readonly expects?: number;
  readonly clip: number;
  readonly epsilon?: string;
  readonly noise?: number;
  readonly delta: string;
  readonly out?: string;
  readonly price?: boolean;
  readonly id?: string;
};

/** Charged the whole price once. The same `--id` again takes part in the training, or gives its weights, free. */
export async function fit(shell: Shell, name: string, options: FitCommand): Promise<void> {
  if (options.out === undefined && options.price !== true)
    throw usageFailure("it was not said where the weights go", "give --out FILE.safetensors, or --price");
  const dataset = await (await signIn(shell, options)).dataset(name);
  const asked = askedOf(dataset, options);
  const model = modelOf(dataset, options);
  if (options.price === true) {
    const price = await dataset.priceOfFit(model, asked);
    return options.json === true ? sayJson(shell, priceAsJson(name, price)) : say(shell, String(price));
  }
  const line = new LiveLine(shell.err);
  const stop = new AbortController();
  const stopped = () => stop.abort();
  process.once("SIGINT", stopped);
  try {
    const run = await dataset.fit(model, {
      ...asked,
      ...(options.id === undefined ? {} : { askId: options.id }),
      onProgress: (progress) => line.show(progressLine(progress)),
      signal: stop.signal,
    });
    line.end();
    writeFileSync(options.out!, run.toSafetensors());
    if (options.json === true) sayJson(shell, runAsJson(name, options.out!, run));
    else say(shell, shown(shell, options.out!, run));
  } finally {
    line.end();
    process.off("SIGINT", stopped);
  }
}

function askedOf(dataset: RemoteDataset, options: FitCommand): RemoteFitOptions {
  const { label, optimizer, learningRate, clip, epsilon, noise, delta } = options;
  if ((epsilon === undefined) === (noise === undefined))
    throw usageFailure("a training has an epsilon or a noise", "give --epsilon 3, or --noise 1.1");
  const loss = { "cross-entropy": crossEntropy, logistic: logisticLoss, "squared-error": squaredError }[
    lossOf(columnNamed(dataset, label), options)
  ]();
  const own = ["epochs", "batch", "rate", "steps", "expects"] as const;
  const batches = Object.fromEntries(
    own.flatMap((each) => (options[each] === undefined ? [] : [[each, options[each]]])),
  );
  const noised = epsilon === undefined ? { noiseMultiplier: noise! } : { epsilon };
  return {
    x: columnsFor(dataset, options),
    y: label,
    loss,
    optimizer: optimizer === "adam" ? adam(learningRate) : sgd(learningRate),
    privacy: { clip, delta, ...noised },
    ...(batches as unknown as { rate: number; steps: number }),
  };
}

function modelOf(dataset: RemoteDataset, options: FitCommand) {
  const labelled = columnNamed(dataset, options.label);
  return modelOfLayers(
    options.layers,
    lossOf(labelled, options) === "cross-entropy" ? classesOf(labelled) : 1,
  );
}

function lossOf({ type }: Column, { loss }: FitCommand) {
  return loss ?? (type === "number" ? "squared-error" : "cross-entropy");
}

function priceAsJson(
  dataset: string,
  { cost, epsilon, steps, parameters, releases, remaining, affordable }: TrainingPrice,
) {
  return { dataset, cost, epsilon, steps, parameters, releases, remaining, affordable };
}

function runAsJson(dataset: string, file: string, run: ModelFromOwner) {
  const { epsilon, steps, spent, remaining, receipt, guarantee } = run;
  return { dataset, file, epsilon, steps, spent, remaining, receipt, guarantee };
}

function shown(shell: Shell, file: string, run: ModelFromOwner): string {
  const { spent, remaining, receipt, steps, epsilon, guarantee } = run;
  const facts: readonly (readonly [string, string])[] = [
    ["weights", `${file}, after ${steps} steps; noise ${epsilon.noiseMultiplier.toPrecision(4)}`],
    ["spent", `${lossText(spent)}; ${lossText(remaining)} left for you`],
    ["receipt", `no. ${receipt.serial}; the same training with --id ${receipt.askId} is free`],
    ["guarantee", guarantee],
  ];
  const dimmed = facts.map(([title, said]) => [paint(shell.out, "dim", title), said] as const);
  return indented(titled(dimmed, widthFor(shell) - 2));
}
