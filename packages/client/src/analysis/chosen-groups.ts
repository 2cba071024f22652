import { Answer, asChosen, printSpent } from "../datasets/answer.ts";
import type { Labels } from "./labelled.ts";

/** The commonest groups by name. How many people are in any is not told, so there is no half-width: see `choices`. */
export class ChosenGroups extends Answer {
  /** In the order in which they were chosen: the first is likeliest to be the commonest. */
  readonly names: Labels;

  /** `value` of the answer: places in `names`. */
  constructor(answer: Answer, names: Labels) {
    super(answer);
    this.names = (answer.value as readonly number[]).map((place) => names[place] ?? "");
  }

  override toString(): string {
    return [`${this.names.join(", ")}; ${printSpent(this)}`, ...this.choices.map(asChosen)].join("\n");
  }
}
