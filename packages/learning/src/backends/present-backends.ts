import {
  type Backend,
  hasFusedKernels,
  type OnnxRuntime,
  onnxruntimeBackend,
  scriptBackend,
  wasmBackend,
} from "@unseen/compute";
import { exportOnnx } from "@unseen/wire";

export type PresentBackend = {
  readonly backend: Backend;
  /** Why it stands where it stands, for a person. */
  readonly because: string;
};

/**
 * The backends that are present, the usually fastest first. `runtime` is `onnxruntime-node` or `onnxruntime-web` where the caller found one:
 * this room loads nothing. One thread each, because training shares its machine with what serves questions.
 */
export function presentBackends(runtime: OnnxRuntime | undefined): readonly PresentBackend[] {
  const wasm = hasFusedKernels()
    ? "float32 by WebAssembly's vectors, multiplying and adding in one step, and by threads where a step has several runs"
    : "float32 by WebAssembly's vectors; this engine has no fused multiply-add, so at half the speed";
  return [
    ...(runtime === undefined
      ? []
      : [
          {
            backend: onnxruntimeBackend(runtime, exportOnnx, { intraOpNumThreads: 1, interOpNumThreads: 1 }),
            because:
              "float32 by ONNX Runtime, which is installed: faster on images, about level on small dense networks",
          },
        ]),
    { backend: wasmBackend, because: wasm },
    {
      backend: scriptBackend,
      because: "float64 by each operation's plain rule: slow, and the oracle of the others",
    },
  ];
}
