import type { Column, Place } from "@unseen/compute";
import type { Unchecked } from "../protocol/price.ts";
import { addedUnchecked, nothingUnchecked } from "../protocol/price.ts";
import { seedBytes } from "./check-sizes.ts";
import type { CheckedParty } from "./checked-party.ts";
import { drawnSeed } from "./purpose-streams.ts";
import { type BitStatement, owedBy, type WordStatement } from "./statements.ts";

/** Of my own proof, as each verifier says it; of the proof that I look at from the left; of the one from the right. */
export type Seeds = Record<"mine" | "again" | "onLeft" | "onRight", Place>;

export function drawSeeds({ memory, streams }: CheckedParty): Seeds {
  return {
    mine: memory.allocate(seedBytes),
    again: memory.allocate(seedBytes),
    onLeft: drawnSeed(memory, streams.coins.mine),
    onRight: drawnSeed(memory, streams.coins.next),
  };
}

export function expanded<Coins>(
  seeds: Seeds,
  coins: (seed: Place) => Coins,
): Record<"mine" | "onLeft" | "onRight", Coins> {
  return { mine: coins(seeds.mine), onLeft: coins(seeds.onLeft), onRight: coins(seeds.onRight) };
}

/** What is left of a column behind its first words. */
export function behind(column: Column, words: number): Column {
  const length = column.length - words;
  return { at: column.at + 8 * words, bytes: 8 * length, length };
}

export function owedIn(taken: {
  readonly bits: readonly BitStatement[];
  readonly words: readonly WordStatement[];
}): Unchecked {
  const ofBits = taken.bits.map(({ bytes }): Unchecked => ({ ...nothingUnchecked, blocks: bytes / 16 }));
  const ofWords = taken.words.map(({ sizes }) => owedBy(sizes));
  return [...ofBits, ...ofWords].reduce(addedUnchecked, nothingUnchecked);
}
