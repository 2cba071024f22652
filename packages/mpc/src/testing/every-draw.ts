// Streams that do not draw but count: run by run and element by element, every value that all draws of a computation could
// have together comes up exactly once.
//
// Sums, differences and products modulo 2^64 are those modulo 2^k in the lowest k bits, and multiples of 2^(64-k) are
// closed under sums. So a draw takes the values of few digits, and the real code computes in a ring that small.

import { invariant } from "@unseen/base";
import type { Place, RingMemory } from "@unseen/compute";
import type { SeedStream } from "../session/seed-stream.ts";

/** Elements of one run, each with draws of its own: whole blocks of planes, and one piece of `ReplicatedMasks`. */
export const elements = 1024;
const elementDigits = 10;

/** The digits of a word that count: `bits` of them, from bit `shift` on. A draw without digits is always zero. */
export type Digits = { readonly bits: number; readonly shift: number };

/** What a place in memory holds, digit by digit: of every element, or the same for all. */
type Unit = { readonly kind: "words" | "plane" | "scalar"; readonly at: number };

export function unitsOf(place: Place): readonly Unit[] {
  const [words, plane] = [8 * elements, elements / 8];
  const [kind, size] =
    place.bytes % words === 0
      ? (["words", words] as const)
      : place.bytes % plane === 0
        ? (["plane", plane] as const)
        : (["scalar", 8] as const);
  return Array.from({ length: place.bytes / size }, (_, unit) => ({ kind, at: place.at + unit * size }));
}

type Draw = {
  readonly units: readonly (readonly number[])[];
  readonly digits: Digits;
  readonly isEach: boolean;
};

export class EveryDraw {
  readonly #digitsOf: (stream: number, ordinal: number) => Digits;
  readonly #reused: (stream: number, ordinal: number) => number;
  /** What each draw has of the count, by its stream and its place in it: found in the first run. */
  readonly #draws = new Map<string, Draw>();
  #isFound = false;
  #each = 0;
  #scalars = 0;
  #run = 0;
  #ordinals: Map<string, number> = new Map();

  constructor(
    digitsOf: (stream: number, ordinal: number) => Digits,
    reused: (stream: number, ordinal: number) => number = (_, ordinal) => ordinal,
  ) {
    this.#digitsOf = digitsOf;
    this.#reused = reused;
  }

  /** How many runs there are, known after the first. */
  get runs(): number {
    const digits = Math.max(this.#each, elementDigits) + this.#scalars;
    invariant(digits <= 21, `${digits} binary digits are too many to count through`);
    return 2 ** (digits - elementDigits);
  }

  begin(run: number): void {
    this.#isFound ||= run > 0;
    this.#run = run;
    this.#ordinals = new Map();
  }

  /** `seen` hears of each draw once it is written. */
  stream(
    memory: RingMemory,
    holder: number,
    stream: number,
    seen: (name: string, place: Place) => void,
  ): SeedStream {
    return {
      next: (place) => {
        const held = `${holder} ${stream}`;
        const next = this.#ordinals.get(held) ?? 0;
        this.#ordinals.set(held, next + 1);
        const ordinal = this.#reused(stream, next);
        const name = `${stream} ${ordinal}`;
        this.#write(memory, place, this.#drawNamed(name, stream, ordinal, place));
        seen(name, place);
      },
    };
  }

  /** Every draw there was, as its stream and its place in it. */
  get names(): readonly string[] {
    return [...this.#draws.keys()];
  }

  /** The digits of a draw. */
  digits(name: string): Digits {
    return this.#draws.get(name)!.digits;
  }

  #drawNamed(name: string, stream: number, ordinal: number, place: Place): Draw {
    const known = this.#draws.get(name);
    if (known !== undefined) return known;
    invariant(!this.#isFound, "every run draws alike");
    const digits = this.#digitsOf(stream, ordinal);
    const units = unitsOf(place);
    const isEach = units[0]?.kind !== "scalar";
    const take = () => (isEach ? this.#each++ : this.#scalars++);
    const of = units.map(({ kind }) =>
      Array.from({ length: kind === "plane" ? Math.min(1, digits.bits) : digits.bits }, take),
    );
    const draw = { units: of, digits, isEach };
    this.#draws.set(name, draw);
    return draw;
  }

  #write(memory: RingMemory, place: Place, draw: Draw): void {
    memory.bytes(place).fill(0);
    for (const [unit, { kind, at }] of unitsOf(place).entries()) {
      const places = draw.units[unit]!;
      if (places.length === 0) continue;
      if (kind === "plane") {
        const bytes = memory.bytes({ at, bytes: elements / 8 });
        for (let each = 0; each < elements; each++)
          bytes[each >> 3]! |= this.#digit(places[0]!, each) << (each & 7);
        continue;
      }
      const count = kind === "words" ? elements : 1;
      const halves = new Uint32Array(memory.bytes({ at, bytes: 8 * count }).buffer, at, 2 * count);
      const [half, shift] = [draw.digits.shift >> 5, draw.digits.shift & 31];
      const before = draw.isEach ? 0 : Math.max(this.#each, elementDigits);
      for (let each = 0; each < count; each++) {
        let value = 0;
        for (const [digit, from] of places.entries()) value |= this.#digit(before + from, each) << digit;
        halves[2 * each + half] = value << shift;
      }
    }
  }

  #digit(at: number, each: number): number {
    return ((at < elementDigits ? each : this.#run) >> (at < elementDigits ? at : at - elementDigits)) & 1;
  }
}
