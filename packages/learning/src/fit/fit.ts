// The loop around a training's pure parts: draw a batch, run its program, noise the sums, move the weights, tell.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { FloatSums, WholeNumbers } from "@unseen/compute";
import { readCheckpoint } from "../checkpoint/checkpoint.ts";
import type { TrainingLoss } from "../loss/training-loss.ts";
import type { Layer } from "../model/layer.ts";
import { learntNumbers, type Network, planNetwork } from "../model/network.ts";
import { seededWords } from "../model/seeded-numbers.ts";
import { firstWeights, fitsNetwork, type Weights } from "../model/weights.ts";
import { nextClip } from "../private/clip.ts";
import { entropyWords } from "../private/entropy-words.ts";
import type { StepGradient, StepNoising, StepSpace } from "../private/private-sums.ts";
import { type Promised, promised } from "../private/promise.ts";
import { BatchRunner } from "./batch-runner.ts";
import { type Examples, shapeOfExamples } from "./examples.ts";
import type { FitOptions, FitPorts } from "./fit-options.ts";
import { Lanes } from "./lanes.ts";
import type { Measured } from "./measure.ts";
import { type PrivatePlan, planTraining, type TrainingPlan } from "./plan-training.ts";
import { diverged, Telling } from "./telling.ts";
import { advanced, firstState, hasDiverged, placedIn, type TrainingState } from "./training-state.ts";

export type Trained = {
  readonly network: Network;
  readonly loss: TrainingLoss;
  readonly weights: Weights;
  readonly steps: number;
  /** Whether it ended before its last step, because the loss on held-out rows no longer fell. */
  readonly stoppedEarly: boolean;
  /** On `heldOut`, at the last report. */
  readonly heldOut: Measured | undefined;
  /** Of a private training: what everything that it released promises together. */
  readonly epsilon: Promised | undefined;
};

/**
 * Trains the layers on examples. Without `privacy` the weights may hold any row. With it everything that leaves, at every
 * step, keeps `Trained.epsilon`: the gradients are clipped by unit, summed on a grid and noised before the weights move.
 * Cost: for each step the runs of its batch and, where private, some hundredths of a microsecond of noise for each number that is learnt.
 */
export async function fit(
  layers: readonly Layer[],
  examples: Examples,
  options: FitOptions,
  ports: FitPorts,
): Promise<Result<Trained, Problem>> {
  const shape = shapeOfExamples(examples);
  if (!shape.ok) return shape;
  const network = planNetwork(layers, shape.value);
  if (!network.ok) return network;
  const plan = planTraining(network.value, examples, options);
  return plan.ok ? trainOn(plan.value, options, ports) : plan;
}

/**
 * The same for rows that are laid out already, under a plan that was made without them. No refusal of it depends on a row,
 * but that the weights diverged, which a private training's noised steps have shown.
 */
export async function trainOn(
  plan: TrainingPlan,
  options: FitOptions,
  ports: FitPorts,
): Promise<Result<Trained, Problem>> {
  if (plan.private !== undefined && ports.backend.name === "onnxruntime") {
    // Its results for a row may depend on the row's place, which the bound on clipped sums excludes.
    return err(
      problem("training-invalid", "ONNX Runtime does not promise what a private training's noise counts on", {
        hint: "leave `backend` out: WebAssembly computes each row by itself",
      }),
    );
  }
  const state = beginning(plan, options);
  if (!state.ok) return state;
  const telling = await Telling.of(plan, options, ports);
  if (!telling.ok) return telling;
  const compiled = await ports.backend.compile(plan.step.program);
  if (!compiled.ok) return compiled;
  const { network, rows, unitRows, units, step } = plan;
  const runsEach = Math.ceil(plan.sampler.expects / units.count);
  const lanes = new Lanes(compiled.value, step.program, ports.backend, runsEach);
  const runner = new BatchRunner({
    lanes,
    network,
    masks: step.masks,
    units,
    rows,
    unitRows,
  });
  try {
    return await looped(plan, placedIn(state.value, compiled.value), runner, telling.value, options, ports);
  } finally {
    lanes.close();
    telling.value.close();
  }
}

