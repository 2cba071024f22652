// Whole training steps by each backend, in examples a second: drawing the batch, gradients, noise where private, and new weights. The
// baseline is the script backend in the same run; for a ratio of private to plain it is 1.3, the aim. `bytes` is what the training
// took of memory at most, the examples and the engine's own included; each has a process of its own. `wasm-threads` is `wasm` in as many threads as there are processors.

import { backends } from "./learning/backends.ts";
import { measuredAlone } from "./learning/measured-alone.ts";

export async function* run(isWanted: (figure: string) => boolean) {
  for (const task of ["mlp", "cnn"]) {
    const plain = new Map<string, number>();
    const baselines = new Map<string, number>();
    const names = (await backends()).map(({ name }) => name);
    for (const backend of [...names, "wasm-threads"]) {
      for (const kind of ["plain", "dp"] as const) {
        const figure = `train/${task}-${kind}/${backend}`;
        const asked = [figure, `train/${task}-dp-ratio/${backend}`];
        const isAsked = asked.some(isWanted);
        // What ONNX Runtime gives for a row may depend on the rows beside it, so it does not train privately.
        if (!isAsked || (kind === "dp" && backend === "onnxruntime")) continue;
        const { value, bytes } = await measuredAlone("./one-training.ts", task, kind, backend);
        const baseline = baselines.get(kind) ?? value;
        baselines.set(kind, baseline);
        yield { name: figure, value, unit: "examples/s", baseline, ratio: value / baseline, bytes };
        const plainly = plain.get(backend);
        if (kind === "plain") plain.set(backend, value);
        else if (plainly !== undefined) {
          const ratio = plainly / value;
          const share = { unit: "times", baseline: 1.3, ratio: ratio / 1.3 };
          yield { name: `train/${task}-dp-ratio/${backend}`, value: ratio, ...share };
        }
      }
    }
  }
}
