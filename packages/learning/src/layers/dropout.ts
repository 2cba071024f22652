import { ok } from "@unseen/base";
import type { Layer } from "../model/layer.ts";
import { times } from "../model/value.ts";
import { modelMalformed } from "./settings.ts";

/** While training, each number becomes 0 with the probability `rate` and is else divided by 1 - rate. Afterwards nothing. */
export function dropout(rate: number): Layer {
  const name = `dropout(${rate})`;
  return {
    name,
    recipe: { kind: "dropout", dropped: rate },
    plan: (shape) => {
      if (!(rate >= 0 && rate < 1))
        return modelMalformed(`${name} has a rate that is not from 0 to below 1`, "dropout(0.5)");
      return ok({
        shape,
        parameters: [],
        apply: (pass, x) => (pass.kind === "training" && rate > 0 ? times(x, pass.mask(shape, 1 - rate)) : x),
      });
    },
  };
}
