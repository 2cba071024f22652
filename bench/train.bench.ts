// Whole training steps by each backend, in examples a second: drawing the batch, gradients, noise where private, and new weights. The
// baseline is the script backend in the same run; for a ratio of private to plain it is 1.3, the aim. `bytes` is what the training
// took of memory at most, the examples and the engine's own included; each has a process of its own.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { backends } from "./learning/backends.ts";

type Trained = { readonly value: number; readonly bytes: number };

export async function* run(isWanted: (figure: string) => boolean) {
  for (const task of ["mlp", "cnn"]) {
    const plain = new Map<string, number>();
    const baselines = new Map<string, number>();
    for (const backend of await backends()) {
      for (const kind of ["plain", "dp"] as const) {
        const figure = `train/${task}-${kind}/${backend.name}`;
        const asked = [figure, `train/${task}-dp-ratio/${backend.name}`];
        const isAsked = asked.some(isWanted);
        // What ONNX Runtime gives for a row may depend on the rows beside it, so it does not train privately.
        if (!isAsked || (kind === "dp" && backend.name === "onnxruntime")) continue;
        const { value, bytes } = await trainedAlone(task, kind, backend.name);
        const baseline = baselines.get(kind) ?? value;
        baselines.set(kind, baseline);
        yield { name: figure, value, unit: "examples/s", baseline, ratio: value / baseline, bytes };
        const plainly = plain.get(backend.name);
        if (kind === "plain") plain.set(backend.name, value);
        else if (plainly !== undefined) {
          const ratio = plainly / value;
          const share = { unit: "times", baseline: 1.3, ratio: ratio / 1.3 };
          yield { name: `train/${task}-dp-ratio/${backend.name}`, value: ratio, ...share };
        }
      }
    }
  }
}

const file = fileURLToPath(new URL("./learning/one-training.ts", import.meta.url));

async function trainedAlone(task: string, kind: string, backend: string): Promise<Trained> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    file,
    task,
    kind,
    backend,
  ]);
  return JSON.parse(stdout) as Trained;
}
