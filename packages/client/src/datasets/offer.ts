// What an asker puts on the table: epsilon, and delta for an approximate guarantee.

import type { LossText, OfferText } from "@unseen/wire";
import { entropy } from "../platform.ts";
import { randomAskId } from "../random-names.ts";

/**
 * `epsilon` from 0.000001 to 1000, above zero; smaller protects better and answers worse. Without `delta`
 * the guarantee is pure. Text is taken digit by digit; the whole offer is charged, whatever the data says.
 */
export type Offer = { readonly epsilon: number | string; readonly delta?: number | string };

/** An offer with the name of its charge; asking twice under one `askId` is charged once. */
export type AnswerOffer = Offer & { readonly askId?: string };

/** What was spent, or is left, of a lifetime budget. */
export type Loss = { readonly epsilon: number; readonly delta: number };

/** Whether anything was offered at all; the owner's node judges how much. */
export function isOffer(given: unknown): given is number | AnswerOffer {
  if (typeof given === "number") return true;
  return typeof given === "object" && given !== null && "epsilon" in given && given.epsilon !== undefined;
}

/** An offer under the name of its charge. `again`: the asker named it, perhaps because it was asked before. */
export type NamedOffer = { readonly offer: Offer; readonly askId: string; readonly again?: boolean };

export function namedOffer(given: number | AnswerOffer): NamedOffer {
  if (typeof given === "number") return { offer: { epsilon: given }, askId: randomAskId(entropy) };
  const { askId, ...offer } = given;
  return { offer, askId: askId ?? randomAskId(entropy), again: askId !== undefined };
}

/** Amounts travel as decimal text, so that no float rounds a budget on the way. */
export function offerText({ epsilon, delta }: Offer): OfferText {
  return delta === undefined
    ? { epsilon: String(epsilon) }
    : { epsilon: String(epsilon), delta: String(delta) };
}

export function lossOf({ epsilon, delta }: LossText): Loss {
  return { epsilon: Number(epsilon), delta: Number(delta) };
}

/** "epsilon 0.5", "epsilon 0.5 and delta 1e-6". */
export function printLoss({ epsilon, delta }: Loss): string {
  return delta === 0 ? `epsilon ${epsilon}` : `epsilon ${epsilon} and delta ${delta}`;
}
