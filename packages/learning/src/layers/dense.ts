import { ok } from "@unseen/base";
import { beginningOf, type Layer } from "../model/layer.ts";
import type { Pass } from "../model/pass.ts";
import { apply, reshape, type Value } from "../model/value.ts";
import { type Activation, activate } from "./activation.ts";
import { isCount, misfit, modelMalformed } from "./settings.ts";

/** x W + b, with `units` results; at each position by itself where an example is [positions, k]. */
export function dense(units: number, activation?: Activation): Layer {
  const name = `dense(${units}${activation === undefined ? "" : `, ${activation}`})`;
  return {
    name,
    recipe: { kind: "dense", units, ...(activation === undefined ? {} : { activation }) },
    plan: (shape) => {
      if (!isCount(units)) return modelMalformed(`${name} has no whole number of units`, "dense(128)");
      const into = shape.at(-1);
      if (into === undefined || shape.length > 2 || into < 1)
        return misfit(
          `${name} takes examples of one or two axes, not [${shape.join(", ")}]`,
          "put flatten() before",
        );
      return ok({
        shape: [...shape.slice(0, -1), units],
        parameters: [
          { name: "weight", shape: [into, units], begin: beginningOf(into) },
          { name: "bias", shape: [units], begin: beginningOf(into) },
        ],
        apply: (pass, x) => {
          const weight = pass.parameter("weight", [into, units]);
          const product = shape.length === 1 ? alone(pass, x, weight) : atPositions(pass, x, weight);
          const result = apply("Add", [product, pass.parameter("bias", [units])]);
          pass.ghost("bias", { kind: "sums", at: result, over: shape.length === 1 ? [] : [1] });
          return activate(result, activation);
        },
      });
    },
  };
}

function alone(pass: Pass, x: Value, weight: Value): Value {
  const product = apply("MatMul", [x, weight]);
  pass.ghost("weight", { kind: "outer", left: x, at: product });
  return product;
}

function atPositions(pass: Pass, x: Value, weight: Value): Value {
  const [rows, positions, into] = x.shape as readonly [number, number, number];
  const flat = apply("MatMul", [reshape(x, [rows * positions, into]), weight]);
  const product = reshape(flat, [rows, positions, weight.shape[1]!]);
  pass.ghost("weight", {
    kind: "products",
    left: apply("Transpose", [x], { perm: [0, 2, 1] }),
    at: product,
    lay: (gradient) => gradient,
    finish: (products) => products,
  });
  return product;
}
