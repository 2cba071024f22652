import type { Backend } from "@unseen/compute";
import { presentBackends } from "@unseen/learning";
import { findOnnxruntime } from "../../packages/cli/src/doctor/find-onnxruntime.ts";

/** Those that are present here, the slowest first. */
export async function backends(): Promise<readonly Backend[]> {
  return presentBackends(await findOnnxruntime())
    .map(({ backend }) => backend)
    .reverse();
}
