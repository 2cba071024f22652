// Budgets on the wire are decimal text, so that none is ever rounded by a float. Whoever spends parses them
// (room `privacy`); here their lengths are held.

import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type BudgetResponse,
  BudgetResponseSchema,
  type Loss,
  LossSchema,
  type Offer,
  OfferSchema,
} from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";

/** What is offered for an answer: `{ epsilon: "0.5" }`, or with a delta. */
export type OfferText = { readonly epsilon: string; readonly delta?: string };
/** What was spent, may be spent, or is left. `delta` is "0" where there is none. */
export type LossText = { readonly epsilon: string; readonly delta: string };

/** Lifetime caps over all askers, and the caller's own allotment inside them. */
export type BudgetText = {
  readonly cap: LossText;
  readonly spent: LossText;
  readonly remaining: LossText;
  readonly yourCap: LossText;
  readonly yourSpent: LossText;
  readonly yourRemaining: LossText;
  /** How often the owner raised the lifetime cap. */
  readonly renewals: number;
};

const decimal = /^[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,4})?$/;

export function encodeOffer({ epsilon, delta }: OfferText): Offer {
  return create(OfferSchema, { epsilon, delta: delta ?? "" });
}

/** Says only that the offer is written as one. Whether it is enough, or too small to be exact, the price says. */
export function decodeOffer(message: Offer | undefined): Result<OfferText, Problem> {
  const epsilon = message?.epsilon ?? "";
  const delta = message?.delta ?? "";
  if (epsilon.length > wireLimits.amountLength || !isAmountAsked(epsilon)) {
    return err(
      problem("epsilon-invalid", "the offer needs an epsilon: a positive number", {
        hint: "get({ epsilon: 0.5 })",
      }),
    );
  }
  if (delta.length > wireLimits.amountLength || (delta !== "" && !isAmountAsked(delta))) {
    return err(
      problem("delta-invalid", "the delta of the offer is not a number from 0 to 1", {
        hint: "leave it out, or get({ epsilon: 0.5, delta: 1e-6 })",
      }),
    );
  }
  return ok(delta === "" ? { epsilon } : { epsilon, delta });
}

/** Also what is negative or not finite is let through as text: its refusal is the price's, and is clearer. */
function isAmountAsked(text: string): boolean {
  return /^[+-]?infinity$/i.test(text) || decimal.test(text.replace(/^[+-]/, "").replace(/^\./, "0."));
}

export function encodeLoss({ epsilon, delta }: LossText): Loss {
  return create(LossSchema, { epsilon, delta });
}

/** An amount that a node sends. What is missing or no amount is refused, so that a client never shows it. */
export function decodeLoss(message: Loss | undefined): Result<LossText, Problem> {
  const epsilon = message?.epsilon ?? "";
  const delta = message?.delta === undefined || message.delta === "" ? "0" : message.delta;
  const isAmount = (text: string) => text.length <= wireLimits.amountLength && decimal.test(text);
  return isAmount(epsilon) && isAmount(delta)
    ? ok({ epsilon, delta })
    : err(problem("message-malformed", "the node's reply holds an amount that is none"));
}

/** Of the second dataset of a join: there is none where there is no join. */
export function decodeOptionalLoss(message: Loss | undefined): Result<LossText | undefined, Problem> {
  return message === undefined ? ok(undefined) : decodeLoss(message);
}

export function encodeBudget(budget: BudgetText): BudgetResponse {
  return create(BudgetResponseSchema, {
    cap: encodeLoss(budget.cap),
    spent: encodeLoss(budget.spent),
    remaining: encodeLoss(budget.remaining),
    yourCap: encodeLoss(budget.yourCap),
    yourSpent: encodeLoss(budget.yourSpent),
    yourRemaining: encodeLoss(budget.yourRemaining),
    renewals: budget.renewals,
  });
}

export function decodeBudget(message: BudgetResponse | undefined): Result<BudgetText, Problem> {
  const cap = decodeLoss(message?.cap);
  if (!cap.ok) return cap;
  const spent = decodeLoss(message?.spent);
  if (!spent.ok) return spent;
  const remaining = decodeLoss(message?.remaining);
  if (!remaining.ok) return remaining;
  const yourCap = decodeLoss(message?.yourCap);
  if (!yourCap.ok) return yourCap;
  const yourSpent = decodeLoss(message?.yourSpent);
  if (!yourSpent.ok) return yourSpent;
  const yourRemaining = decodeLoss(message?.yourRemaining);
  if (!yourRemaining.ok) return yourRemaining;
  return ok({
    cap: cap.value,
    spent: spent.value,
    remaining: remaining.value,
    yourCap: yourCap.value,
    yourSpent: yourSpent.value,
    yourRemaining: yourRemaining.value,
    renewals: message?.renewals ?? 0,
  });
}
