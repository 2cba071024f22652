// A private step: each unit's gradient is clipped before it is added up, by the norms of ghosts (Goodfellow 2015, arXiv
// 1510.01799; Li and others 2022, arXiv 2110.05679): one backward pass gives the gradients at the layers' results, from
// which norms and clipped sums follow without every unit's whole gradient. docs/mechanisms/clipped-sums.md proves the bound.

import { ok, type Problem, type Result } from "@unseen/base";
import { grad, programOf } from "@unseen/program";
import type { TrainingLoss } from "../loss/training-loss.ts";
import { type Network, resultsOf } from "../model/network.ts";
import type { Ghost } from "../model/pass.ts";
import { apply, input, number, outputsOf, sumOver, times, type Value } from "../model/value.ts";
import { type Clipped, clippedParts } from "./clipped-parts.ts";
import type { Step } from "./plain-step.ts";
import { largestClipped, normError } from "./rounding.ts";
import type { Units } from "./units.ts";

export type PrivateStep = Step & {
  /** A unit's true norm is at most 1 + this times the clip. */
  readonly normError: number;
};

/**
 * Outputs: for each parameter, in order, the sum over units of their gradients, each first scaled to a norm over all
 * parameters of at most the input "clip" [1], and counted as zero where it is not finite. Nothing else leaves: losses are private.
 */
export function privateStep(
  network: Network,
  loss: TrainingLoss,
  units: Units,
): Result<PrivateStep, Problem> {
  const rows = units.count * units.rowsEach;
  const { results, pass } = resultsOf(network, "training", rows);
  const each = times(loss.each(results, input("y", [rows, network.outputs])), input("present", [rows]));
  const ghosts = network.parameters.map(({ name }) => pass.ghosts.get(name)!);
  const values = ghosts.map(neededBy);
  const forward = programOf([sumOver(each, [0]), ...ghosts.map(({ at }) => at), ...values]);
  if (!forward.ok) return forward;
  const places = ghosts.map((_, at) => forward.value.outputs[1 + at]!);
  const backward = grad(forward.value, { of: 0, withRespectTo: places, keepOutputs: true });
  if (!backward.ok) return backward;
  const written = outputsOf(backward.value).slice(1 + ghosts.length);
  const parts = ghosts.map((ghost, at) =>
    clippedParts(ghost, written[at]!, written[ghosts.length + at]!, units, network.parameters[at]!.shape),
  );
  const program = programOf(sumsOf(parts));
  if (!program.ok) return program;
  const error = normError(Math.max(...parts.map(({ terms }) => terms)), parts.length);
  return ok({ program: program.value, masks: pass.masks, normError: error });
}

/** What the rule of a ghost needs beside the gradient. */
function neededBy(ghost: Ghost): Value {
  switch (ghost.kind) {
    case "outer":
    case "products":
      return ghost.left;
    case "sums":
      return ghost.factor ?? ghost.at;
    case "looked-up":
      return ghost.places;
    default:
      return ghost satisfies never;
  }
}

function sumsOf(parts: readonly Clipped[]): readonly Value[] {
  const squared = parts.map((part) => part.squaredNorm).reduce((sum, each) => apply("Add", [sum, each]));
  const norm = apply("Sqrt", [squared]);
  const scale = apply("Min", [number(1), apply("Div", [input("clip", [1]), norm])]);
  // A comparison with NaN does not hold.
  const isCounted = [...parts.flatMap((part) => part.limits), [squared, largestClipped] as const]
    .map(([value, most]) => apply("LessOrEqual", [value, number(most)]))
    .reduce(times);
  const share = apply("Where", [isCounted, scale, number(0)]);
  return parts.map((part) => part.sum(share, isCounted));
}
