// Noise for error bars alone. It is added to what has been released already and protects nobody, so a
// floating-point draw is good enough and a hundred times faster than the exact one.

import type { Entropy } from "@unseen/base";
import { rationalFromStored, rationalToNumber } from "../budget/rational.ts";
import type { Measurement } from "../mechanisms/measurement.ts";

const drawsAtOnce = 256;

export class NoiseForError {
  readonly #draw: () => number;
  readonly #entropy: Entropy;
  readonly #words = new Uint32Array(2 * drawsAtOnce);
  #next = 2 * drawsAtOnce;

  constructor({ event, noises }: Measurement, entropy: Entropy) {
    this.#entropy = entropy;
    if (event.mechanism === "discrete-laplace") {
      const scale = rationalToNumber(rationalFromStored(event.scale));
      this.#draw = () => scale * this.#laplaces(noises);
    } else {
      const sigma = Math.sqrt(rationalToNumber(rationalFromStored(event.sigmaSquared)) * noises);
      this.#draw = () => sigma * this.#normal();
    }
  }

  /** In grid units. */
  draw(): number {
    return this.#draw();
  }

  /** So many Laplace noises of scale 1 added up. Whole ones are differences of two exponentials; a part of one has a gamma variable as its variance. */
  #laplaces(count: number): number {
    let total = 0;
    for (let whole = 1; whole <= count; whole += 1) total += Math.log(this.#uniform() / this.#uniform());
    const part = count - Math.floor(count);
    return part === 0 ? total : total + Math.sqrt(2 * this.#gamma(part)) * this.#normal();
  }

  /** A gamma variable of a shape below one (Ahrens and Dieter 1974). */
  #gamma(shape: number): number {
    const edge = 1 + shape / Math.E;
    for (;;) {
      const from = edge * this.#uniform();
      if (from <= 1) {
        const x = from ** (1 / shape);
        if (-Math.log(this.#uniform()) >= x) return x;
      } else {
        const x = -Math.log((edge - from) / shape);
        if (this.#uniform() <= x ** (shape - 1)) return x;
      }
    }
  }

  /** Box and Muller 1958. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(this.#uniform())) * Math.cos(2 * Math.PI * this.#uniform());
  }

  #uniform(): number {
    if (this.#next >= this.#words.length) {
      this.#entropy.fill(new Uint8Array(this.#words.buffer));
      this.#next = 0;
    }
    return (this.#words[this.#next++]! + 0.5) / 2 ** 32;
  }
}
