// Many callers, one fsync. What is submitted while the event loop turns once, or while an earlier group waits
// for the disk, is written in one transaction. A commit costs 0.2 to 5 ms of disk; a write inside a group
// costs microseconds.

import type { Store } from "../store/index.ts";

/** Bounds how long one transaction holds the event loop and the lock: about ten milliseconds of work. */
const largestGroup = 512;

type Job<Group> = {
  /** Does the work and returns what tells the caller its outcome, to be called after the commit. */
  readonly work: (group: Group) => () => void;
  readonly fail: (error: unknown) => void;
};

/** What one transaction works on: made inside it, and asked to write what it gathered before the commit. */
export interface WriteGroup {
  finish(): void;
}

export class GroupCommit<Group extends WriteGroup> {
  readonly #store: Store;
  readonly #begin: () => Group;
  #waiting: Job<Group>[] = [];
  #isDraining = false;

  constructor(store: Store, begin: () => Group) {
    this.#store = store;
    this.#begin = begin;
  }

  /**
   * Runs `work` in the next transaction, after the work submitted before it. Resolves when the transaction is
   * on the disk; rejects with the error that rolled it back, for every member of the group.
   */
  submit<T>(work: (group: Group) => T): Promise<T> {
    return new Promise<T>((settle, fail) => {
      const decide = (group: Group) => {
        const outcome = work(group);
        return () => settle(outcome);
      };
      this.#waiting.push({ work: decide, fail });
      this.#drainSoon();
    });
  }

  #drainSoon(): void {
    if (this.#isDraining || this.#waiting.length === 0) return;
    this.#isDraining = true;
    setImmediate(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    const jobs = this.#waiting.splice(0, largestGroup);
    try {
      const settled = await this.#store.write(() => {
        const group = this.#begin();
        const decided = jobs.map((job) => job.work(group));
        group.finish();
        return decided;
      });
      for (const tell of settled) tell();
    } catch (error) {
      for (const job of jobs) job.fail(error);
    } finally {
      // Not in a loop: those just answered may submit again before the next turn, and belong in one group.
      this.#isDraining = false;
      this.#drainSoon();
    }
  }
}
