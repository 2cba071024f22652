// Two ends of a link inside one thread.

import { Arrivals, type Link, linkRoom } from "./link.ts";

/** What one end sends, the other is told once the present piece of work is done; never while `send` runs. */
export function memoryLinks(): readonly [Link, Link] {
  const [one, other] = [new End(), new End()];
  one.other = other;
  other.other = one;
  return [one, other];
}

class End implements Link {
  other!: End;
  readonly #arrivals = new Arrivals();
  #queue: Uint8Array[] = [];
  #isOver = false;

  send(block: Uint8Array<ArrayBuffer>): void {
    if (!this.#isOver) this.other.#enqueue(block.subarray(linkRoom));
  }

  #enqueue(frame: Uint8Array): void {
    if (this.#queue.push(frame) === 1) soon(() => this.#deliver());
  }

  #deliver(): void {
    const frames = this.#queue;
    for (let at = 0; at < frames.length; at += 1) this.#arrivals.arrived(frames[at]!);
    this.#queue = [];
  }

  listen(listener: Parameters<Link["listen"]>[0]): void {
    this.#arrivals.listen(listener);
  }

  hold(): void {
    this.#arrivals.hold();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { other } = this;
    soon(() => soon(() => other.#lose()));
  }

  cut(): void {
    this.#arrivals.mute();
    this.end();
  }

  #lose(): void {
    this.#isOver = true;
    this.#arrivals.lost();
  }
}

/** Once the present piece of work is done, before anything that waits for the outside. */
function soon(run: () => void): void {
  void Promise.resolve().then(run);
}
