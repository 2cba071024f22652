import { invariant } from "@unseen/base";
import { type Program, sizeOf } from "@unseen/program";
import type { Compiled, Numbers } from "../backend.ts";
import { fixedSizes } from "../fixed-sizes.ts";
import type { FromThread, SharedNumbers, Thread } from "./thread.ts";

/** A program of fixed sizes, ready in a thread of its own or on the way to be. Its precision is float32. */
export class CompiledInThread implements Compiled {
  readonly #thread: Thread;
  readonly #inputs: ReadonlyMap<string, SharedNumbers>;
  readonly #outputs: readonly SharedNumbers[];
  #state: "starting" | "ready" | "over" = "starting";
  #settle: ((message: FromThread) => void) | undefined;

  constructor(program: Program, thread: Thread) {
    const sizes = fixedSizes(program);
    invariant(sizes.ok, "what was compiled elsewhere has fixed sizes");
    const shared = (node: number) => new Float32Array(new SharedArrayBuffer(4 * sizeOf(sizes.value[node]!)));
    this.#thread = thread;
    this.#inputs = new Map(
      program.nodes.flatMap((node, at) => (node.kind === "input" ? [[node.name, shared(at)] as const] : [])),
    );
    this.#outputs = program.outputs.map(shared);
    thread.listen((message) => this.#hear(message));
    thread.post({ kind: "compile", program, inputs: this.#inputs, outputs: this.#outputs });
  }

  /** "over" where it did not come up, or is no longer there. */
  get state(): "starting" | "ready" | "over" {
    return this.#state;
  }

  /** Rejects where the thread ends under way. */
  run(inputs: ReadonlyMap<string, Numbers>): Promise<readonly Numbers[]> {
    invariant(
      this.#state === "ready" && this.#settle === undefined,
      "a thread that is ready runs once at a time",
    );
    for (const [name, place] of this.#inputs) {
      const numbers = inputs.get(name);
      invariant(numbers?.length === place.length, "every input of a program has a value of its size");
      if (numbers !== place) place.set(numbers);
    }
    this.#thread.post({ kind: "run" });
    return new Promise((resolve, reject) => {
      this.#settle = (message) => {
        if (message === "done") resolve(this.#outputs);
        else reject(new Error("a thread of the training ended before it was through"));
      };
    });
  }

  placeOf(input: string): Float32Array | undefined {
    return this.#inputs.get(input);
  }

  close(): void {
    this.#state = "over";
    this.#thread.end();
  }

  #hear(message: FromThread): void {
    if (message === "ready") this.#state = "ready";
    if (message === "ended" || message === "refused") this.#state = "over";
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(message);
  }
}