function beginning(plan: TrainingPlan, options: FitOptions): Result<TrainingState, Problem> {
  const weights = options.weights ?? firstWeights(plan.network, options.seed ?? 1);
  if (!fitsNetwork(weights, plan.network))
    return err(problem("shapes-do-not-fit", "the weights that were given are not those of this model"));
  const first = firstState(plan.network, weights, options.optimizer, options.privacy?.clip ?? 1);
  return options.resumeFrom === undefined
    ? ok(first)
    : readCheckpoint(options.resumeFrom, first, plan.description);
}

async function looped(
  plan: TrainingPlan,
  begun: TrainingState,
  runner: BatchRunner,
  telling: Telling,
  options: FitOptions,
  ports: FitPorts,
): Promise<Result<Trained, Problem>> {
  const { sampler, private: own, unitRows } = plan;
  const draw =
    sampler.kind === "poisson" ? sampler.batches(unitRows.count, ports.entropy) : sampler.batches();
  const secretWords = entropyWords(ports.entropy);
  const learnt = learntNumbers(plan.network);
  const space = own && {
    total: await WholeNumbers.zeros(own.sums.places),
    gradient: new Float32Array(learnt),
  };
  const noisy = own && space && noisingOf(own, space, ports);
  const mean = await FloatSums.zeros(own === undefined ? learnt : 0);
  let state = begun;
  while (state.step < sampler.steps && !hasStopped(state, options)) {
    const batch = draw(state.step);
    // A mask that stood in one place for every row would tell a private row's place.
    const words = own === undefined ? seededWords((options.seed ?? 1) + 7_919 * state.step) : secretWords;
    const made =
      own === undefined || noisy === undefined
        ? await plainGradient(batch, state, runner, words, telling, mean)
        : await noisedStep(plan, own, batch, state, runner, words, noisy);
    state = advanced(state, made.gradient, options.optimizer, sampler.steps);
    if (made.shareBelow !== undefined)
      state = { ...state, clip: nextClip(state.clip, made.shareBelow, own?.privacy.adaptive ?? {}) };
    if (state.step % plan.reportEvery !== 0 && state.step !== sampler.steps) continue;
    if (hasDiverged(state)) return err(diverged());
    const told = await telling.report(state);
    if (!told.ok) return told;
    state = told.value;
  }
  return ok({
    network: plan.network,
    loss: plan.loss,
    // Out of the program's memory, which is not needed any more.
    weights: new Map([...state.weights].map(([name, own]) => [name, own.slice()])),
    steps: state.step,
    stoppedEarly: state.step < sampler.steps,
    heldOut: telling.last,
    epsilon: own && promised({ ...own, sampler, unit: unitRows.inWords }),
  });
}

function hasStopped(state: TrainingState, options: FitOptions): boolean {
  return options.patience !== undefined && options.heldOut !== undefined && state.stale >= options.patience;
}

type Noising = { readonly space: StepSpace; readonly noised: StepNoising };

function noisingOf({ sums }: PrivatePlan, space: StepSpace, ports: FitPorts): Noising {
  return { space, noised: sums.begin(space, ports.entropy) };
}

async function noisedStep(
  plan: TrainingPlan,
  { sums }: PrivatePlan,
  batch: Int32Array,
  { step, weights, clip }: TrainingState,
  runner: BatchRunner,
  words: () => number,
  { space, noised }: Noising,
): Promise<StepGradient> {
  space.total.numbers.fill(0);
  const others = new Map([["clip", sums.clipInside(clip)]]);
  await runner.run(batch, weights, others, words, (outputs) => sums.add(space.total, outputs, clip));
  return noised(step, clip, plan.sampler.expects);
}

async function plainGradient(
  batch: Int32Array,
  { weights }: TrainingState,
  runner: BatchRunner,
  words: () => number,
  telling: Telling,
  mean: FloatSums,
): Promise<StepGradient> {
  mean.numbers.fill(0);
  const share = 1 / Math.max(1, batch.length);
  await runner.run(batch, weights, new Map(), words, ([loss, right, ...sums]) => {
    telling.seen(loss![0]!, right![0]!);
    let at = 0;
    for (const sum of sums) {
      mean.addScaled(at, sum, share);
      at += sum.length;
    }
  });
  telling.counted(batch.length);
  return { gradient: mean.numbers, shareBelow: undefined };
}
