import { err, type Problem, type Result } from "@unseen/base";
import { grad, type Program, programOf } from "@unseen/program";
import type { TrainingLoss } from "../loss/training-loss.ts";
import { type Network, resultsOf } from "../model/network.ts";
import type { Mask } from "../model/pass.ts";
import { input, number, sumOver, times, type Value } from "../model/value.ts";

export type Step = {
  readonly program: Program;
  /** Masks of random numbers that each run needs as inputs. */
  readonly masks: readonly Mask[];
};

/**
 * One step on `rows` rows: outputs are the summed loss, how many rows were guessed right, and each parameter's gradient,
 * summed over the rows that are present. Inputs are the parameters by name, "x", "y" and "present" (1, or 0 for padding).
 */
export function plainStep(network: Network, loss: TrainingLoss, rows: number): Result<Step, Problem> {
  const { outputs, masks } = measured(network, loss, rows, "training");
  const forward = programOf(outputs);
  if (!forward.ok) return forward;
  const gradients = grad(forward.value, {
    of: 0,
    withRespectTo: network.parameters.map(({ name }) => name),
    keepOutputs: true,
  });
  return gradients.ok ? { ok: true, value: { program: gradients.value, masks } } : err(gradients.problem);
}

/** The summed loss and how many rows were guessed right, without dropout. */
export function evaluationStep(network: Network, loss: TrainingLoss, rows: number): Result<Program, Problem> {
  return programOf(measured(network, loss, rows, "inference").outputs);
}

/** Results [rows, outputs] for "x". */
export function inferenceStep(network: Network, rows: number): Result<Program, Problem> {
  return programOf([resultsOf(network, "inference", rows).results]);
}

function measured(network: Network, loss: TrainingLoss, rows: number, kind: "training" | "inference") {
  const { results, pass } = resultsOf(network, kind, rows);
  const targets = input("y", [rows, network.outputs]);
  const present = input("present", [rows]);
  const total = (each: Value) => sumOver(times(each, present), [0]);
  const right =
    loss.isRight === undefined
      ? times(number(0), sumOver(present, [0]))
      : total(loss.isRight(results, targets));
  return { outputs: [total(loss.each(results, targets)), right], masks: pass.masks };
}
