// Which groups may be shown at all, when the groups themselves are found in the data: a group of one person would
// otherwise tell that this person is there. The proof stands in `partition-selection.md`.

import { type Entropy, invariant, Secret } from "@unseen/base";
import { divideRationals, formatRational, type Rational, rational } from "../budget/rational.ts";
import { LazyUniform } from "../samplers/lazy-uniform.ts";
import { UniformWords, type Words } from "../samplers/uniform-words.ts";
import type { ChoiceEvent } from "./choice-event.ts";
import type { Cost } from "./cost.ts";
import { type KeepProbabilities, keepProbabilities, keepUnits } from "./keep-probabilities.ts";
import { type Released, releasedByMechanism } from "./released.ts";

/** For each group that occurs, by its key, how many different privacy units are in it. */
export type GroupSizes = ReadonlyMap<string, bigint>;

export type PartitionSelection = {
  readonly event: ChoiceEvent;
  readonly cost: Cost;
  /** The keys that may be shown, in the order of their code units: never in an order that the data had. */
  select(sizes: Secret<GroupSizes>, entropy: Entropy): Released<readonly string[]>;
  /** The probability that a group of `people` is shown. Public: it depends on the parameters alone. */
  keepProbability(people: bigint): number;
};

/**
 * Shows as many groups as (epsilon, delta) allows. One privacy unit is in at most `mostGroups` groups, which the
 * caller has enforced; where a person is replaced, it leaves as many as it joins, and both are paid for. Groups of fewer than
 * `fewestPeople` are never shown, which costs nothing.
 */
export function partitionSelection(of: {
  readonly epsilon: Rational;
  readonly delta: Rational;
  readonly mostGroups: number;
  readonly neighbours: "add-or-remove" | "replace";
  readonly fewestPeople?: number;
}): PartitionSelection {
  const { epsilon, delta, mostGroups, neighbours, fewestPeople = 1 } = of;
  invariant(Number.isSafeInteger(mostGroups) && mostGroups > 0, "a privacy unit is in at least one group");
  invariant(Number.isSafeInteger(fewestPeople) && fewestPeople > 0, "a shown group has at least one person");
  const moved = mostGroups * (neighbours === "replace" ? 2 : 1);
  const share = rational(BigInt(moved));
  const table = keepProbabilities(divideRationals(epsilon, share), divideRationals(delta, share));
  const beyond = (people: bigint) => {
    const counted = people - BigInt(fewestPeople - 1);
    return counted > 0n ? counted : 0n;
  };
  const event: ChoiceEvent = {
    mechanism: "partition-selection",
    epsilon: formatRational(epsilon),
    delta: formatRational(delta),
    mostGroupsMoved: moved,
  };
  return Object.freeze({
    event: Object.freeze(event),
    cost: Object.freeze({ epsilon, delta }),
    select(sizes: Secret<GroupSizes>, entropy: Entropy) {
      const words = new UniformWords(entropy);
      const kept = [...Secret.reveal(sizes)]
        .filter(([, people]) => drawKept(words, table, beyond(people)))
        .map(([key]) => key)
        .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      words.discard();
      return releasedByMechanism(Object.freeze(kept));
    },
    keepProbability(people: bigint) {
      const bits = Number(table.bits);
      const digits = keepUnits(table, beyond(people)).toString(2);
      // The leading digits alone fit a double; the rest of the number is its exponent.
      return Number.parseInt(digits.slice(0, 60), 2) * 2 ** (Math.max(0, digits.length - 60) - bits);
    },
  });
}

/** A coin of exactly the table's probability. A group without people draws nothing and is never shown. */
export function drawKept(words: Words, table: KeepProbabilities, people: bigint): boolean {
  const units = keepUnits(table, people);
  return units > 0n && new LazyUniform(words).isBelowFraction(units, 1n << table.bits);
}
