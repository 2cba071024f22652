// An optimiser as it travels: its kind, and a learning rate for each step.

import { ok, type Problem, type Result } from "@unseen/base";
import type { TrainingOptimizer, TrainingSchedule } from "../gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "../limits.ts";
import { isOneOf, isWhole, isWithin, trainingInvalid } from "./ranges.ts";
import type { OptimizerRecipe, ScheduleRecipe } from "./recipe.ts";

/** Beyond, float32 holds no weight that moved by it. */
const largestRate = 1e6;

export function decodeOptimizer(message: TrainingOptimizer | undefined): Result<OptimizerRecipe, Problem> {
  const wrong = () => trainingInvalid("the optimiser has a setting that is out of its range", "sgd(0.5)");
  if (message === undefined) return trainingInvalid("the optimiser is missing", "sgd(0.5)");
  const { kind, momentum, nesterov, beta1, beta2, epsilon } = message;
  const rate = decodeSchedule(message.rate);
  if (!rate.ok) return rate;
  if (kind === "sgd") {
    const isSound = momentum >= 0 && momentum < 1 && beta1 === 0 && beta2 === 0 && epsilon === 0;
    return isSound ? ok({ kind, rate: rate.value, momentum, nesterov }) : wrong();
  }
  if (kind !== "adam") return wrong();
  const isSound =
    [beta1, beta2].every((beta) => beta >= 0 && beta < 1) &&
    isWithin(epsilon, 1e-12, 1) &&
    momentum === 0 &&
    !nesterov;
  return isSound ? ok({ kind, rate: rate.value, beta1, beta2, epsilon }) : wrong();
}

function decodeSchedule(message: TrainingSchedule | undefined): Result<ScheduleRecipe, Problem> {
  const wrong = () => trainingInvalid("the learning rate has a setting that is out of its range", "sgd(0.5)");
  if (message === undefined) return wrong();
  const { kind, rate, factor, every, warmUp } = message;
  if (!isWithin(rate, 1e-12, largestRate) || warmUp > wireLimits.trainingSteps) return wrong();
  const warmed = warmUp === 0 ? {} : { warmUp };
  if (kind === "step-decay") {
    const isSound = isWithin(factor, 1e-6, 1) && isWhole(every, 1, wireLimits.trainingSteps);
    return isSound ? ok({ kind, rate, factor, every, ...warmed }) : wrong();
  }
  if (!isOneOf(kind, ["constant", "cosine"]) || factor !== 0 || every !== 0) return wrong();
  return ok({ kind, rate, ...warmed });
}
