// One way through the layers, and what the layers say of it: how each parameter's gradient of one row is made.

import { input, type Value } from "./value.ts";

/**
 * How one row's gradient of a parameter follows from the gradient at a place that the layer names, `at`.
 * - "outer": `left` [rows, k] times the gradient [rows, o]; the parameter is [k, o].
 * - "products": the sum of such products over positions: `left` [rows, k, positions] times [rows, positions, o].
 * - "sums": the gradient, times `factor` where there is one, summed over the axes `over`.
 * - "looked-up": the lines of a table that `places` [rows, positions] name; the gradient is [rows, positions, o].
 */
export type Ghost =
  | { readonly kind: "outer"; readonly left: Value; readonly at: Value }
  | {
      readonly kind: "products";
      readonly left: Value;
      readonly at: Value;
      /** From the gradient at `at` to [rows, positions, o], and from [k, o] to the parameter. */
      readonly lay: (gradient: Value) => Value;
      readonly finish: (products: Value) => Value;
    }
  | { readonly kind: "sums"; readonly at: Value; readonly over: readonly number[]; readonly factor?: Value }
  | { readonly kind: "looked-up"; readonly places: Value; readonly at: Value };

export type Mask = { readonly name: string; readonly shape: readonly number[]; readonly keep: number };

/** `training` draws masks; `ghosts` collects what private steps need, which costs nodes that a plain step does not run. */
export type PassKind = "training" | "inference";

export class Pass {
  readonly kind: PassKind;
  readonly rows: number;
  readonly ghosts = new Map<string, Ghost>();
  readonly masks: Mask[] = [];
  #layer = 0;

  constructor(kind: PassKind, rows: number) {
    this.kind = kind;
    this.rows = rows;
  }

  through(layers: readonly { readonly apply: (pass: Pass, x: Value) => Value }[], x: Value): Value {
    let value = x;
    for (const [at, layer] of layers.entries()) {
      this.#layer = at;
      value = layer.apply(this, value);
    }
    return value;
  }

  parameter(name: string, shape: readonly number[]): Value {
    return input(parameterName(this.#layer, name), shape);
  }

  ghost(parameter: string, ghost: Ghost): void {
    this.ghosts.set(parameterName(this.#layer, parameter), ghost);
  }

  /** Numbers that are drawn anew for each row: 1 / keep with the probability `keep`, else 0. */
  mask(shape: readonly number[], keep: number): Value {
    const mask = { name: parameterName(this.#layer, "mask"), shape: [this.rows, ...shape], keep };
    this.masks.push(mask);
    return input(mask.name, mask.shape);
  }
}

export function parameterName(layer: number, name: string): string {
  return `${layer}.${name}`;
}
