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
