// What teachers that answer by noised votes are charged for.

import { ok, type Problem, type Result } from "@unseen/base";
import {
  type AttoDelta,
  formatDelta,
  formatEpsilon,
  type NanoEpsilon,
  noDelta,
  parseDelta,
} from "@unseen/privacy";
import type { TeachingRecipe } from "@unseen/wire";
import { eventAmong, type Facts, peopleChange, room } from "./facts-for-training.ts";
import type { PricedTeaching, TeachingSetup } from "./teaching-setup.ts";

export function teachingSetupOf(
  facts: Facts,
  recipe: TeachingRecipe,
): Result<{ readonly setup: TeachingSetup; readonly delta: AttoDelta }, Problem> {
  const delta = recipe.delta === undefined ? ok(noDelta) : parseDelta(recipe.delta);
  if (!delta.ok) return delta;
  const setup = { ...facts, recipe, delta: (Number(delta.value) / 1e18) * room };
  return ok({ setup, delta: delta.value });
}

export function eventOfTeaching({ relation }: TeachingSetup, { event }: PricedTeaching): string {
  return eventAmong(relation, event);
}

export function guaranteeOfTeaching(
  { relation, unitInWords: unit }: TeachingSetup,
  { promise, teachers, queries }: PricedTeaching,
  epsilon: NanoEpsilon,
  delta: AttoDelta,
): string {
  const [e, d] = [formatEpsilon(epsilon), formatDelta(delta)];
  const [chance, at] = delta === 0n ? ["", "pure"] : [`, but for a chance of ${d}`, `at delta ${d}`];
  return `${peopleChange(relation)} (${unit}) changes the probability of any answers by a factor of at most e^${e}${chance} (epsilon ${e}, ${at}; ${teachers} teachers on disjoint people, votes on ${queries} queries, ${promise.aggregator}, ${promise.conversion}). Losses of several answers add up.`;
}
