// How much a way of training lets somebody find out who was in: models are trained on halves drawn by coins, and each row's
// membership is guessed from what a model says of it. By the loss alone (Yeom and others 2018, arXiv 1709.01604), and by likelihood
// ratios from shadow models (Carlini and others 2022, arXiv 2112.03570), who know how a model speaks of the row with it and
// without it. The guesses also show an epsilon that the training does not keep (Steinke, Nasr and Jagielski 2023).
//
// An attack that fails proves nothing: another may be better. One that gets further than the promise allows proves a fault.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { epsilonShown, type Roc, rocOf } from "@unseen/privacy";
import { type Examples, rowsOf, shapeOfExamples } from "../fit/examples.ts";
import { fit } from "../fit/fit.ts";
import type { FitOptions, FitPorts } from "../fit/fit-options.ts";
import { resultsOn } from "../fit/measure.ts";
import type { Layer } from "../model/layer.ts";
import { sizeOfShape } from "../model/network.ts";
import { entropyWords } from "../private/entropy-words.ts";
import type { Promised } from "../private/promise.ts";
import { PoissonSampler } from "../sampling/poisson-sampler.ts";
import { confidences } from "./confidences.ts";
import { likelihoodRatios, type Shadow } from "./likelihood-ratios.ts";

export type AuditOptions = {
  /** As the audited training has them; cross entropy over classes. */
  readonly training: FitOptions & { readonly epochs: number; readonly batch: number };
  /** Models that know how rows are spoken of with them and without; 0 leaves this attack out. */
  readonly shadows: number;
  /** With which probability the epsilon that is shown may be wrong. */
  readonly errorRate: number;
  readonly onProgress?: (trained: number, of: number) => void;
};

export type Attack = {
  readonly name: "loss" | "likelihood ratio";
  readonly roc: Roc;
};

export type TrainingAudit = {
  readonly rows: number;
  readonly attacks: readonly Attack[];
  readonly promised: Promised | undefined;
  /** An epsilon that the training does not keep at the promise's delta (0 without one), but for `errorRate`. 0 shows nothing. */
  readonly epsilonShown: number;
  readonly errorRate: number;
};

/** Of how many rows, the surest ones, membership is guessed. All are tried, and the error rate is shared among them. */
const guessedShares = [0.05, 0.2, 1] as const;

/**
 * Trains `1 + shadows` models, each on a half of the rows that coins drew. Rows are the units here, so examples with `people` are
 * refused; nothing that this returns is private in the sense of a promise: it is told to whoever holds the rows.
 */
export async function auditTraining(
  layers: readonly Layer[],
  examples: Examples,
  { training, shadows, errorRate, onProgress }: AuditOptions,
  ports: FitPorts,
): Promise<Result<TrainingAudit, Problem>> {
  const rows = rowsToAudit(examples, training);
  if (!rows.ok) return rows;
  const { x, y, size, shape } = rows.value;
  const count = y.length;
  const words = entropyWords(ports.entropy);
  const models: (Shadow & { readonly promised: Promised | undefined })[] = [];
  for (let model = 0; model <= shadows; model++) {
    const isIn = Array.from({ length: count }, () => (words() & 1) === 1);
    const half = training.privacy?.noise ? emptied(x, y, size, shape, isIn) : halfOf(x, y, size, shape, isIn);
    const options = optionsFor(training, count);
    if (!options.ok) return options;
    const trained = await fit(layers, half, options.value, ports);
    if (!trained.ok) return trained;
    const { network, weights, epsilon } = trained.value;
    const results = await resultsOn(ports.backend, network, weights, x);
    if (!results.ok) return results;
    if (network.outputs < 2) return err(notAudited("a model with a result for each class"));
    models.push({ isIn, confidences: confidences(results.value, y, network.outputs), promised: epsilon });
    onProgress?.(model + 1, shadows + 1);
  }
  const [target, ...others] = models;
  const scores: { readonly name: Attack["name"]; readonly scores: Float64Array }[] = [
    { name: "loss", scores: target!.confidences },
  ];
  if (others.length > 0)
    scores.push({ name: "likelihood ratio", scores: likelihoodRatios(target!.confidences, others) });
  const attacks = scores.map(({ name, scores: each }) => ({ name, roc: rocBy(each, target!.isIn) }));
  const tried = scores.length * guessedShares.length;
  const shown = scores.flatMap(({ scores: each }) =>
    guessedShares.map((share) =>
      epsilonShown(guessesBy(each, target!.isIn, share), target!.promised?.delta ?? 0, errorRate / tried),
    ),
  );
  const promised = target!.promised;
  return ok({ rows: count, attacks, promised, epsilonShown: Math.max(...shown), errorRate });
}

