import type { OnnxRuntime } from "@unseen/compute";

/** ONNX Runtime, if whoever installed this has it too. Undefined where it is not there or does not load on this machine. */
export async function findOnnxruntime(): Promise<OnnxRuntime | undefined> {
  try {
    return await import("onnxruntime-node");
  } catch {
    return undefined;
  }
}
