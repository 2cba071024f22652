// The training itself, beside the page, which stays answering. Ending this worker ends the training.

import { type Backend, conv2d, dense, flatten, sequential, sgd } from "unseen";
import { onnxruntime } from "unseen/onnxruntime";
import { hasThreads, inThreads } from "unseen/threads";
import { digits } from "./digits.ts";

export type Asked = {
  readonly backend: string;
  /** Of a convolution over each image; 0 for none. */
  readonly filters: number;
  readonly batch: number;
  readonly epochs: number;
  readonly epsilon: number | undefined;
};
export type Told =
  | {
      readonly kind: "progress";
      readonly step: number;
      readonly steps: number;
      readonly accuracy: number;
      readonly epsilon: number | undefined;
      readonly leftMs: number;
    }
  | {
      readonly kind: "done";
      readonly accuracy: number;
      readonly ms: number;
      readonly guarantee: string;
      readonly threads: number;
      readonly runsInThreads: number;
      /** Of the first layer, for whoever compares backends. */
      readonly weights: readonly number[];
    }
  | { readonly kind: "refused"; readonly message: string };

addEventListener("message", (event: MessageEvent<Asked>) => {
  train(event.data).catch((failure: unknown) => tell({ kind: "refused", message: String(failure) }));
});

async function train({ backend, filters, batch, epochs, epsilon }: Asked): Promise<void> {
  const { train: own, heldOut } = await digits(filters === 0 ? [64] : [1, 8, 8]);
  const from = performance.now();
  const model = sequential([...imagesSeenBy(filters), dense(32, "relu"), dense(10)]);
  const run = await model.fit(own, {
    optimizer: sgd(epsilon === undefined ? 0.5 : 1),
    epochs,
    batch,
    heldOut,
    ...(await backendOf(backend)),
    ...(epsilon === undefined ? {} : { privacy: { clip: 1, epsilon, delta: 1e-4 } }),
    onProgress: ({ step, steps, heldOut: measured, epsilon: spent, leftMs = 0 }) =>
      tell({ kind: "progress", step, steps, accuracy: measured?.accuracy ?? 0, epsilon: spent, leftMs }),
  });
  tell({
    kind: "done",
    accuracy: run.heldOut?.accuracy ?? 0,
    ms: performance.now() - from,
    guarantee: run.epsilon === undefined ? "" : guaranteeOf(run.epsilon),
    ...counted,
    weights: [...([...run.weights.values()][0] ?? [])],
  });
}

/** Pixels one after the other, or what filters of 3 by 3 see. */
function imagesSeenBy(filters: number) {
  const seen = conv2d(filters, 3, { activation: "relu" });
  return filters === 0 ? [] : [seen, conv2d(filters, 3, { activation: "relu" }), flatten()];
}

const counted = { threads: 0, runsInThreads: 0 };

/** A training's steps are small messages and shared memory: counting the answers counts what threads did. */
function startThread(): Worker {
  const thread = new Worker(new URL("./thread.ts", import.meta.url), { type: "module" });
  counted.threads++;
  thread.addEventListener("message", ({ data }) => {
    if (data === "done") counted.runsInThreads++;
  });
  return thread;
}

/** Loads ONNX Runtime only where it was chosen: it is 15 to 27 megabytes. */
async function backendOf(name: string): Promise<{ readonly backend?: Backend }> {
  if (name === "wasm-threads") {
    if (!hasThreads())
      throw new Error("This page may not share memory with threads: it is not isolated (COOP and COEP).");
    return { backend: inThreads(startThread, 2) };
  }
  if (name === "onnxruntime-wasm") {
    const runtime = await import("onnxruntime-web/wasm");
    return { backend: onnxruntime(runtime, { executionProviders: ["wasm"] }) };
  }
  if (name === "onnxruntime-webgpu") {
    if (!("gpu" in navigator)) throw new Error("This browser has no WebGPU: choose another backend.");
    const runtime = await import("onnxruntime-web/webgpu");
    return { backend: onnxruntime(runtime, { executionProviders: ["webgpu"] }) };
  }
  return {};
}

function guaranteeOf(promised: {
  readonly epsilon: number;
  readonly delta: number;
  readonly unit: string;
  readonly relation: string;
  readonly sampler: string;
}): string {
  const { epsilon, delta, unit, relation, sampler } = promised;
  return `Epsilon ${epsilon.toFixed(3)} at delta ${delta}: one is ${unit}; neighbours: ${relation}; ${sampler}.`;
}

function tell(told: Told): void {
  postMessage(told);
}
