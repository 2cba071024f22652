// The oracle of the backends: every node by its plain rule, in float64.

import { err, invariant, ok } from "@unseen/base";
import { plainTensor } from "@unseen/program";
import { evaluate } from "../evaluate.ts";
import type { Backend } from "./backend.ts";
import { fixedSizes } from "./fixed-sizes.ts";

export const scriptBackend: Backend = {
  name: "script",
  precision: "float64",
  compile: async (program) => {
    const sizes = fixedSizes(program);
    if (!sizes.ok) return err(sizes.problem);
    const shapes = new Map(
      program.nodes.flatMap((node, at) => (node.kind === "input" ? [[node.name, sizes.value[at]!]] : [])),
    );
    return ok({
      run: async (inputs) => {
        const values = [...shapes].map(([name, shape]) => {
          const numbers = inputs.get(name);
          invariant(numbers !== undefined, "every input of a program has a value");
          return [name, plainTensor(shape, Float64Array.from(numbers))] as const;
        });
        const outputs = evaluate(program, new Map(values));
        invariant(outputs.ok, "a program that was compiled runs");
        return outputs.value.map(({ data }) => data.slice());
      },
      close: () => {},
    });
  },
};
