import { ok } from "@unseen/base";
import type { Layer } from "../model/layer.ts";
import { apply, type Value } from "../model/value.ts";

const operationOf = { relu: "Relu", tanh: "Tanh", sigmoid: "Sigmoid", gelu: "Gelu" } as const;

export type Activation = keyof typeof operationOf;

export function activate(x: Value, activation: Activation | undefined): Value {
  return activation === undefined ? x : apply(operationOf[activation], [x]);
}

/** A function of each number by itself. */
export function activation(which: Activation): Layer {
  return {
    name: which,
    recipe: { kind: "activation", activation: which },
    plan: (shape) => ok({ shape, parameters: [], apply: (_, x) => activate(x, which) }),
  };
}

/**
 * Standard deviation of a weight's first numbers: He and others 2015 (arXiv 1502.01852) before a rectifier, Glorot and
 * Bengio 2010 elsewhere.
 */
export function beginDeviation(into: number, outOf: number, activation: Activation | undefined): number {
  return activation === "relu" || activation === "gelu" ? Math.sqrt(2 / into) : Math.sqrt(2 / (into + outOf));
}
