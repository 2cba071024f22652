// A private step: each unit's gradient is clipped before it is added up, by the norms of ghosts (Goodfellow 2015, arXiv
// 1510.01799; Li and others 2022, arXiv 2110.05679): one backward pass gives the gradients at the layers' results, from
// which norms and clipped sums follow without every unit's whole gradient. docs/mechanisms/clipped-sums.md proves the bound.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { grad, programLimits, programOf } from "@unseen/program";
import type { TrainingLoss } from "../loss/training-loss.ts";
import { type Network, resultsOf } from "../model/network.ts";
import type { Ghost } from "../model/pass.ts";
import { apply, input, number, outputsOf, reshape, sumOver, times, type Value } from "../model/value.ts";
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
 * parameters of at most the input "clip" [1], and counted as zero where it is not finite. With
 * `hasCount` a last output [1] adds a half for each unit that is there with a norm up to the clip, and takes a half for each
 * other. Nothing else leaves: losses are private.
 */
export function privateStep(
  network: Network,
  loss: TrainingLoss,
  units: Units,
  hasCount = false,
): Result<PrivateStep, Problem> {
  const rows = units.count * units.rowsEach;
  const { results, pass } = resultsOf(network, "training", rows);
  const each = times(loss.each(results, input("y", [rows, network.outputs])), input("present", [rows]));
  const ghosts = network.parameters.map(({ name }) => pass.ghosts.get(name)!);
  if (ghosts.some((ghost) => comparesTooMany(ghost, units)))
    return err(problem("program-too-large", "one unit looks up too many places: each is compared with each"));
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
  const program = programOf(sumsOf(parts, hasCount ? unitsPresent(units) : undefined));
  if (!program.ok) return program;
  const error = normError(Math.max(...parts.map(({ terms }) => terms)), parts.length);
  return ok({ program: program.value, masks: pass.masks, normError: error });
}

/** Refused before the comparisons are laid out. */
function comparesTooMany(ghost: Ghost, { rowsEach }: Units): boolean {
  return ghost.kind === "looked-up" && (ghost.places.shape[1]! * rowsEach) ** 2 > programLimits.constants;
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

function sumsOf(parts: readonly Clipped[], present: Value | undefined): readonly Value[] {
  const squared = parts.map((part) => part.squaredNorm).reduce((sum, each) => apply("Add", [sum, each]));
  const norm = apply("Sqrt", [squared]);
  const clip = input("clip", [1]);
  const scale = apply("Min", [number(1), apply("Div", [clip, norm])]);
  // A comparison with NaN does not hold.
  const isCounted = [...parts.flatMap((part) => part.limits), [squared, largestClipped] as const]
    .map(([value, most]) => apply("LessOrEqual", [value, number(most)]))
    .reduce(times);
  const share = apply("Where", [isCounted, scale, number(0)]);
  const sums = parts.map((part) => part.sum(share, isCounted));
  if (present === undefined) return sums;
  const isBelow = times(isCounted, apply("LessOrEqual", [norm, clip]));
  const halves = times(present, apply("Sub", [isBelow, number(0.5)]));
  return [...sums, sumOver(halves, [0])];
}

/** [units, 1]: 1 for a unit with a row that is there. */
function unitsPresent({ count, rowsEach }: Units): Value {
  const rows = reshape(input("present", [count * rowsEach]), [count, rowsEach]);
  return rowsEach === 1 ? rows : apply("ReduceMax", [rows], { axes: [1], keepdims: 1 });
}
