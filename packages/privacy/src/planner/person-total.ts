import type { AcrossPeople } from "./contribution.ts";

/**
 * Where an element stands in a person's own order, the least first. It may depend on the person and the element
 * and on nothing else: neither on a value nor on where a row lies.
 */
export type Rank = (person: string, element: number) => bigint;

/**
 * Adds up the rows of one person after the other, and adds to the sums what is held of each. Memory and time follow
 * the elements that a person touches, and not how many there are.
 */
export class PersonTotal {
  readonly #across: AcrossPeople;
  readonly #sums: BigInt64Array;
  /** Exact: a person's rows of 2^25 steps stay below 2^53 up to 2^28 of them, and past that the clamp has long held. */
  readonly #totals: Float64Array;
  readonly #isTouched: Uint8Array;
  #touched: number[] = [];
  #whose: string | undefined;
  #rank: Rank | undefined;

  constructor(across: AcrossPeople, sums: BigInt64Array) {
    this.#across = across;
    this.#sums = sums;
    this.#totals = new Float64Array(sums.length);
    this.#isTouched = new Uint8Array(sums.length);
  }

  /** The rows from here on are this person's; `undefined` is somebody new each time. */
  begin(whose: string | undefined, rank: Rank): void {
    if (whose !== undefined && whose === this.#whose) return;
    this.end();
    this.#whose = whose;
    this.#rank = rank;
  }

  add(element: number, steps: number): void {
    if (steps === 0) return;
    this.#totals[element]! += steps;
    if (this.#isTouched[element] === 1) return;
    this.#isTouched[element] = 1;
    this.#touched.push(element);
  }

  end(): void {
    const { least, greatest } = this.#across;
    const held = this.#touched
      .map((element) => ({
        element,
        steps: Math.min(Math.max(this.#totals[element]!, least[element]!), greatest[element]!),
      }))
      .filter(({ steps }) => steps !== 0);
    for (const { element, steps } of this.#counted(held)) this.#sums[element]! += BigInt(steps);
    for (const element of this.#touched) {
      this.#totals[element] = 0;
      this.#isTouched[element] = 0;
    }
    this.#touched = [];
    this.#whose = undefined;
  }

  #counted<T extends { readonly element: number }>(held: readonly T[]): readonly T[] {
    const { mostGroupsEach } = this.#across;
    if (held.length <= mostGroupsEach) return held;
    return held
      .map((one) => ({ one, rank: this.#rank!(this.#whose ?? "", one.element) }))
      .toSorted((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.one.element - b.one.element))
      .slice(0, mostGroupsEach)
      .map(({ one }) => one);
  }
}
