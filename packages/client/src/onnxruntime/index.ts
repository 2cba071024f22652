// Training on ONNX Runtime: a part of its own, so that a page that only asks questions loads no models' writer.

import { type Backend, type OnnxRuntime, onnxruntimeBackend, type SessionOptions } from "@unseen/compute";
import { exportOnnx } from "@unseen/wire";

export type { OnnxRuntime, SessionOptions };

/**
 * `fit`'s `backend` on the caller's `onnxruntime-web` or `onnxruntime-node`. `executionProviders: ["webgpu"]` computes on the
 * graphics processor where a browser has WebGPU; what it lacks goes to WebAssembly. float32. For training without privacy: a
 * private one refuses it.
 */
export function onnxruntime(runtime: OnnxRuntime, options: SessionOptions = {}): Backend {
  return onnxruntimeBackend(runtime, exportOnnx, options);
}
