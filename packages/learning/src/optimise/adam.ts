import type { Numbers } from "@unseen/compute";
import type { Optimizer } from "./optimizer.ts";
import { type LearningRate, scheduleOf } from "./schedule.ts";

export type AdamOptions = {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
};

/** Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1). */
export function adam(rate: LearningRate, options: AdamOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  return {
    name: `adam(${scheduleOf(rate).name}, ${beta1}, ${beta2}, ${epsilon})`,
    recipe: { kind: "adam", rate: scheduleOf(rate).recipe, beta1, beta2, epsilon },
    rate,
    memories: 2,
    move: (weights, gradient, memories, rateNow, step) => {
      const [mean, square] = memories as readonly [Numbers, Numbers];
      const [first, second] = [1 - beta1 ** (step + 1), 1 - beta2 ** (step + 1)];
      for (let at = 0; at < weights.length; at++) {
        const slope = gradient[at]!;
        mean[at] = beta1 * mean[at]! + (1 - beta1) * slope;
        square[at] = beta2 * square[at]! + (1 - beta2) * slope * slope;
        weights[at]! -= (rateNow * (mean[at]! / first)) / (Math.sqrt(square[at]! / second) + epsilon);
      }
    },
  };
}
