// How a training is asked for at an owner's node, followed, taken up again when the connection is lost, and stopped.

import type { CallOptions } from "@connectrpc/connect";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  decodeTold,
  decodeTrainingPrice,
  encodeTraining,
  type LearningRecipe,
  type SentAnswers,
  type SentProgress,
  type SentTrained,
  type SentTrainingPrice,
  type TrainResponse,
} from "@unseen/wire";
import { type Loss, lossOf } from "../datasets/offer.ts";
import { type Deadlines, isReplyLost, withAskId } from "../datasets/question-desk.ts";
import type { GridNode, NodeClients } from "../grid/grid-node.ts";
import type { RemoteFitRun, RemoteProgress } from "./remote-fit.ts";

/** Waits before a training is asked for again: a node that restarts has half a minute. */
export const pausesMs = [100, 1_000, 3_000, 10_000, 20_000] as const;

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
    if (signal?.aborted === true) {
      await stopTraining(place, askId);
      return err(stoppedHere(askId));
    }
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
  place: Place,
  recipe: LearningRecipe,
  askId: string,
  telling: TimeLeft,
  signal: AbortSignal | undefined,
): Promise<Result<AnsweredTraining, Problem>> {
  const { dataset, node } = place;
  const request = encodeTraining({ dataset, recipe }, askId);
  const open: OpenTraining = ({ learning }, options) => learning.train(request, options);
  const answer = await followTraining(place, open, (progress) => telling.tell(progress), signal);
  if (!answer.ok) return answer;
  if (answer.value !== undefined) return ok(answer.value);
  return err(problem("node-unreachable", `${node.url} ended its reply before the training was done`));
}

export type OpenTraining = (clients: NodeClients, options: CallOptions) => AsyncIterable<TrainResponse>;

/** What a node tells of a training, until it ends; undefined where it ended without an outcome. */
export async function followTraining(
  { node, deadlines }: Omit<Place, "dataset">,
  open: OpenTraining,
  tell: (progress: SentProgress) => void,
  signal: AbortSignal | undefined,
): Promise<Result<AnsweredTraining | undefined, Problem>> {
  let answer: Result<AnsweredTraining, Problem> | undefined;
  const take = (part: TrainResponse) => {
    const told = decodeTold(part);
    if (!told.ok) answer ??= told;
    else if (told.value.kind === "progress") tell(told.value.progress);
    else answer ??= ok({ trained: told.value.trained, remaining: lossOf(told.value.remaining) });
  };
  const reply = await node.follow(deadlines.answerDeadlineMs, open, take, signal);
  return answer ?? (reply.ok ? ok(undefined) : reply);
}

export async function stopTraining(
  { node, deadlines }: Omit<Place, "dataset">,
  askId: string,
): Promise<void> {
  await node.call(deadlines.deadlineMs, ({ learning }, options) => learning.stopTraining({ askId }, options));
}

export function stoppedHere(askId: string): Problem<"training-stopped"> {
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
