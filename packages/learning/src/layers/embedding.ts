import { ok } from "@unseen/base";
import type { Layer } from "../model/layer.ts";
import { apply, reshape } from "../model/value.ts";
import { isCount, misfit, modelMalformed } from "./settings.ts";

/** A line of `width` learnt numbers for each of `words` whole numbers from 0: an example [positions] becomes [positions, width]. */
export function embedding(words: number, width: number): Layer {
  const name = `embedding(${words}, ${width})`;
  return {
    name,
    recipe: { kind: "embedding", words, units: width },
    plan: (shape) => {
      if (!isCount(words) || !isCount(width))
        return modelMalformed(`${name} has a size that is no whole number`, "embedding(1000, 16)");
      const [positions] = shape;
      if (positions === undefined || shape.length !== 1)
        return misfit(
          `${name} takes examples of one axis, not [${shape.join(", ")}]`,
          "one whole number a position",
        );
      return ok({
        shape: [positions, width],
        parameters: [{ name: "table", shape: [words, width], begin: { deviation: 1 / Math.sqrt(width) } }],
        apply: (pass, x) => {
          const table = pass.parameter("table", [words, width]);
          const lines = apply("Gather", [table, reshape(x, [pass.rows * positions])], { axis: 0 });
          const result = reshape(lines, [pass.rows, positions, width]);
          pass.ghost("table", { kind: "looked-up", places: x, at: result });
          return result;
        },
      });
    },
  };
}

/** The mean over positions: an example [positions, width] becomes [width]. */
export function averagePositions(): Layer {
  return {
    name: "averagePositions",
    recipe: { kind: "average-positions" },
    plan: (shape) =>
      shape.length === 2
        ? ok({
            shape: shape.slice(1),
            parameters: [],
            apply: (_, x) => apply("ReduceMean", [x], { axes: [1], keepdims: 0 }),
          })
        : misfit(
            `averagePositions takes examples [positions, width], not [${shape.join(", ")}]`,
            "put embedding() before",
          ),
  };
}
