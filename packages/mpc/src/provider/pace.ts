import type { Place, RingMemory } from "@unseen/compute";

/**
 * The provider waits for nobody, so it would run ahead of the others by as much as they are slow. After this many bytes it
 * waits until the last party has come as far: less than a channel lets wait for a slow reader.
 */
const aheadAtMost = 64 * 2 ** 20;
/** What the last party then sends; what it says does not matter. */
const creditBytes = 16;

/** Both ends of the supply count alike, from public sizes. */
export class Pace {
  readonly #memory: RingMemory;
  #ahead = 0;

  constructor(memory: RingMemory) {
    this.#memory = memory;
  }

  /** A place for the credit that is due with this step, and otherwise nothing. */
  due(bytes: number): Place | undefined {
    this.#ahead += bytes;
    if (this.#ahead < aheadAtMost) return undefined;
    this.#ahead = 0;
    const credit = this.#memory.allocate(creditBytes);
    this.#memory.bytes(credit).fill(0);
    return credit;
  }
}
