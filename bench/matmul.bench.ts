// Products of square matrices by each backend, in 10^9 operations a second: a multiplication and an addition are two. The
// baseline is the script backend in the same run. `bytes` is what it took of memory at most, the matrices and the engine's own
// included; each has a process of its own.

import { backends } from "./learning/backends.ts";
import { measuredAlone } from "./learning/measured-alone.ts";

export async function* run() {
  for (const size of [512, 1_024]) {
    let baseline: number | undefined;
    for (const { name } of await backends()) {
      const { value, bytes } = await measuredAlone("./one-product.ts", `${size}`, name);
      baseline ??= value;
      yield {
        name: `matmul/${size}/${name}`,
        value,
        unit: "GFLOP/s",
        baseline,
        ratio: value / baseline,
        bytes,
      };
    }
  }
}