type AuditedRows = {
  readonly x: Float32Array;
  readonly y: readonly number[];
  readonly size: number;
  readonly shape: readonly number[];
};

function rowsToAudit(examples: Examples, training: FitOptions): Result<AuditedRows, Problem> {
  const shape = shapeOfExamples(examples);
  if (!shape.ok) return shape;
  const size = sizeOfShape(shape.value);
  const x = rowsOf(examples.x, size);
  const y = Array.from(examples.y);
  if (examples.people !== undefined) return err(notAudited("rows that are people"));
  if (training.loss !== undefined || training.sampler !== undefined)
    return err(notAudited("cross entropy, epochs and a batch"));
  if (x === undefined || y.length < 20 || x.length !== y.length * size)
    return err(notAudited("at least twenty rows of one size, with a class each"));
  return ok({ x, y, size, shape: shape.value });
}

function halfOf(
  x: Float32Array,
  y: readonly number[],
  size: number,
  shape: readonly number[],
  isIn: readonly boolean[],
): Examples {
  const own = isIn.flatMap((isHere, row) => (isHere ? [row] : []));
  const taken = new Float32Array(own.length * size);
  for (const [at, row] of own.entries()) taken.set(x.subarray(row * size, (row + 1) * size), at * size);
  return { x: taken, y: own.map((row) => y[row]!), shape };
}

/** All rows in their places, of which those that are not in count as nothing: so is a promise about a public order meant. */
function emptied(
  x: Float32Array,
  y: readonly number[],
  size: number,
  shape: readonly number[],
  isIn: readonly boolean[],
): Examples {
  const places = x.slice();
  for (const [row, isHere] of isIn.entries())
    if (!isHere) places.fill(Number.NaN, row * size, (row + 1) * size);
  return { x: places, y, shape };
}

/**
 * The settings of the training for half of the rows. A private one draws at a rate that does not depend on how many the coins put
 * in, because that number would be a row's too.
 */
function optionsFor(training: AuditOptions["training"], rows: number): Result<FitOptions, Problem> {
  if (training.privacy === undefined || training.privacy.noise !== undefined) return ok(training);
  const { epochs, batch, ...rest } = training;
  const rate = Math.min(1, batch / (rows / 2));
  const steps = Math.max(1, Math.round(epochs / rate));
  const sampler = PoissonSampler.of({ rate, steps, expects: batch });
  return sampler.ok ? ok({ ...rest, sampler: sampler.value }) : sampler;
}

function rocBy(scores: Float64Array, isIn: readonly boolean[]): Roc {
  return rocOf(
    scores.filter((_, row) => isIn[row]),
    scores.filter((_, row) => !isIn[row]),
  );
}

/** The rows of greatest score are called members, as many of least score outsiders. */
function guessesBy(scores: Float64Array, isIn: readonly boolean[], share: number) {
  const order = Array.from(scores.keys()).sort((one, other) => scores[other]! - scores[one]!);
  const each = Math.max(1, Math.floor((share * scores.length) / 2));
  const right =
    order.slice(0, each).filter((row) => isIn[row]).length +
    order.slice(-each).filter((row) => !isIn[row]).length;
  return { examples: scores.length, guesses: 2 * each, right };
}

function notAudited(what: string): Problem<"training-invalid"> {
  return problem("training-invalid", `an audit of a training takes ${what}`);
}
