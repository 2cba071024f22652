// What a private training promises, and the noise that a wished-for promise takes.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { noiseMultiplierFor, PldAccountant, rdpAccountant } from "@unseen/privacy";
import type { Sampler } from "../sampling/sampler.ts";
import { type AdaptiveClip, largestClip, smallestClip } from "./clip.ts";
import type { CorrelatedNoise } from "./correlated-noise.ts";

export type PrivacyOptions = {
  /** From 0.001 to a million: the norm that each unit's gradient is scaled down to, or the first of them. */
  readonly clip: number;
  /** Lets the clip follow a quantile of the gradients' norms. What is learnt of them is noised with the sums, at the same price. */
  readonly adaptive?: AdaptiveClip;
  /** Lets later noise take back some of earlier noise (DP-FTRL), in batches of a public order: nothing is drawn by lot. */
  readonly noise?: CorrelatedNoise;
  /** Between 0 and 1, well below one over the number of people. */
  readonly delta: number;
} & (
  | {
      /** Noise on the sum of a batch, over what one unit moves it by at most. */
      readonly noiseMultiplier: number;
    }
  | {
      /** The noise is chosen so that all steps together stay within. */
      readonly epsilon: number;
    }
);

/** A promise about everything that all steps of a training release together. */
export type Promised = {
  readonly epsilon: number;
  readonly delta: number;
  /** What counts as one. */
  readonly unit: string;
  /** Which datasets are neighbours. */
  readonly relation: string;
  readonly sampler: string;
  /** The accountant, and so how distributions became an epsilon. */
  readonly conversion: string;
  /** How the noise hangs together over steps. */
  readonly noise: string;
  readonly clip: number;
  readonly noiseMultiplier: number;
};

/** Beyond, nothing is learnt. */
const mostNoise = 1e6;

export function checkPrivacy(privacy: PrivacyOptions): Result<undefined, Problem> {
  const { clip, delta, noise } = privacy;
  const wrong = (what: string, hint: string) => err(problem("training-invalid", what, { hint }));
  if (!(clip >= smallestClip && clip <= largestClip))
    return wrong(`a clip is from ${smallestClip} to ${largestClip}`, "clip: 1");
  if (!(delta > 0 && delta < 1)) return wrong("a delta is between 0 and 1", "delta: 1e-5");
  const { quantile = 0.5, rate = 0.2 } = privacy.adaptive ?? {};
  if (!(quantile > 0 && quantile < 1 && rate > 0 && rate <= 1))
    return wrong(
      "a clip follows a quantile between 0 and 1, at a rate up to 1",
      "adaptive: { quantile: 0.5 }",
    );
  if (noise !== undefined && privacy.adaptive !== undefined)
    return wrong("sums over several steps need one clip for all of them", "leave `adaptive` out");
  if (noise !== undefined && noise.kind !== "tree" && noise.kind !== "banded")
    return wrong("noise hangs together as a tree or in bands", 'noise: { kind: "tree" }');
  if ("epsilon" in privacy && !(privacy.epsilon > 0 && Number.isFinite(privacy.epsilon)))
    return wrong("an epsilon is above 0 and finite", "epsilon: 2");
  if (
    "noiseMultiplier" in privacy &&
    !(privacy.noiseMultiplier >= 0.01 && privacy.noiseMultiplier <= mostNoise)
  )
    return wrong("a noise multiplier is from 0.01 to a million", "noiseMultiplier: 1.1");
  return ok(undefined);
}

/**
 * The noise multiplier that was asked for, or the least, to a part in a thousand, that keeps within the epsilon. Rényi
 * divergences tell in a moment where to look; the privacy loss's distribution, at some tenths of a second a look, decides.
 */
export function noiseOf(privacy: PrivacyOptions, sampler: Sampler): Result<number, Problem> {
  if ("noiseMultiplier" in privacy) return ok(privacy.noiseMultiplier);
  const { epsilon, delta, noise: across } = privacy;
  const eventAt = (noiseMultiplier: number) =>
    sampler.accounted({ noiseMultiplier, across }, sampler.steps).event;
  const { relation } = sampler;
  // Samples of which one unit is replaced have no Rényi rule here. They need more noise than where one is added or removed.
  const isReplaced = relation === "replace-one";
  const rules = rdpAccountant({ relation: isReplaced ? "add-or-remove-one" : relation });
  const near = noiseMultiplierFor({ epsilon, delta, eventAt, tolerance: 1e-3 }, rules);
  if (!near.ok) return err(unreachable(sampler, epsilon));
  const holds = (noise: number) => {
    const composed = new PldAccountant({ relation }).compose(eventAt(noise));
    return composed.ok && composed.value.epsilonAtLeast(delta) <= epsilon;
  };
  let high = near.value;
  while (!holds(high)) {
    high *= isReplaced ? 1.2 : 1.01;
    if (!(high <= mostNoise)) return err(unreachable(sampler, epsilon));
  }
  let low = high * 0.8;
  while (holds(low)) [high, low] = [low, low * 0.8];
  while (high > low * 1.001) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return ok(high);
}

function unreachable({ steps }: Sampler, epsilon: number): Problem<"epsilon-unreachable"> {
  return problem("epsilon-unreachable", `no noise keeps ${steps} steps within epsilon ${epsilon}`, {
    hint: "fewer steps, smaller batches, or more epsilon",
  });
}

/** Of all steps that were planned: a run that stops early stopped because of what it released, and is not cheaper. */
export function promised(of: {
  readonly privacy: PrivacyOptions;
  readonly noiseMultiplier: number;
  readonly sampler: Sampler;
  readonly unit: string;
}): Promised {
  const { privacy, noiseMultiplier, sampler, unit } = of;
  const across = privacy.noise;
  const { event, relation } = sampler.accounted({ noiseMultiplier, across }, sampler.steps);
  const accountant = new PldAccountant({ relation });
  const composed = accountant.compose(event);
  return {
    epsilon: composed.ok ? composed.value.epsilonAtLeast(privacy.delta) : Number.POSITIVE_INFINITY,
    delta: privacy.delta,
    unit,
    relation,
    sampler: sampler.inWords,
    conversion: accountant.name,
    noise: inWords(across),
    clip: privacy.clip,
    noiseMultiplier,
  };
}

function inWords(across: CorrelatedNoise | undefined): string {
  if (across === undefined) return "drawn anew for each step";
  return across.kind === "tree" ? "a binary tree over the steps of each epoch" : `in ${across.bands} bands`;
}

/**
 * Epsilon of the first `steps` steps, never less than the truth: for progress. By Rényi divergences, which are quick; where one
 * unit is replaced, by the privacy loss's distribution.
 */
export function epsilonSoFar(
  privacy: PrivacyOptions,
  noiseMultiplier: number,
  sampler: Sampler,
  steps: number,
): number {
  const { event, relation } = sampler.accounted({ noiseMultiplier, across: privacy.noise }, steps);
  const accountant =
    relation === "replace-one" ? new PldAccountant({ relation }) : rdpAccountant({ relation });
  const composed = accountant.compose(event);
  return composed.ok ? composed.value.epsilonAtLeast(privacy.delta) : Number.POSITIVE_INFINITY;
}
