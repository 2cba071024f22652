// At most so many at once for each asker; who comes later waits. Rows that are worked on in script are held in
// memory, up to 72 MiB a question with a thousand columns, so a hundred at once would not fit.

export class Lanes {
  readonly #mostEach: number;
  readonly #busy = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  constructor(mostEach: number) {
    this.#mostEach = mostEach;
  }

  async run<T>(asker: string, work: () => Promise<T>): Promise<T> {
    const lane = this.#busy.get(asker) ?? { running: 0, waiting: [] };
    this.#busy.set(asker, lane);
    // A place is handed over, not freed: nobody who comes later can take it in between.
    if (lane.running >= this.#mostEach) await new Promise<void>((begin) => lane.waiting.push(begin));
    else lane.running += 1;
    try {
      return await work();
    } finally {
      const next = lane.waiting.shift();
      if (next !== undefined) next();
      else if (--lane.running === 0) this.#busy.delete(asker);
    }
  }
}
