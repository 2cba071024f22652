// What an owner lets trainings take of the machine. Estimates are made from public numbers: the recipe, and how many people the
// card says that there may be.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";

export type TrainingPolicy = {
  /** Numbers that a model may learn; at most `wireLimits.trainedParameters`. */
  readonly mostParameters: number;
  /** Minutes that a training may take by the estimate; 0: this owner trains nothing. */
  readonly mostMinutes: number;
  /** Megabytes that a training may take, with its rows laid out for it, by the estimate. */
  readonly mostMegabytes: number;
  /** Trainings that run and wait, of everybody and of one asker. */
  readonly mostAtOnce: number;
  readonly mostEach: number;
};

export const usualTrainingPolicy: TrainingPolicy = {
  mostParameters: 2 ** 20,
  mostMinutes: 60,
  mostMegabytes: 2_048,
  mostAtOnce: 8,
  mostEach: 2,
};

/** Steps a minute, as `workOf` counts them: what one thread of WebAssembly did of small private models in November 2026, with room. */
const workEachMinute = 2e10;

export type Estimated = { readonly parameters: number; readonly work: number; readonly bytes: number };

/** Refuses by public numbers alone. */
export function withinPolicy(
  { mostParameters, mostMinutes, mostMegabytes }: TrainingPolicy,
  { parameters, work, bytes }: Estimated,
): Result<undefined, Problem<"training-too-large">> {
  if (mostMinutes === 0) return err(trainsNothing());
  if (parameters > mostParameters) {
    return err(
      tooLarge(
        `the model learns ${parameters} numbers, and at most ${mostParameters} are trained here`,
        "fewer or smaller layers",
      ),
    );
  }
  const megabytes = bytes / 2 ** 20;
  if (megabytes > mostMegabytes)
    return err(
      tooLarge(
        `the training would take about ${Math.ceil(megabytes)} megabytes, and at most ${mostMegabytes} are given to one`,
        "fewer columns, a smaller model, or categories as places before an embedding",
      ),
    );
  const minutes = work / workEachMinute;
  if (minutes <= mostMinutes) return ok(undefined);
  return err(
    tooLarge(
      `the training would take about ${Math.ceil(minutes)} minutes, and at most ${mostMinutes} are given to one`,
      "fewer steps, smaller batches or a smaller model",
    ),
  );
}

export function trainsNothing(): Problem<"training-too-large"> {
  return tooLarge("this owner trains no models", "ask questions instead");
}

function tooLarge(what: string, hint: string): Problem<"training-too-large"> {
  return problem("training-too-large", what, { hint });
}
