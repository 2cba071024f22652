import { invariant } from "./invariant.ts";

/** A value that a second use would ruin: a mask, a nonce, a noised answer before it is recorded. */
export class Once<T> {
  #held: { readonly value: T } | undefined;

  constructor(value: T) {
    this.#held = { value };
  }

  /** Hands the value out the first time and throws every time after. */
  take(): T {
    invariant(this.#held !== undefined, "a once-value was taken twice");
    const { value } = this.#held;
    this.#held = undefined;
    return value;
  }
}
