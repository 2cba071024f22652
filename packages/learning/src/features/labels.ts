// The column that is learnt, as the targets of a loss.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { ColumnDescription, LossName } from "@unseen/wire";
import { declaredColumn, rangeOf, scaledTo } from "./features.ts";

export type LabelPlan = {
  readonly column: string;
  readonly loss: LossName;
  readonly least: number;
  readonly greatest: number;
  /** Results that the model has to have. */
  readonly outputs: number;
};

const mostClasses = 2 ** 16;

/** Refuses by declarations alone: `column-unknown`, `training-invalid`. */
export function planLabel(
  y: string,
  loss: LossName,
  declared: readonly ColumnDescription[],
): Result<LabelPlan, Problem> {
  const found = declaredColumn(y, declared);
  if (!found.ok) return found;
  const range = rangeOf(found.value);
  const classes = range === undefined ? 0 : range.greatest - range.least + 1;
  const fits =
    loss === "squared-error"
      ? range !== undefined && !range.isCategory
      : range?.isWhole === true && (loss === "logistic" ? classes === 2 : classes <= mostClasses);
  if (range === undefined || !fits) return err(cannotBeLearnt(y, loss));
  const { least, greatest } = range;
  return ok({ column: y, loss, least, greatest, outputs: loss === "cross-entropy" ? classes : 1 });
}

/** One line of `outputs` numbers a row. A row whose label is none counts as nothing: it is taken out of `isUsable`. */
export function writeLabels(plan: LabelPlan, values: ArrayLike<number>, isUsable: Uint8Array): Float32Array {
  const { outputs, loss, least, greatest } = plan;
  const targets = new Float32Array(isUsable.length * outputs);
  for (let row = 0; row < isUsable.length; row++) {
    const value = values[row]!;
    const isWithin = value >= least && value <= greatest;
    if (!isWithin || (loss !== "squared-error" && !Number.isInteger(value - least))) {
      isUsable[row] = 0;
      continue;
    }
    if (loss === "squared-error") targets[row] = scaledTo(value, plan);
    else if (loss === "logistic") targets[row] = value - least;
    else targets[row * outputs + (value - least)] = 1;
  }
  return targets;
}

/** The place of each row's class; NaN where the row counts as nothing. */
export function writeClasses(
  { least, greatest }: LabelPlan,
  values: ArrayLike<number>,
  isUsable: Uint8Array,
): Float32Array {
  return Float32Array.from(isUsable, (usable, row) => {
    const value = values[row]!;
    return usable === 1 && value >= least && value <= greatest ? value - least : Number.NaN;
  });
}

function cannotBeLearnt(y: string, loss: LossName): Problem<"training-invalid"> {
  const hint = {
    "cross-entropy": "a category, or whole numbers with declared bounds, have classes",
    logistic: "it takes a column of two categories, or of two whole numbers",
    "squared-error": "it takes a column of numbers",
  }[loss];
  return problem(
    "training-invalid",
    `the column ${JSON.stringify(y)} cannot be learnt with the loss ${loss}`,
    { hint },
  );
}
