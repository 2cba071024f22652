// What runs a program many times on plain numbers, as training does: sizes are fixed, numbers change.

import type { Problem, Result } from "@unseen/base";
import type { Program } from "@unseen/program";
import type { Threads } from "./threads/thread.ts";

/** One tensor's numbers, row-major. A backend says in which precision it computes. */
export type Numbers = Float32Array | Float64Array;

export interface Backend {
  readonly name: "script" | "wasm" | "onnxruntime";
  readonly precision: "float32" | "float64";
  /**
   * Makes a program ready to run, once. Every shape must be known: a program over private rows is refused. Refuses an operation
   * that the backend does not have (`operation-unknown`), and what does not fit into its memory (`program-too-large`).
   */
  compile(program: Program): Promise<Result<Compiled, Problem>>;
  /** Where its programs can run several times at once. */
  readonly threads?: Threads;
}

export interface Compiled {
  /**
   * Runs on one value for each input's name; a name or a length that does not fit is a bug of the caller and throws.
   * The outputs in the program's order, which may change with the next run: who keeps them copies them. One run at a time.
   */
  run(inputs: ReadonlyMap<string, Numbers>): Promise<readonly Numbers[]>;
  /**
   * Where an input lies, on a backend that says so: what is written there stays there from run to run, and a run that is given this
   * very array copies nothing. It keeps the memory of the whole program alive.
   */
  placeOf?(input: string): Float32Array | undefined;
  /** Gives the memory back. */
  close(): void;
}
