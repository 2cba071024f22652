// For tests alone: the exact distribution of a sampler, found by running it on every stream of random bits up to
// a length. A stream that settles the draw early stands for all its continuations.

import type { Words } from "../samplers/uniform-words.ts";

/** Probability mass in units of 2^-depth: what each outcome has for certain, and what is still undecided. */
export type EnumeratedOutcomes<T> = {
  readonly mass: ReadonlyMap<T, bigint>;
  readonly undecided: bigint;
  readonly whole: bigint;
};

class RanDry extends Error {}

/** Runs `draw` on every bit stream of up to `depth` bits, as words of `bits` bits. Cost: 2^depth runs at most. */
export function enumerateOutcomes<T>(
  draw: (words: Words) => T,
  { bits, depth }: { readonly bits: number; readonly depth: number },
): EnumeratedOutcomes<T> {
  const mass = new Map<T, bigint>();
  let undecided = 0n;
  const stream: number[] = [];
  const dry = new RanDry();
  const visit = () => {
    const unit = 1n << BigInt(depth - stream.length * bits);
    let used = 0;
    const next = () => {
      const word = stream[used++];
      if (word === undefined) throw dry;
      return word;
    };
    let outcome: T;
    try {
      outcome = draw({ bits, next });
    } catch (thrown) {
      if (thrown !== dry) throw thrown;
      if ((stream.length + 1) * bits > depth) {
        undecided += unit;
        return;
      }
      for (let word = 0; word < 2 ** bits; word++) {
        stream.push(word);
        visit();
        stream.pop();
      }
      return;
    }
    mass.set(outcome, (mass.get(outcome) ?? 0n) + unit);
  };
  visit();
  return { mass, undecided, whole: 1n << BigInt(depth) };
}

/**
 * The outcomes whose true probability cannot be that of the sampler: it is below the mass that is certain, or above
 * it by more than all that is undecided. None for a right sampler, whatever the depth: no false alarm is possible
 * beyond the 1e-12 allowed for the doubles in `probability`.
 */
export function impossibleOutcomes<T>(
  found: EnumeratedOutcomes<T>,
  probability: (outcome: T) => number,
): T[] {
  const share = (mass: bigint) => Number(mass) / Number(found.whole);
  return [...found.mass.keys()].filter((outcome) => {
    const certain = share(found.mass.get(outcome) ?? 0n);
    const expected = probability(outcome);
    return expected < certain - 1e-12 || expected > certain + share(found.undecided) + 1e-12;
  });
}
