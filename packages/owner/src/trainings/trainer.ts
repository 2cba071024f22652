// Threads for trainings: one that prices, which stays, and one for each training that runs, which ends with it.

import { Worker } from "node:worker_threads";
import { err, type Problem, problem, type Result } from "@unseen/base";
import type { Answers } from "@unseen/learning";
import { notComputed, type TrainingRows } from "../engine/index.ts";
import { digestOfData } from "./digest-of-data.ts";
import type { PricedTeaching, TeachingSetup } from "./teaching-setup.ts";
import type { PricedSetup, TrainingSetup } from "./training-setup.ts";
import type { ThreadJob, ThreadReply, TrainedWeights } from "./training-thread.ts";

export type TrainingRun = {
  readonly setup: TrainingSetup;
  readonly noiseMultiplier: number;
  readonly rows: TrainingRows;
  readonly checkpoint: Uint8Array | undefined;
  /** Awaited before the steps that it holds are told. */
  readonly saveCheckpoint: (bytes: Uint8Array) => Promise<void>;
  readonly onProgress: (step: number, epsilon: number) => void;
  readonly signal: AbortSignal;
};

export type TeachingRun = {
  readonly setup: TeachingSetup;
  readonly rows: TrainingRows;
  readonly onProgress: (teachers: number) => void;
  readonly signal: AbortSignal;
};

/** Teachers' votes, with this owner's noise on them, to be added up with other owners'. */
export type VotesRun = TeachingRun & {
  /** How many owners' noises are a whole. */
  readonly parts: number;
};

/** Prices and runs trainings. What comes back holds nothing that was not noised. */
export interface Trainer {
  /** `training-busy` where the asker has prices underway. */
  price(setup: TrainingSetup, asker: string): Promise<Result<PricedSetup, Problem>>;
  priceTeaching(setup: TeachingSetup, asker: string): Promise<Result<PricedTeaching, Problem>>;
  /** `answer-not-computed` where it ended without a result: nothing was told of it. */
  train(run: TrainingRun): Promise<Result<TrainedWeights, Problem>>;
  teach(run: TeachingRun): Promise<Result<Answers, Problem>>;
  /** Noised counts, one query after the other, as `sharedVotes` releases them. */
  countVotes(run: VotesRun): Promise<Result<readonly bigint[], Problem>>;
  close(): void;
}

type PricingJob = Extract<ThreadJob, { kind: "price" | "price-teaching" }>;
/** Of the kind that its job asks for. */
type Priced = Result<PricedSetup | PricedTeaching, Problem>;

/** Loading takes a second; a machine under load is allowed for. */
const startMs = 60_000;
/** Looking for the noise of many steps takes ten seconds on a machine at rest. */
const priceMs = 120_000;
/** Of one asker, at once. */
const mostPricesEach = 2;
/** Prices that are kept: each is some hundred bytes. */
const mostKept = 512;

export class ThreadTrainer implements Trainer {
  #pricing: Promise<Worker | undefined> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  readonly #running = new Set<Worker>();
  readonly #asking = new Map<string, number>();
  readonly #known = new Map<string, Priced>();

  price(setup: TrainingSetup, asker: string): Promise<Result<PricedSetup, Problem>> {
    return this.#inTurn({ kind: "price", setup }, asker) as Promise<Result<PricedSetup, Problem>>;
  }

  priceTeaching(setup: TeachingSetup, asker: string): Promise<Result<PricedTeaching, Problem>> {
    return this.#inTurn({ kind: "price-teaching", setup }, asker) as Promise<Result<PricedTeaching, Problem>>;
  }

