import type { Problem, Result } from "@unseen/base";
import type { LayerRecipe } from "@unseen/wire";
import type { Pass } from "./pass.ts";
import type { Value } from "./value.ts";

export type Layer = {
  /** Its name in messages and in a checkpoint's fingerprint, with its settings. */
  readonly name: string;
  /** As data, for whoever trains it elsewhere. */
  readonly recipe: LayerRecipe;
  /** For the shape of one example. Refuses what does not fit (`shapes-do-not-fit`). */
  readonly plan: (shape: readonly number[]) => Result<PlannedLayer, Problem>;
};

export type PlannedLayer = {
  /** Of one example's result. */
  readonly shape: readonly number[];
  readonly parameters: readonly ParameterPlan[];
  /** From [rows, ...shape in] to [rows, ...shape out], each row by itself. Tells the pass how its parameters move a row. */
  readonly apply: (pass: Pass, x: Value) => Value;
};

export type ParameterPlan = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: Beginning;
};

/** What a parameter begins with: normal numbers of this standard deviation, uniform ones up to a bound either way, or one number. */
export type Beginning =
  | { readonly deviation: number }
  | { readonly within: number }
  | { readonly value: number };

/** Of a weight and a bias through which each result takes `into` numbers: within the root of 1 / into, as torch has it. */
export function beginningOf(into: number): Beginning {
  return { within: 1 / Math.sqrt(into) };
}
