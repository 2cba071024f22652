// `unseen audit model`: trains models of a file again and again, each on a half that coins drew, and finds out how well
// somebody could tell from a model who was in its half.

import { writeFile } from "node:fs/promises";
import { platformEntropy } from "@unseen/base";
import { wasmBackend } from "@unseen/compute";
import {
  type AuditOptions,
  auditTraining,
  dense,
  type PrivacyOptions,
  sgd,
  type TrainingAudit,
} from "@unseen/learning";
import { readLabelledRows } from "@unseen/owner";
import { areaUnder, rateWithin, truePositiveRateAt, truePositiveRateAtMost } from "@unseen/privacy";
import { withProgress } from "../output/progress.ts";
import { indented, table, wrapped } from "../output/table.ts";
import { orFail, usageFailure } from "../shell/failure.ts";
import { remark, type Shell, say, sayJson, widthFor } from "../shell/shell.ts";
import { modelPicture } from "./model-picture.ts";

export type AuditModelOptions = {
  readonly label: string;
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly clip: number;
  readonly noise?: number;
  readonly epsilon?: number;
  readonly delta: number;
  readonly shadows: number;
  readonly svg?: string;
  readonly json?: boolean;
};

/** Mistakes among outsiders at which it is told how many members are found. */
const falsePositiveRates = [0.001, 0.01, 0.1] as const;
const errorRate = 0.05;

export async function auditModel(shell: Shell, file: string, options: AuditModelOptions): Promise<void> {
  if (options.svg !== undefined && !options.svg.endsWith(".svg"))
    throw usageFailure("the picture is an SVG", "--svg FILE.svg");
  if (options.noise !== undefined && options.epsilon !== undefined)
    throw usageFailure("noise is given, or chosen for an epsilon", "--noise 1.1, or --epsilon 2");
  const { rows, labels, classes, columns } = orFail(await readLabelledRows(file, options.label));
  const examples = { x: scaled(rows), y: labels };
  const layers = [...options.hidden.map((units) => dense(units, "relu")), dense(Math.max(2, classes.length))];
  let done = 0;
  const ports = {
    backend: wasmBackend,
    entropy: platformEntropy(globalThis.crypto),
    clock: { nowMs: () => Date.now() },
  };
  const asked: AuditOptions = {
    training: trainingOf(options),
    shadows: options.shadows,
    errorRate,
    onProgress: (trained) => {
      done = trained;
    },
  };
  const audit = orFail(
    await withProgress(
      shell.err,
      () => `training: ${done} of ${options.shadows + 1} models`,
      () => auditTraining(layers, examples, asked, ports),
    ),
  );
  if (options.svg !== undefined) await writeFile(options.svg, modelPicture(audit));
  if (options.json === true) return sayJson(shell, asJson(audit));
  say(shell, asText(shell, audit, columns.length, classes.length));
  if (options.svg !== undefined) remark(shell, `The picture is in ${options.svg}.`);
}

function trainingOf(options: AuditModelOptions): AuditOptions["training"] {
  const { epochs, batch, rate, clip, noise, epsilon, delta } = options;
  const privacy: PrivacyOptions | undefined =
    noise !== undefined
      ? { clip, delta, noiseMultiplier: noise }
      : epsilon !== undefined
        ? { clip, delta, epsilon }
        : undefined;
  return { optimizer: sgd(rate), epochs, batch, ...(privacy === undefined ? {} : { privacy }) };
}

/** Each column to mean 0 and deviation 1: the file is the auditor's own. */
function scaled(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const columns = rows[0]?.map((_, at) => {
    const mean = rows.reduce((sum, row) => sum + row[at]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[at]! - mean) ** 2, 0) / rows.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
  return rows.map((row) => row.map((cell, at) => (cell - columns![at]!.mean) / columns![at]!.deviation));
}

type Rate = {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
  readonly within: readonly [number, number];
  /** What the promise allows anybody. */
  readonly atMost?: number;
};

function ratesOf({ roc }: TrainingAudit["attacks"][number], { promised }: TrainingAudit): readonly Rate[] {
  return falsePositiveRates.map((falsePositiveRate) => {
    const truePositiveRate = truePositiveRateAt(roc, falsePositiveRate);
    const within = rateWithin(Math.round(truePositiveRate * roc.members), roc.members, errorRate);
    const atMost = promised && truePositiveRateAtMost(promised, falsePositiveRate);
    return { falsePositiveRate, truePositiveRate, within, ...(atMost === undefined ? {} : { atMost }) };
  });
}

function asJson(audit: TrainingAudit): object {
  const attacks = audit.attacks.map((attack) => ({
    name: attack.name,
    area: areaUnder(attack.roc),
    rates: ratesOf(attack, audit),
  }));
  const { rows, promised, epsilonShown } = audit;
  return { rows, promised, epsilonShown, errorRate: audit.errorRate, attacks };
}

function asText(shell: Shell, audit: TrainingAudit, columns: number, classes: number): string {
  const percent = (share: number) => `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
  const head = [
    "attack",
    "area",
    ...falsePositiveRates.map((rate) => `found at ${percent(rate)} wrongly accused`),
  ];
  const lines = audit.attacks.map((attack) => [
    attack.name,
    areaUnder(attack.roc).toFixed(3),
    ...ratesOf(attack, audit).map(
      ({ truePositiveRate, within, atMost }) =>
        `${percent(truePositiveRate)} (${percent(within[0])} to ${percent(within[1])}${atMost === undefined ? "" : `; at most ${percent(atMost)}`})`,
    ),
  ]);
  const [first] = audit.attacks;
  const sides = lines.map(() => "left" as const);
  return [
    `${audit.rows} rows, ${columns} columns of numbers, ${classes} classes. The model was trained on ${first!.roc.members} rows that coins drew.`,
    "",
    indented(table([head, ...lines], sides)),
    "",
    indented(wrapped(verdict(audit), widthFor(shell) - 2)),
  ].join("\n");
}

function verdict({ promised, epsilonShown }: TrainingAudit): string {
  const shown =
    epsilonShown === 0
      ? "No epsilon above 0 is shown: these attacks did no better than chance allows."
      : `The training keeps no epsilon below ${epsilonShown.toFixed(2)}, wrongly said in one audit of twenty at most.`;
  if (promised === undefined)
    return `${shown} It was trained without privacy, so nothing bounds what a better attack would find: add --epsilon.`;
  const promise = `Promised is epsilon ${promised.epsilon.toFixed(2)} at delta ${promised.delta.toExponential()}.`;
  return epsilonShown > promised.epsilon
    ? `ALARM: ${promise} ${shown} Something is wrong with the training or its accounting.`
    : `${promise} ${shown} That an attack fails proves nothing; that one gets further than promised would.`;
}
