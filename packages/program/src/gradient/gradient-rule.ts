import type { Attributes } from "../operations/operation.ts";
import type { GradientWriter } from "./gradient-writer.ts";

/** One operation in the program, and how much the output rises with each of its results. */
export type Applied = {
  readonly write: GradientWriter;
  readonly inputs: readonly number[];
  readonly attributes: Attributes;
  readonly output: number;
  /** The gradient of the result, in the result's shape. */
  readonly given: number;
};

/**
 * For each input, how its gradient is written, in the input's shape. It is called only for inputs that somebody wants.
 * Undefined where the result stays the same while such an input moves a little, as with indices.
 */
export type GradientRule = (applied: Applied) => readonly ((() => number) | undefined)[];
