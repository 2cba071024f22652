import type { Optimizer } from "./optimizer.ts";
import { type LearningRate, scheduleOf } from "./schedule.ts";

export type SgdOptions = {
  /** From 0 to below 1; 0 if left out. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
};

/** Stochastic gradient descent; momentum and Nesterov's as torch has them. */
export function sgd(rate: LearningRate, options: SgdOptions = {}): Optimizer {
  const { momentum = 0, nesterov = false } = options;
  return {
    name: `sgd(${scheduleOf(rate).name}, ${momentum}, ${nesterov})`,
    recipe: { kind: "sgd", rate: scheduleOf(rate).recipe, momentum, nesterov },
    rate,
    memories: momentum === 0 ? 0 : 1,
    move: (weights, gradient, [velocity], rateNow) => {
      if (velocity === undefined) {
        for (let at = 0; at < weights.length; at++) weights[at]! -= rateNow * gradient[at]!;
        return;
      }
      for (let at = 0; at < weights.length; at++) {
        const slope = gradient[at]!;
        velocity[at] = momentum * velocity[at]! + slope;
        weights[at]! -= rateNow * (nesterov ? slope + momentum * velocity[at]! : velocity[at]!);
      }
    },
  };
}
