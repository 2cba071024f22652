// What the ledger says when it refuses, in the asker's words.

import { type Problem, problem } from "@unseen/base";
import { formatDelta, formatEpsilon } from "@unseen/privacy";
import { whatToDo } from "../postgres/index.ts";
import type { Amount } from "./amount.ts";

export function budgetExhausted(
  dataset: string,
  price: Amount,
  remaining: Amount,
): Problem<"budget-exhausted"> {
  return problem(
    "budget-exhausted",
    `This question costs ${priceText(price)}, and the dataset ${dataset} has ${priceText(remaining)} left, for all askers together.`,
    { hint: hint(remaining, "dataset"), facts: { dataset, ...remainingFacts(remaining) } },
  );
}

/** More budget would not help: the filter of the line has to be another. */
export function deltaNotKept(dataset: string, price: Amount): Problem<"budget-exhausted"> {
  return problem(
    "budget-exhausted",
    `This costs ${priceText(price)}, and the budget of the dataset ${dataset} keeps no delta for keys and trainings.`,
    {
      hint: 'Its owner registers the dataset again under its name: the filter "renyi" then has room for them, and what was spent stays spent.',
      facts: { dataset, filter: "zcdp" },
    },
  );
}

export function allotmentExhausted(
  dataset: string,
  price: Amount,
  remaining: Amount,
): Problem<"allotment-exhausted"> {
  return problem(
    "allotment-exhausted",
    `This question costs ${priceText(price)}, and your own allotment on the dataset ${dataset} has ${priceText(remaining)} left.`,
    { hint: hint(remaining, "allotment"), facts: { dataset, ...remainingFacts(remaining) } },
  );
}

export function datasetUnknown(): Problem<"dataset-unknown"> {
  return problem("dataset-unknown", "There is no dataset of this name that has a budget.", {
    hint: "Search lists the datasets that can be asked.",
  });
}

export function askIdReused(): Problem<"ask-id-reused"> {
  return problem("ask-id-reused", "This ask id was already used for another question or another price.", {
    hint: "Ask under a new id. To get an earlier answer again, repeat its question unchanged.",
  });
}

export function ledgerUnavailable(charged: "no" | "unknown" | "unused"): Problem<"ledger-unavailable"> {
  const said = {
    unused: "The owner's ledger cannot be used at the moment.",
    no: "The owner's ledger cannot be written at the moment; nothing was spent.",
    unknown: "The owner's ledger failed while it was written, and whether this was charged cannot be read.",
  };
  return problem("ledger-unavailable", said[charged], {
    hint: "Ask again later under the same id: an ask is charged once, however often it is retried.",
    facts: charged === "unused" ? {} : { charged },
  });
}

/** Thrown where no charge is at stake, since it can befall every call; doors tell its problem. */
export class LedgerFailed extends Error {
  override readonly name = "LedgerFailed";
  readonly problem = ledgerUnavailable("unused");

  constructor(options: { readonly cause: unknown }) {
    super("the ledger cannot be used", options);
  }
}

/** For the owner, at their own machine. */
export function ledgerUnreachable(error: unknown): Problem<"ledger-unavailable"> {
  return problem("ledger-unavailable", "The database of this home's ledger cannot be used.", {
    hint: whatToDo(error),
    facts: { charged: "no" },
  });
}

/** The database and the home do not belong together. Nothing was changed on either side. */
export function ledgerMismatch(sentence: string, hint: string): Problem<"ledger-mismatch"> {
  return problem("ledger-mismatch", sentence, { hint });
}

export function answerNotRecorded(): Problem<"answer-not-recorded"> {
  return problem("answer-not-recorded", "The answer could not be kept by the owner, so it was not sent.", {
    hint: "Ask again later under the same id: it costs nothing more.",
  });
}

function priceText(amount: Amount): string {
  const epsilon = `epsilon ${formatEpsilon(amount.epsilon)}`;
  return amount.delta === 0n ? epsilon : `${epsilon} and delta ${formatDelta(amount.delta)}`;
}

function hint(remaining: Amount, whose: "dataset" | "allotment"): string {
  return remaining.epsilon === 0n
    ? `Nothing is left of this ${whose}. Earlier answers stay free under their ask ids.`
    : `Offer at most ${priceText(remaining)}. Earlier answers stay free under their ask ids.`;
}

function remainingFacts(remaining: Amount): Record<string, string> {
  return { remaining: formatEpsilon(remaining.epsilon), remainingDelta: formatDelta(remaining.delta) };
}
