import { formatDelta, formatEpsilon } from "@unseen/privacy";
import type { PlannedQuestion } from "./question.ts";

/** Who was protected and how, in words: the unit, the neighbours, the price and the noise. */
export function guaranteeInWords({ plan, offer }: PlannedQuestion): string {
  const { neighbours, unitInWords } = plan.dataset;
  const change =
    neighbours === "replace" ? "Replacing one person by another" : "Adding or removing one person";
  const price =
    offer.kind === "pure"
      ? `epsilon ${formatEpsilon(offer.epsilon)} (pure, discrete Laplace noise)`
      : `epsilon ${formatEpsilon(offer.epsilon)} at delta ${formatDelta(offer.delta)} (discrete Gaussian noise, zCDP converted by Canonne, Kamath, Steinke 2020, Corollary 13)`;
  return `${change} (${unitInWords}) changes how likely any answer is by at most ${price}; losses of further answers add up.`;
}
