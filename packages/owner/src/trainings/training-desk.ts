// Trainings that run and wait: one runs at a time, others wait their turn in the order they came, and so many and no more.
// Whoever asks again for one that is underway takes part in it.

import { err, type Problem, problem, type Result } from "@unseen/base";
import { trainingBusy } from "./trainer.ts";
import type { TrainingPolicy } from "./training-policy.ts";

/** Where a training stands. Nothing in it depends on a row. */
export type TrainingStands = { readonly step: number; readonly epsilon: number; readonly waiting: number };
export type Listener = (stands: TrainingStands) => void;

/** How a training that is underway sees the desk. */
export type Place = {
  readonly signal: AbortSignal;
  tell(step: number, epsilon: number): void;
  /** Resolves when it may run; nobody else's runs until `leave`. */
  turn(): Promise<void>;
};

type Underway = {
  readonly key: string;
  readonly asker: string;
  readonly askId: string;
  readonly listeners: Set<Listener>;
  readonly stop: AbortController;
  /** Of the kind that the key stands for. */
  readonly outcome: Promise<Result<unknown, Problem>>;
  stands: TrainingStands;
};

/** Each beginning anew can be timed anew, at no charge. */
const mostStops = 5;
/** Of each a charge was made; the oldest are forgotten. */
const mostCounted = 10_000;

export class TrainingDesk {
  readonly #policy: TrainingPolicy;
  readonly #underway = new Map<string, Underway>();
  readonly #stops = new Map<string, number>();
  /** Who waits, in order; the first runs. */
  readonly #line: { readonly key: string; begin: () => void }[] = [];

  constructor(policy: TrainingPolicy) {
    this.#policy = policy;
  }

  /**
   * Begins it, or takes part in it where it is underway: what has one key has one kind of outcome. `training-busy` where there is no
   * room: nothing was begun.
   */
  async run<Outcome>(
    who: { readonly key: string; readonly asker: string; readonly askId: string },
    listener: Listener,
    begin: (place: Place) => Promise<Result<Outcome, Problem>>,
  ): Promise<Result<Outcome, Problem>> {
    if ((this.#stops.get(who.key) ?? 0) >= mostStops) return err(stoppedTooOften());
    const leaving = this.#underway.get(who.key);
    if (leaving?.stop.signal.aborted === true) {
      await leaving.outcome.catch(() => undefined);
      return this.run(who, listener, begin);
    }
    const underway = leaving ?? this.#begun(who, begin);
    if (underway === undefined)
      return err(trainingBusy("as many trainings run and wait as this owner allows"));
    underway.listeners.add(listener);
    if (underway.stands.step > 0 || underway.stands.waiting > 0) listener(underway.stands);
    try {
      return (await underway.outcome) as Result<Outcome, Problem>;
    } finally {
      underway.listeners.delete(listener);
    }
  }

  /** Ends a training of this asker's, where one is underway. */
  stop(asker: string, askId: string): boolean {
    const own = [...this.#underway.values()].filter((one) => one.asker === asker && one.askId === askId);
    for (const { key, stop } of own) {
      if (!stop.signal.aborted) this.#countStop(key);
      stop.abort();
    }
    return own.length > 0;
  }

  /** Ends them all; those that are paid for go on when the node is served again. */
  close(): void {
    for (const { stop } of this.#underway.values()) stop.abort(closing);
  }

  #countStop(key: string): void {
    const stops = (this.#stops.get(key) ?? 0) + 1;
    this.#stops.delete(key);
    if (this.#stops.size >= mostCounted) this.#stops.delete([...this.#stops.keys()][0]!);
    this.#stops.set(key, stops);
  }

  #begun(
    { key, asker, askId }: { readonly key: string; readonly asker: string; readonly askId: string },
    begin: (place: Place) => Promise<Result<unknown, Problem>>,
  ): Underway | undefined {
    const own = [...this.#underway.values()].filter((one) => one.asker === asker).length;
    if (this.#underway.size >= this.#policy.mostAtOnce || own >= this.#policy.mostEach) return undefined;
    // In the order they came, whatever is done before each one's turn.
    this.#line.push({ key, begin: () => undefined });
    const stop = new AbortController();
    const listeners = new Set<Listener>();
    const place: Place = {
      signal: stop.signal,
      tell: (step, epsilon) => this.#tell(key, { step, epsilon, waiting: 0 }),
      turn: () => this.#turn(key, stop.signal),
    };
    // Not before this call has come back: what is begun may tell at once.
    const outcome = Promise.resolve()
      .then(() => begin(place))
      .finally(() => this.#leave(key));
    const underway = {
      key,
      asker,
      askId,
      listeners,
      stop,
      outcome,
      stands: { step: 0, epsilon: 0, waiting: 0 },
    };
    this.#underway.set(key, underway);
    return underway;
  }

  /** Who was stopped goes on at once, to leave. */
  #turn(key: string, stopped: AbortSignal): Promise<void> {
    const at = this.#line.findIndex((one) => one.key === key);
    if (at > 0) this.#tell(key, { step: 0, epsilon: 0, waiting: at });
    return new Promise((begin) => {
      stopped.addEventListener("abort", () => begin(), { once: true });
      if (at <= 0 || stopped.aborted) begin();
      else this.#line[at]!.begin = begin;
    });
  }

  #leave(key: string): void {
    this.#underway.delete(key);
    const at = this.#line.findIndex((one) => one.key === key);
    if (at < 0) return;
    this.#line.splice(at, 1);
    if (at === 0) this.#line[0]?.begin();
    for (const [waiting, one] of this.#line.entries())
      if (waiting > 0 || at === 0) this.#tell(one.key, { step: 0, epsilon: 0, waiting });
  }

  #tell(key: string, stands: TrainingStands): void {
    const underway = this.#underway.get(key);
    if (underway === undefined) return;
    underway.stands = stands;
    for (const listener of underway.listeners) listener(stands);
  }
}

const closing = Symbol("the node closes");

/** Whether the asker, and not the node's closing, ended it. */
export function isStoppedByAsker(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason !== closing;
}

function stoppedTooOften(): Problem<"training-stopped"> {
  return problem("training-stopped", `its asker stopped it ${mostStops} times, and it is not begun again`, {
    hint: "ask under another ask id, at a charge of its own",
  });
}

export function trainingStopped(): Problem<"training-stopped"> {
  return problem(
    "training-stopped",
    "the training was stopped by its asker; what was charged stays charged",
    {
      hint: "ask again under the same ask id and it goes on, at no further charge",
    },
  );
}
