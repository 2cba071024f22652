// What a model that is trained on noised gradients is charged for.

import { ok, type Problem, type Result } from "@unseen/base";
import {
  type AttoDelta,
  formatDelta,
  formatEpsilon,
  type NanoEpsilon,
  parseDelta,
  parseEpsilon,
} from "@unseen/privacy";
import type { TrainingRecipe } from "@unseen/wire";
import { eventAmong, type Facts, peopleChange, room } from "./facts-for-training.ts";
import type { PricedSetup, TrainingSetup } from "./training-setup.ts";

export function fitSetupOf(
  facts: Facts,
  recipe: TrainingRecipe,
): Result<{ readonly setup: TrainingSetup; readonly delta: AttoDelta }, Problem> {
  const delta = parseDelta(recipe.privacy.delta);
  if (!delta.ok) return delta;
  const offered = "epsilon" in recipe.privacy ? parseEpsilon(recipe.privacy.epsilon) : undefined;
  if (offered?.ok === false) return offered;
  const setup = {
    ...facts,
    recipe,
    delta: (Number(delta.value) / 1e18) * room,
    epsilon: offered && Number(offered.value) / 1e9,
  };
  return ok({ setup, delta: delta.value });
}

/** The whole of it as it is, so that an accountant can count it anew later. */
export function eventOfFit({ relation }: TrainingSetup, { rate, steps, promise }: PricedSetup): string {
  return eventAmong(relation, {
    kind: "self-composed",
    event: {
      kind: "poisson-sampled",
      probability: rate,
      event: { kind: "gaussian", noiseMultiplier: promise.noiseMultiplier },
    },
    count: steps,
  });
}

export function guaranteeOfFit(
  { relation, unitInWords: unit }: TrainingSetup,
  { promise, steps }: PricedSetup,
  epsilon: NanoEpsilon,
  delta: AttoDelta,
): string {
  const [e, d] = [formatEpsilon(epsilon), formatDelta(delta)];
  return `${peopleChange(relation)} (${unit}) changes the probability of any trained weights by a factor of at most e^${e}, but for a chance of ${d} (epsilon ${e} at delta ${d}; discrete Gaussian noise on each of ${steps} sums of clipped gradients, ${promise.sampler}, ${promise.conversion}). Losses of several answers add up.`;
}
