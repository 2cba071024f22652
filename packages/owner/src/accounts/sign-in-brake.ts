// Slows down guessing. After five failures in a row for a name, each further try must wait twice as long as
// the one before, up to a minute. Names that nobody has are braked alike. A stranger can so keep a person
// from signing in for up to a minute at a time; sessions that are open are not touched.

import type { Clock } from "@unseen/base";

const freeFailures = 5;
const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
/** A try is checked at some 28 a second, so pushing a name out takes longer than its longest wait. */
const mostNames = 10_000;

type Failures = { readonly count: number; readonly openAtMs: number };

export class SignInBrake {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Milliseconds that this name must still wait; 0 if it may try now, and then the try counts as a failure until
   * `succeeded`. Counted beforehand, because a hundred parallel tries would otherwise all come before the first
   * failure.
   */
  attempt(name: string): number {
    const now = this.#clock.nowMs();
    const key = name.toLowerCase();
    const { count, openAtMs } = this.#failures.get(key) ?? { count: 0, openAtMs: 0 };
    // A clock set back must not lock anybody out for longer than the longest wait.
    const waitMs = Math.min(openAtMs - now, longestWaitMs);
    if (waitMs > 0) return waitMs;
    const next = count + 1;
    const brakeMs =
      next < freeFailures ? 0 : Math.min(firstWaitMs * 2 ** (next - freeFailures), longestWaitMs);
    this.#failures.delete(key); // moves the name to the end: the first in the map is the oldest
    this.#failures.set(key, { count: next, openAtMs: now + brakeMs });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > mostNames && oldest !== undefined) this.#failures.delete(oldest);
    return 0;
  }

  succeeded(name: string): void {
    this.#failures.delete(name.toLowerCase());
  }
}
