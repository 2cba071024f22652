// Passwords are kept as argon2id hashes and checked two at a time, so that signing in cannot starve questions
// of memory or cores. Whoever comes when the queue is full is told to come back.

import { hash, verify } from "@node-rs/argon2";
import type { Entropy } from "@unseen/base";

/**
 * 46 MiB, one pass, one lane: the first of the equivalent settings of the OWASP Password Storage Cheat Sheet
 * (2024), a memory-hard point of RFC 9106. 72 ms a check on one 2.8 GHz core, measured 2026-11.
 * The library's default algorithm is argon2id.
 */
const cost = { memoryCost: 47_104, timeCost: 1, parallelism: 1, outputLen: 32 } as const;

/** RFC 9106, section 3.1: 16 bytes of salt are recommended for password hashing. */
const saltBytes = 16;

/** Two: one for each core of the smallest machine we serve from, 92 MiB together. */
const atOnce = 2;
/** Sixteen wait at most a second. */
const longestQueue = 16;

/** NIST SP 800-63B asks for at least 8 and for no rules on what is in it; this project asks for 10. */
export const shortestPassword = 10;
/** Longer ones would only let a stranger make us hash megabytes. */
const longestPassword = 1024;

export function isAcceptable(password: string): boolean {
  return [...password].length >= shortestPassword && password.length <= longestPassword;
}

export class Passwords {
  readonly #entropy: Entropy;
  readonly #stranger: Promise<string>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
    // Made before anyone asks, so that the first unknown name does not take longer than a known one.
    this.#stranger = hash(entropy.fill(new Uint8Array(32)), { ...cost, salt: this.#salt() });
  }

  /** True while the queue is full; a caller who checks first is sure of a place. */
  get isBusy(): boolean {
    return this.#waiting.length >= longestQueue;
  }

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password.normalize("NFKC"), { ...cost, salt: this.#salt() }));
  }

  /** `held` is undefined for a name that nobody has: the same work is done, and the answer is no. */
  async verify(held: string | undefined, password: string): Promise<boolean> {
    const tried = password.slice(0, longestPassword).normalize("NFKC");
    const isRight = await this.#inTurn(async () => verify(held ?? (await this.#stranger), tried));
    return isRight && held !== undefined && password.length <= longestPassword;
  }

  #salt(): Uint8Array {
    return this.#entropy.fill(new Uint8Array(saltBytes));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    // A place is handed over, not freed: nobody who comes later can take it in between.
    if (this.#running >= atOnce) await new Promise<void>((resume) => this.#waiting.push(resume));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
