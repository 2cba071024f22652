import { type ChargedEvent, formatDelta, formatEpsilon } from "@unseen/privacy";
import type { PlannedKeys } from "./keys-question.ts";
import { chargedDatasets } from "./open-source.ts";
import type { PlannedProgram } from "./question.ts";

type Program = Pick<PlannedProgram, "kind" | "plan" | "price" | "offer" | "source">;
type Promised = PlannedKeys | Program;

/** Who was protected and how, in words: the unit, the neighbours, the price, the mechanisms, and of a join where it was charged. */
export function guaranteeInWords(question: Promised): string {
  const { neighbours, unitInWords } = question.kind === "keys" ? question : question.plan.dataset;
  const { offer, source } = question;
  const change =
    neighbours === "replace" ? "Replacing one person by another" : "Adding or removing one person";
  const epsilon = formatEpsilon(offer.epsilon);
  const promise =
    question.kind === "keys"
      ? `by a factor of at most e^${epsilon}, but for a chance of ${formatDelta(question.offer.delta)} (epsilon ${epsilon} at delta ${formatDelta(question.offer.delta)}; partition selection, a person counted for at most ${question.mostKeysEach} keys)`
      : offer.kind === "pure"
        ? `by a factor of at most e^${epsilon} (epsilon ${epsilon}, pure; ${mechanismsInWords(question)})`
        : `by a factor of at most e^${epsilon}, but for a chance of ${formatDelta(offer.delta)} (epsilon ${epsilon} at delta ${formatDelta(offer.delta)}; ${mechanismsInWords(question)}, zCDP converted by Canonne, Kamath, Steinke 2020, Corollary 13)`;
  const [first, second] = chargedDatasets(source);
  const whose = second === undefined ? "" : ` in ${first}, in ${second} or in both`;
  const charged = second === undefined ? "" : ` The whole price was charged to ${first} and to ${second}.`;
  return `${change}${whose} (${unitInWords}) changes the probability of any answer ${promise}. Losses of several answers add up.${charged}`;
}

const inWords: Readonly<Record<ChargedEvent["mechanism"], string>> = {
  "discrete-laplace": "discrete Laplace noise",
  "discrete-gaussian": "discrete Gaussian noise",
  "permute-and-flip": "a choice by permute-and-flip",
  "above-threshold": "comparison by above-threshold",
};

function mechanismsInWords({ price }: Program): string {
  return [...new Set(price.events.map(({ mechanism }) => inWords[mechanism]))].join(", ");
}
