// What the attacker and the synthetic people draw. It decides nothing that protects anybody.

import type { Entropy } from "@unseen/base";

export class Dice {
  readonly #entropy: Entropy;
  readonly #words = new Uint32Array(256);
  #next = 256;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  /** In [0, 1). */
  unit(): number {
    if (this.#next >= this.#words.length) {
      this.#entropy.fill(new Uint8Array(this.#words.buffer));
      this.#next = 0;
    }
    return this.#words[this.#next++]! / 2 ** 32;
  }

  between(least: number, greatest: number): number {
    return least + this.unit() * (greatest - least);
  }

  coin(): boolean {
    return this.unit() < 0.5;
  }

  below(count: number): number {
    return Math.floor(this.unit() * count);
  }
}
