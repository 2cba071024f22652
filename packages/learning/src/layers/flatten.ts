import { ok } from "@unseen/base";
import type { Layer } from "../model/layer.ts";
import { reshape } from "../model/value.ts";

/** All numbers of an example as one line. */
export function flatten(): Layer {
  return {
    name: "flatten",
    recipe: { kind: "flatten" },
    plan: (shape) => {
      const size = shape.reduce((product, each) => product * each, 1);
      return ok({
        shape: [size],
        parameters: [],
        apply: (pass, x) => reshape(x, [pass.rows, size]),
      });
    },
  };
}
