// The same question sent twice at once is answered once: the second waits for the first. Across processes
// the ledger sees to it (one charge an ask, the first recorded answer stands); this saves the work.

export class SingleFlight<T> {
  readonly #underway = new Map<string, Promise<T>>();

  run(key: string, start: () => Promise<T>): Promise<T> {
    const running = this.#underway.get(key);
    if (running !== undefined) return running;
    const started = start().finally(() => this.#underway.delete(key));
    this.#underway.set(key, started);
    return started;
  }
}
