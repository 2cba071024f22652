// From how many reports support each option to how many people hold it: Wang, Blocki, Li, Jha 2017, for every protocol
// in which a report supports the held option with one probability and each other option with another.

import { invariant } from "@unseen/base";
import type { Rational } from "../../budget/rational.ts";

/** That a report supports an option: one that the person holds, one that they do not. */
export type TwoOdds = { readonly held: number; readonly other: number };

/** Unbiased, and so sometimes negative. `supporting` are counts among `people` reports. */
export function estimateCounts(
  supporting: readonly number[],
  people: number,
  { held, other }: TwoOdds,
): readonly number[] {
  invariant(
    Number.isSafeInteger(people) && people >= 0 && supporting.every((count) => count >= 0 && count <= people),
    "supporting reports are counted among the people",
  );
  return Object.freeze(supporting.map((count) => (count - people * other) / (held - other)));
}

/** Variance of one estimate over the number of people, where `share` of them hold the option. */
export function variancePerPerson({ held, other }: TwoOdds, share: number): number {
  invariant(share >= 0 && share <= 1, "a share lies between 0 and 1");
  return (share * held * (1 - held) + (1 - share) * other * (1 - other)) / (held - other) ** 2;
}

export function expectOption(held: number, options: number): void {
  invariant(Number.isSafeInteger(held) && held >= 0 && held < options, "a truth is one of the options");
}

export function expectPrice(epsilon: Rational): void {
  invariant(epsilon.num > 0n && epsilon.den > 0n, "a guarantee has a positive price");
}
