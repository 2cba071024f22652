// Who may begin next. Planning, pricing and running programs hold the process for up to a few tenths of a second
// each, and whoever sends a hundred at once would hold everybody up for all of them. So one of them begins in
// each turn of the event loop, and accounts take it in turns: another account waits for one call of each, and
// calls that are not much work go on in between.

import { type Program, sizeOf } from "@unseen/program";

/** A call that held everybody up for longer is followed by a rest: a small call takes several turns of the event loop. */
const longMs = 5;
/** Of the time that the call took. In a tenth of it a dozen small calls are answered from end to end. */
const restShare = 0.1;

export class Turns {
  /** What waits to begin, by account; the account that waits longest for its next turn is the first. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #isTurning = false;

  /** Resolves when the account's next call may begin. It begins at once, and what it does before it waits is its turn. */
  next(account: string): Promise<void> {
    return new Promise((begin) => {
      const waiting = this.#waiting.get(account);
      if (waiting === undefined) this.#waiting.set(account, [begin]);
      else waiting.push(begin);
      if (this.#isTurning) return;
      this.#isTurning = true;
      setImmediate(() => this.#turn());
    });
  }

  #turn(): void {
    const [[account, calls] = []] = this.#waiting;
    if (account === undefined || calls === undefined) {
      this.#isTurning = false;
      return;
    }
    this.#waiting.delete(account);
    const beganMs = performance.now();
    calls.shift()?.();
    if (calls.length > 0) this.#waiting.set(account, calls);
    setImmediate(() => this.#rest(performance.now() - beganMs));
  }

  #rest(tookMs: number): void {
    if (tookMs < longMs) this.#turn();
    else setTimeout(() => this.#turn(), tookMs * restShare);
  }
}

/** Numbers in all results of a program, a row counted once, below which planning takes a few milliseconds at most. */
const mostQuick = 4_096;

/** Whether an ask is so little work before its charge that it need not wait, and is charged in a group with others. */
export function isQuick({ shapes }: Pick<Program, "shapes">): boolean {
  let numbers = 0;
  for (const shape of shapes) {
    numbers += 1 + sizeOf(shape.map((size) => (size === "rows" ? 1 : size)));
    if (numbers > mostQuick) return false;
  }
  return true;
}
