// Training where the rows are, as whoever has them types it. The work is `fit` of the room learning; here it gets this
// platform's randomness, clock and numbers.

import { type Backend, wasmBackend } from "@unseen/compute";
import {
  type Examples,
  type FitOptions,
  fit,
  type Layer,
  type PateOptions,
  pate,
  type Queries,
} from "@unseen/learning";
import { fastestBackend } from "#fastest-backend";
import { threadsHere } from "#threads";
import { entropy } from "../platform.ts";
import { orThrow } from "../refusals/ask-refused.ts";
import { TaughtModel } from "./taught-model.ts";
import { TrainedModel } from "./trained-model.ts";

export type HereOptions = FitOptions & {
  /** What computes. If left out, WebAssembly where there is `privacy`, and else the fastest that is installed. */
  readonly backend?: Backend;
  /**
   * Threads that share out a step's runs, where `backend` is left out and WebAssembly computes: in Node as many as there are
   * processors unless said, in a page one (`inThreads` of `unseen/threads`). The same numbers come out for any number of them.
   */
  readonly threads?: number;
};

export type TeachOptions = PateOptions & {
  /** What computes; WebAssembly if left out. */
  readonly backend?: Backend;
};

/** Layers one after the other. It holds no numbers: each `fit` gives a trained model. */
export class Model {
  readonly layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    this.layers = [...layers];
  }

  /**
   * Trains on examples that are here. With `privacy` whatever the trained model tells keeps `epsilon` for everybody whose
   * rows they are; without, it may hold any row. Throws an `AskRefused` with the problem where it cannot be done.
   */
  async fit(examples: Examples, options: HereOptions): Promise<TrainedModel> {
    const { backend = await backendFor(options), threads: _, ...rest } = options;
    const clock = { nowMs: () => performance.now() };
    const trained = orThrow(await fit(this.layers, examples, rest, { backend, entropy, clock }));
    return new TrainedModel(trained, backend, trained.epsilon);
  }

  /**
   * PATE: teachers of these layers learn from private examples, answer public queries by noised votes, and a student of the
   * same layers learns from the answers. What it gives keeps `epsilon` for everybody whose rows the examples are. Several
   * calls on the same people add up. Throws an `AskRefused` with the problem where it cannot be done.
   */
  async teach(examples: Examples, queries: Queries, options: TeachOptions): Promise<TaughtModel> {
    const { backend = wasmBackend, ...rest } = options;
    return new TaughtModel(
      orThrow(await pate(this.layers, examples, queries, rest, { backend, entropy })),
      backend,
    );
  }
}

/** A private training's noise counts on a backend that computes each row by itself. */
async function backendFor({ privacy, threads: count }: HereOptions): Promise<Backend> {
  const backend = privacy === undefined ? await fastestBackend() : wasmBackend;
  const threads = threadsHere(count);
  return threads === undefined || backend !== wasmBackend ? backend : { ...wasmBackend, threads };
}

/** A model of these layers, the first of which takes an example. */
export function sequential(layers: readonly Layer[]): Model {
  return new Model(layers);
}
