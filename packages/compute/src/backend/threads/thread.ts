// Threads of a platform, where programs run beside the one that asks. Numbers lie in memory that both share; messages only say
// whose turn it is.

import type { Program } from "@unseen/program";

export type SharedNumbers = Float32Array<SharedArrayBuffer>;

export type ToThread =
  | {
      readonly kind: "compile";
      readonly program: Program;
      readonly inputs: ReadonlyMap<string, SharedNumbers>;
      readonly outputs: readonly SharedNumbers[];
    }
  | { readonly kind: "run" };

/** After "compile" ready or refused, after each "run" done. "ended" may come at any time, and is the last. */
export type FromThread = "ready" | "refused" | "done" | "ended";

/** A thread that runs `serveThread`, seen from the one that asks. */
export type Thread = {
  post(message: ToThread): void;
  /** Called once. */
  listen(listener: (message: FromThread) => void): void;
  /** Gives back all that it holds. */
  end(): void;
};

/** Threads that a platform has. */
export type Threads = {
  /** For one program at most. */
  readonly count: number;
  start(): Thread;
  /** Resolves in a later turn of the event loop, in which messages have come in. */
  turn(): Promise<void>;
};

/** A page has shared memory where it is isolated from other origins, Node always. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer === "function";
}
