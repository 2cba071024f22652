// ONNX Runtime is optional: where it does not load, the suite says so once and is counted as skipped.

import { presentBackends } from "@unseen/learning";
import { describe, test } from "vitest";
import { findOnnxruntime } from "../packages/cli/src/doctor/find-onnxruntime.ts";
import { backendContract } from "../packages/compute/src/backend/backend-contract-for-tests.ts";

const runtime = await findOnnxruntime();

if (runtime === undefined)
  describe("ONNX Runtime", () => test.skip("does not load on this machine", () => {}));
else backendContract(presentBackends(runtime)[0]!.backend);
