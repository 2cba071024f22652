// Where the runs of a step are made: here, or in several threads at once as soon as there are at least two.

import {
  type Backend,
  type Compiled,
  CompiledInThread,
  canShareMemory,
  type Threads,
  workOf,
} from "@unseen/compute";
import { type Program, sizeOf } from "@unseen/program";

/** Steps of a run, about half a millisecond of them: below, telling a thread takes longer than it saves. */
const leastWork = 4_000_000;
/** Steps for each number that goes there or comes back: dense networks have about a hundred, and convolutions thousands. */
const leastWorkANumber = 400;

export class Lanes {
  readonly #own: Compiled;
  readonly #threads: readonly CompiledInThread[];
  readonly #turn: () => Promise<void>;

  /** `runsEach` is how many runs most steps have. Nothing waits for threads to come up, and none may ever. */
  constructor(own: Compiled, program: Program, { threads }: Backend, runsEach: number) {
    this.#own = own;
    this.#turn = threads?.turn ?? (async () => {});
    const count = Math.min(threads?.count ?? 1, runsEach);
    const areWorthIt = threads !== undefined && count > 1 && canShareMemory() && isWorthTelling(program);
    this.#threads = areWorthIt ? startedOn(program, threads, count) : [];
  }

  /** Those that a step may use now. Where threads run, this one only hands out and adds up. */
  async now(): Promise<readonly Compiled[]> {
    // Nothing else of a training here waits for what only comes with a turn of the event loop.
    if (this.#threads.some(({ state }) => state === "starting")) await this.#turn();
    const ready = this.#threads.filter(({ state }) => state === "ready");
    return ready.length > 1 ? ready : [this.#own];
  }

  close(): void {
    for (const compiled of [this.#own, ...this.#threads]) compiled.close();
  }
}

/** As many as can be started: a platform may refuse a thread, or the memory for one. */
function startedOn(program: Program, threads: Threads, count: number): readonly CompiledInThread[] {
  const started: CompiledInThread[] = [];
  try {
    while (started.length < count) started.push(new CompiledInThread(program, threads.start()));
  } catch {
    // The training goes on with those that are there.
  }
  return started;
}

function isWorthTelling(program: Program): boolean {
  const { nodes, shapes, outputs } = program;
  const shared = [...nodes.flatMap(({ kind }, at) => (kind === "input" ? [at] : [])), ...outputs];
  const numbers = shared.reduce((total, at) => total + sizeOf(shapes[at]!.map(Number)), 0);
  return workOf(program) >= Math.max(leastWork, leastWorkANumber * numbers);
}
