import type { ScheduleRecipe } from "@unseen/wire";

/** A learning rate for each step, from 0 to `steps` - 1. */
export type Schedule = {
  readonly name: string;
  /** As data, for whoever trains elsewhere. */
  readonly recipe: ScheduleRecipe;
  readonly at: (step: number, steps: number) => number;
};

export type LearningRate = number | Schedule;

export function scheduleOf(rate: LearningRate): Schedule {
  return typeof rate === "number"
    ? { name: `${rate}`, recipe: { kind: "constant", rate }, at: () => rate }
    : rate;
}

/** From `rate` down to nothing, as a half cosine (Loshchilov and Hutter 2017, without restarts). */
export function cosine(rate: number): Schedule {
  return {
    name: `cosine(${rate})`,
    recipe: { kind: "cosine", rate },
    at: (step, steps) => (rate * (1 + Math.cos((Math.PI * step) / steps))) / 2,
  };
}

/** Times `factor` after each `every` steps. */
export function stepDecay(rate: number, factor: number, every: number): Schedule {
  return {
    name: `stepDecay(${rate}, ${factor}, ${every})`,
    recipe: { kind: "step-decay", rate, factor, every },
    at: (step) => rate * factor ** Math.floor(step / every),
  };
}

/** Rises evenly over the first `steps` steps, then follows. */
export function warmUp(steps: number, then: LearningRate): Schedule {
  const schedule = scheduleOf(then);
  return {
    name: `warmUp(${steps}, ${schedule.name})`,
    recipe: { ...schedule.recipe, warmUp: steps },
    at: (step, all) => schedule.at(step, all) * Math.min(1, (step + 1) / steps),
  };
}
