// What an answer would cost and how accurate it would be. Free, and the same whatever the data says.

import type { NestedNumbers } from "@unseen/program";
import { hasHalfWidth, printNested } from "./answer.ts";
import { type Loss, printLoss } from "./offer.ts";

type PriceParts = Pick<
  Price,
  "cost" | "expectedPlusMinus" | "releases" | "remaining" | "joinedRemaining" | "affordable"
>;

export class Price {
  readonly cost: Loss;
  /** Half-width of the 95 % interval expected, from declared bounds and mock rows alone; NaN for what is chosen. */
  readonly expectedPlusMinus: NestedNumbers;
  /** What would be released, in words, a line each; of a choice also what it promises in place of a half-width. */
  readonly releases: readonly string[];
  readonly remaining: Loss;
  /** The same of the second dataset, where two are joined: the cost is charged to each. */
  readonly joinedRemaining?: Loss;
  readonly affordable: boolean;

  constructor({ cost, expectedPlusMinus, releases, remaining, joinedRemaining, affordable }: PriceParts) {
    this.cost = cost;
    this.expectedPlusMinus = expectedPlusMinus;
    this.releases = releases;
    this.remaining = remaining;
    if (joinedRemaining !== undefined) this.joinedRemaining = joinedRemaining;
    this.affordable = affordable;
  }

  toString(): string {
    const { joinedRemaining } = this;
    const other = joinedRemaining === undefined ? "" : ` and ${printLoss(joinedRemaining)}`;
    const left = `${printLoss(this.remaining)}${other} remaining`;
    return [
      `costs ${printLoss(this.cost)}${joinedRemaining === undefined ? "" : " on each of both"} (${this.affordable ? left : `too much: ${left}`})`,
      ...(hasHalfWidth(this.expectedPlusMinus)
        ? [`expected ± ${printNested(this.expectedPlusMinus)} (95 %)`]
        : []),
      ...this.releases.map((release) => `releases ${release}`),
    ].join("\n");
  }
}
