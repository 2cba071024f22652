// Noise for error bars alone. It is added to what has been released already and protects nobody, so a
// floating-point draw is good enough and a hundred times faster than the exact one.

import type { Entropy } from "@unseen/base";
import { rationalFromStored, rationalToNumber } from "../budget/rational.ts";
import type { Measurement } from "../mechanisms/measurement.ts";

const drawsAtOnce = 256;

export class NoiseForError {
  readonly #draw: (u: number, v: number) => number;
  readonly #entropy: Entropy;
  readonly #words = new Uint32Array(2 * drawsAtOnce);
  #next = 2 * drawsAtOnce;

  readonly #summands: number;

  constructor({ event, summands }: Measurement, entropy: Entropy) {
    this.#entropy = entropy;
    this.#summands = summands;
    if (event.mechanism === "discrete-laplace") {
      const scale = rationalToNumber(rationalFromStored(event.scale));
      this.#draw = (u, v) => scale * Math.log(u / v);
    } else {
      const sigma = Math.sqrt(rationalToNumber(rationalFromStored(event.sigmaSquared)));
      this.#draw = (u, v) => sigma * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    }
  }

  /** In grid units. Laplace: a difference of two exponentials; Gaussian: Box and Muller 1958. */
  draw(): number {
    let total = 0;
    for (let one = 0; one < this.#summands; one += 1) total += this.#drawOne();
    return total;
  }

  #drawOne(): number {
    if (this.#next >= this.#words.length) {
      this.#entropy.fill(new Uint8Array(this.#words.buffer));
      this.#next = 0;
    }
    const uniform = () => (this.#words[this.#next++]! + 0.5) / 2 ** 32;
    return this.#draw(uniform(), uniform());
  }
}
