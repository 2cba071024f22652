import { Answer, asChosen, printSpent } from "../datasets/answer.ts";
import type { Labels } from "./labelled.ts";

/** "not asked": as many groups as were paid for had been above before its turn came. */
export type AboveOrNot = "above" | "not above" | "not asked";

/** What is said of each group, by name and in order. No count is told, so there is no half-width: see `choices`. */
export class GroupsAbove extends Answer {
  readonly groups: ReadonlyMap<string, AboveOrNot>;

  /** `value` of the answer: 1 above, 0 not, -1 not asked. */
  constructor(answer: Answer, names: Labels) {
    super(answer);
    const said = (answer.value as readonly number[]).map(inWords);
    this.groups = new Map(names.map((name, at) => [name, said[at]!]));
  }

  /** The groups that are above. */
  get above(): Labels {
    return [...this.groups].flatMap(([name, said]) => (said === "above" ? [name] : []));
  }

  override toString(): string {
    const lines = [...this.groups].map(([name, said]) => `${name}: ${said}`);
    return [...lines, printSpent(this), ...this.choices.map(asChosen)].join("\n");
  }
}

function inWords(said: number): AboveOrNot {
  return said === 1 ? "above" : said === 0 ? "not above" : "not asked";
}
