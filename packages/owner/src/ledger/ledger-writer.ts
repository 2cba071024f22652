// Many callers, one fsync. What is submitted while the event loop turns once, or while an earlier group waits
// for the disk, is written in one transaction. A commit costs 0.2 to 5 ms of disk; a write inside a group
// costs microseconds.

import type { Clock } from "@unseen/base";
import { LedgerGroup } from "./ledger-group.ts";
import type { Decision, LedgerRows, LedgerTables, Wanted } from "./ledger-tables.ts";

/** Bounds how long one transaction holds the event loop and the lock: about ten milliseconds of work. */
const largestGroup = 512;

type Job = {
  readonly wanted: Wanted;
  /** Does the work and returns what tells the caller its outcome, to be called after the commit. */
  readonly work: (group: LedgerGroup) => () => void;
  readonly fail: (error: unknown) => void;
};

export class LedgerWriter {
  readonly #tables: LedgerTables;
  readonly #clock: Clock;
  #waiting: Job[] = [];
  #isDraining = false;

  constructor(tables: LedgerTables, clock: Clock) {
    this.#tables = tables;
    this.#clock = clock;
  }

  /**
   * Runs `work` in the next transaction, after the work submitted before it. Resolves when the transaction is
   * on the disk; rejects with the error that rolled it back, for every member of the group.
   */
  submit<T>(wanted: Wanted, work: (group: LedgerGroup) => T): Promise<T> {
    return new Promise<T>((settle, fail) => {
      const decide = (group: LedgerGroup) => {
        const outcome = work(group);
        return () => settle(outcome);
      };
      this.#waiting.push({ wanted, work: decide, fail });
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
      const settled = await this.#tables.write(
        allWanted(jobs),
        decided(this.#clock, (group) => jobs.map((job) => job.work(group))),
      );
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

/** What a transaction runs: the work on a group of its own, and what the group then has to write. */
function decided<T>(clock: Clock, work: (group: LedgerGroup) => T): (rows: LedgerRows) => Decision<T> {
  return (rows) => {
    const group = new LedgerGroup(rows, clock.nowMs());
    return { value: work(group), writes: group.writes() };
  };
}

function allWanted(jobs: readonly Job[]): Wanted {
  return {
    asks: jobs.flatMap(({ wanted }) => wanted.asks ?? []),
    serials: jobs.flatMap(({ wanted }) => wanted.serials ?? []),
    lines: jobs.flatMap(({ wanted }) => wanted.lines ?? []),
    histories: jobs.flatMap(({ wanted }) => wanted.histories ?? []),
  };
}
