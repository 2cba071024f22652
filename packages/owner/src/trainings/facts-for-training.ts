// What a card lets a training know.

import { type PrivacyEvent, printEvent, unitInWords } from "@unseen/privacy";
import type { LearningRecipe } from "@unseen/wire";
import { describeColumn, type OpenDataset } from "../questions/index.ts";
import type { SetupOf } from "./lay-out-model.ts";
import type { TrainingPolicy } from "./training-policy.ts";

export type Facts = Omit<SetupOf<LearningRecipe>, "recipe" | "delta">;

/** A hair less than the delta that is charged, because the decimal may be no double. */
export const room = 1 - 2 ** -50;

export function factsFor(
  { card, peopleCount }: OpenDataset,
  { x, y }: LearningRecipe,
  policy: TrainingPolicy,
): Facts {
  const named = new Set([...x.map(({ column }) => column), y]);
  const { people, unit } = card;
  return {
    declared: Object.entries(card.columns)
      .filter(([name]) => named.has(name))
      .map(([name, column]) => describeColumn(name, column)),
    relation: people.isPublic ? "replace-one" : "add-or-remove-one",
    rowsEach: unit.kind === "row" ? 1 : unit.mostRowsEach,
    unitInWords: unitInWords(card),
    peopleAtMost: people.isPublic ? peopleCount : people.band[1],
    isCountPublic: people.isPublic,
    policy,
  };
}

/** An event as a charge keeps it. */
export function eventAmong(neighbours: Facts["relation"], event: PrivacyEvent): string {
  return `{"neighbours":"${neighbours}","event":${printEvent(event)}}`;
}

export function peopleChange(relation: Facts["relation"]): string {
  return relation === "replace-one" ? "Replacing one person by another" : "Adding or removing one person";
}
