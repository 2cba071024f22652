import type { GradientRule } from "../gradient-rule.ts";
import { arithmeticRules } from "./arithmetic.ts";
import { elementwiseRules } from "./elementwise.ts";
import { imageRules } from "./images.ts";
import { layoutRules } from "./layout.ts";
import { normalFormRules } from "./normal-forms.ts";
import { productRules } from "./products.ts";
import { reductionRules } from "./reductions.ts";

/** The gradient of every operation that has one. The others are in `notDifferentiable`, each with the reason. */
export const gradientRules: ReadonlyMap<string, GradientRule> = new Map([
  ...arithmeticRules,
  ...elementwiseRules,
  ...imageRules,
  ...layoutRules,
  ...normalFormRules,
  ...productRules,
  ...reductionRules,
]);

/**
 * These stay the same while their inputs move a little, so nothing flows back through them. The rules of other operations
 * are written with them, as masks and counts.
 */
export const flatOperations: ReadonlySet<string> = new Set([
  "And",
  "Count",
  "Equal",
  "Greater",
  "GreaterOrEqual",
  "Less",
  "LessOrEqual",
  "MaxPoolIndices",
  "Not",
  "Or",
  "RowOnes",
  "Sign",
  "Xor",
]);
