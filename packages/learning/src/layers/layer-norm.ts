import { ok } from "@unseen/base";
import type { Layer } from "../model/layer.ts";
import { apply, number, times } from "../model/value.ts";
import { misfit } from "./settings.ts";

/** Each example's last axis, centred and scaled to variance 1, then times a learnt gain plus a learnt shift. */
export function layerNorm(): Layer {
  return {
    name: "layerNorm",
    recipe: { kind: "layer-norm" },
    plan: (shape) => {
      const width = shape.at(-1);
      if (width === undefined || width < 1)
        return misfit("layerNorm takes examples of at least one axis", "examples of [k]");
      return ok({
        shape,
        parameters: [
          { name: "gain", shape: [width], begin: { value: 1 } },
          { name: "shift", shape: [width], begin: { value: 0 } },
        ],
        apply: (pass, x) => {
          const ones = apply("Expand", [number(1)], { shape: [width] });
          const normal = apply("LayerNormalization", [x, ones], { axis: -1 });
          const scaled = times(normal, pass.parameter("gain", [width]));
          const result = apply("Add", [scaled, pass.parameter("shift", [width])]);
          const over = shape.slice(1).map((_, at) => at + 1);
          pass.ghost("gain", { kind: "sums", at: result, over, factor: normal });
          pass.ghost("shift", { kind: "sums", at: result, over });
          return result;
        },
      });
    },
  };
}
