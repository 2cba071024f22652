import { formatDelta, formatEpsilon } from "@unseen/privacy";
import type { PlannedQuestion } from "./question.ts";

/** Who was protected and how, in words: the unit, the neighbours, the price and the noise. */
export function guaranteeInWords({ plan, offer }: PlannedQuestion): string {
  const { neighbours, unitInWords } = plan.dataset;
  const change =
    neighbours === "replace" ? "Replacing one person by another" : "Adding or removing one person";
  const epsilon = formatEpsilon(offer.epsilon);
  const promise =
    offer.kind === "pure"
      ? `by a factor of at most e^${epsilon} (epsilon ${epsilon}, pure; discrete Laplace noise)`
      : `by a factor of at most e^${epsilon}, but for a chance of ${formatDelta(offer.delta)} (epsilon ${epsilon} at delta ${formatDelta(offer.delta)}; discrete Gaussian noise, zCDP converted by Canonne, Kamath, Steinke 2020, Corollary 13)`;
  return `${change} (${unitInWords}) changes the probability of any answer ${promise}. Losses of several answers add up.`;
}