  train({
    saveCheckpoint,
    onProgress,
    signal,
    ...job
  }: TrainingRun): Promise<Result<TrainedWeights, Problem>> {
    return this.#ran({ kind: "train", ...job }, signal, (reply, worker, resolve) => {
      if (reply.kind === "checkpoint") {
        saveCheckpoint(reply.bytes).then(
          () => worker.postMessage({ kind: "saved" } satisfies ThreadJob),
          () => resolve(err(notComputed())),
        );
      } else if (reply.kind === "progress") onProgress(reply.step, reply.epsilon);
      else if (reply.kind === "trained") resolve(reply.trained);
    });
  }

  teach({ onProgress, signal, ...job }: TeachingRun): Promise<Result<Answers, Problem>> {
    return this.#ran({ kind: "teach", ...job }, signal, (reply, _, resolve) => {
      if (reply.kind === "progress") onProgress(reply.step);
      else if (reply.kind === "taught") resolve(reply.taught);
    });
  }

  countVotes({ onProgress, signal, ...job }: VotesRun): Promise<Result<readonly bigint[], Problem>> {
    return this.#ran({ kind: "count-votes", ...job }, signal, (reply, _, resolve) => {
      if (reply.kind === "progress") onProgress(reply.step);
      else if (reply.kind === "counted") resolve(reply.counted);
    });
  }

  close(): void {
    for (const worker of this.#running) void worker.terminate();
    void this.#pricing?.then((worker) => worker?.terminate());
  }

  /** One at a time; each waits for those before it. The same setup is priced once. */
  async #inTurn(job: PricingJob, asker: string): Promise<Priced> {
    const underway = this.#asking.get(asker) ?? 0;
    if (underway >= mostPricesEach) return err(trainingBusy("prices of yours are being found out already"));
    this.#asking.set(asker, underway + 1);
    try {
      const priced = this.#last.then(() => this.#priced(job));
      // One that fails has no say in those after it.
      this.#last = priced.catch(() => undefined);
      return await priced;
    } finally {
      const left = this.#asking.get(asker)! - 1;
      if (left === 0) this.#asking.delete(asker);
      else this.#asking.set(asker, left);
    }
  }

  async #priced(job: PricingJob): Promise<Priced> {
    const key = digestOfData(job);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#pricing ??= started();
    const worker = await this.#pricing;
    const reply = worker && (await asked(worker, job, priceMs));
    if (reply?.kind !== "priced") {
      this.#pricing = undefined;
      await worker?.terminate();
      return err(notPriced());
    }
    if (this.#known.size >= mostKept) this.#known.clear();
    this.#known.set(key, reply.priced);
    return reply.priced;
  }

  async #ran<Made>(
    job: ThreadJob,
    signal: AbortSignal,
    hear: (reply: ThreadReply, worker: Worker, resolve: (made: Result<Made, Problem>) => void) => void,
  ): Promise<Result<Made, Problem>> {
    const worker = await started();
    if (worker === undefined) return err(notComputed());
    this.#running.add(worker);
    try {
      return await new Promise((resolve) => {
        const fail = () => resolve(err(notComputed()));
        worker.on("error", fail).on("exit", fail);
        worker.on("message", (reply: ThreadReply) => hear(reply, worker, resolve));
        signal.addEventListener("abort", fail, { once: true });
        if (signal.aborted) return fail();
        worker.postMessage(job);
      });
    } finally {
      this.#running.delete(worker);
      void worker.terminate();
    }
  }
}

async function started(): Promise<Worker | undefined> {
  // Beside this file, in the sources as in the build.
  const file = import.meta.url.endsWith(".ts") ? "./training-thread.ts" : "./training-thread.js";
  const worker = new Worker(new URL(file, import.meta.url), { env: {}, stdout: true, stderr: true });
  worker.unref();
  if ((await nextReply(worker, startMs))?.kind === "ready") return worker;
  await worker.terminate();
  return undefined;
}

async function asked(worker: Worker, job: ThreadJob, withinMs: number): Promise<ThreadReply | undefined> {
  const reply = nextReply(worker, withinMs);
  worker.postMessage(job);
  return reply;
}

/** Undefined when the thread ends or says nothing in time. Never rejects. */
function nextReply(worker: Worker, withinMs: number): Promise<ThreadReply | undefined> {
  return new Promise((resolve) => {
    const settle = (reply: ThreadReply | undefined) => {
      clearTimeout(timer);
      worker.off("message", settle).off("error", ended).off("exit", ended);
      resolve(reply);
    };
    const ended = () => settle(undefined);
    const timer = setTimeout(ended, withinMs);
    worker.on("message", settle).on("error", ended).on("exit", ended);
  });
}

export function trainingBusy(why: string): Problem<"training-busy"> {
  return problem("training-busy", why, { hint: "ask again later under the same ask id" });
}

function notPriced(): Problem<"training-too-large"> {
  return problem("training-too-large", "what the training costs could not be found out in time", {
    hint: "fewer steps, or a noise multiplier in the place of an epsilon; nothing was charged",
  });
}
