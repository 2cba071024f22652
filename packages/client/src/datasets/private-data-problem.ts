// What someone is told who asks for private rows as they are: what was asked, why not, and what would be
// answered at what price.

import { type Problem, problem } from "@unseen/base";
import { AskRefused } from "../refusals/ask-refused.ts";
import { printNested } from "./answer.ts";
import { printLoss } from "./offer.ts";
import type { Price } from "./price.ts";

type Refused = {
  readonly asked: string;
  /** The nearest question that would be answered, as the asker would write it; none when nothing would be. */
  readonly answered: { readonly code: string; readonly price: () => Promise<Price> } | undefined;
};

/** Costs nothing: the price is a free quote, left out when the node gives none. */
export async function privateDataProblem({ asked, answered }: Refused): Promise<Problem<"private-data">> {
  const why =
    "It is about people who were promised that their rows stay with the owner; what leaves is noised and paid for.";
  const message = `${asked}. ${why}`;
  if (answered === undefined) return problem("private-data", message);
  const hint = `Would be answered: ${answered.code}${await quoted(answered.price)}`;
  return problem("private-data", message, { hint });
}

async function quoted(price: () => Promise<Price>): Promise<string> {
  try {
    const { cost, expectedPlusMinus, remaining, affordable } = await price();
    const within = `to within ± ${printNested(expectedPlusMinus)} (95 %)`;
    const left = `${printLoss(remaining)} remaining${affordable ? "" : ", which is too little"}`;
    return `: ${within}, at a cost of ${printLoss(cost)} (${left}).`;
  } catch (error) {
    // The refusal stands without a quote; anything but the node's own refusal is a bug and goes on.
    if (error instanceof AskRefused) return ".";
    throw error;
  }
}
