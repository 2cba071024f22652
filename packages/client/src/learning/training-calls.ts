// How a training is asked for at an owner's node, followed, taken up again when the connection is lost, and stopped.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  decodeTold,
  decodeTrainingPrice,
  encodeTraining,
  type LearningRecipe,
  type SentAnswers,
  type SentTrained,
  type SentTrainingPrice,
} from "@unseen/wire";
import { type Loss, lossOf } from "../datasets/offer.ts";
import { type Deadlines, isReplyLost, withAskId } from "../datasets/question-desk.ts";
import type { GridNode } from "../grid/grid-node.ts";
import type { RemoteFitRun, RemoteProgress } from "./remote-fit.ts";

/** Waits before a training is asked for again: a node that restarts has half a minute. */
const pausesMs = [100, 1_000, 3_000, 10_000, 20_000] as const;

export type AnsweredTraining = {
  /** Of a fit its weights, of teachers their answers: what a node sends may be either. */
  readonly trained: SentTrained | SentAnswers;
  readonly remaining: Loss;
};

type Place = { readonly dataset: string; readonly node: GridNode; readonly deadlines: Deadlines };

export async function priceTraining(
  { dataset, node, deadlines }: Place,
  recipe: LearningRecipe,
): Promise<Result<SentTrainingPrice, Problem>> {
  const request = encodeTraining({ dataset, recipe });
  // The noise that keeps an epsilon is looked for, which takes longer than other prices.
  const reply = await node.call(deadlines.answerDeadlineMs, ({ learning }, options) =>
    learning.priceTraining(request, options),
  );
  return reply.ok ? decodeTrainingPrice(reply.value) : reply;
}

/** Asks, and asks again under the same name when the connection is lost: it is charged once, and goes on meanwhile. */
export async function askTraining(
  place: Place,
  recipe: LearningRecipe,
  askId: string,
  { onProgress, signal }: RemoteFitRun,
): Promise<Result<AnsweredTraining, Problem>> {
  const telling = new TimeLeft(onProgress);
  let lost = 0;
  for (;;) {
    const reply = await followed(place, recipe, askId, telling, signal);
    if (signal?.aborted === true) return err(await stopped(place, askId));
    if (reply.ok || !isReplyLost(reply.problem)) return reply;
    if (telling.hasTold) lost = 0;
    const pauseMs = pausesMs[lost];
    if (pauseMs === undefined) return err(withAskId(reply.problem, askId));
    lost += 1;
    telling.hasTold = false;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function followed(
  { dataset, node, deadlines }: Place,
  recipe: LearningRecipe,
  askId: string,
  telling: TimeLeft,
  signal: AbortSignal | undefined,
): Promise<Result<AnsweredTraining, Problem>> {
  const request = encodeTraining({ dataset, recipe }, askId);
  let answer: Result<AnsweredTraining, Problem> | undefined;
  const reply = await node.follow(
    deadlines.answerDeadlineMs,
    ({ learning }, options) => learning.train(request, options),
    (part) => {
      const told = decodeTold(part);
      if (!told.ok) answer ??= told;
      else if (told.value.kind === "progress") telling.tell(told.value.progress);
      else answer ??= ok({ trained: told.value.trained, remaining: lossOf(told.value.remaining) });
    },
    signal,
  );
  if (answer !== undefined) return answer;
  if (!reply.ok) return reply;
  return err(problem("node-unreachable", `${node.url} ended its reply before the training was done`));
}

async function stopped({ node, deadlines }: Place, askId: string): Promise<Problem> {
  await node.call(deadlines.deadlineMs, ({ learning }, options) => learning.stopTraining({ askId }, options));
  return problem("training-stopped", "the training was stopped; what was charged stays charged", {
    hint: `ask again with askId: "${askId}" and it goes on, at no further charge`,
    facts: { askId },
  });
}

/** Measures here how long steps take: the owner tells no times. */
class TimeLeft {
  hasTold = false;
  readonly #onProgress: RemoteFitRun["onProgress"];
  #first: { readonly step: number; readonly atMs: number } | undefined;

  constructor(onProgress: RemoteFitRun["onProgress"]) {
    this.#onProgress = onProgress;
  }

  tell(progress: Omit<RemoteProgress, "leftMs">): void {
    this.hasTold = true;
    const { step, steps } = progress;
    const nowMs = performance.now();
    if (this.#first === undefined && step > 0) this.#first = { step, atMs: nowMs };
    const done = step - (this.#first?.step ?? step);
    const left = done > 0 ? { leftMs: ((nowMs - this.#first!.atMs) / done) * (steps - step) } : {};
    this.#onProgress?.({ ...progress, ...left });
  }
}
