import type { Backend, OnnxRuntime } from "@unseen/compute";
import { presentBackends } from "@unseen/learning";

let found: Promise<OnnxRuntime | undefined> | undefined;

/** ONNX Runtime where it is installed and loads, WebAssembly elsewhere. */
export async function fastestBackend(): Promise<Backend> {
  found ??= import("onnxruntime-node").catch(() => undefined);
  return presentBackends(await found)[0]!.backend;
}
