export type { Backend, Compiled, Numbers } from "./backend/backend.ts";
export {
  type OnnxRuntime,
  onnxruntimeBackend,
  type SessionOptions,
} from "./backend/onnxruntime-backend.ts";
export { scriptBackend } from "./backend/script-backend.ts";
export { CompiledInThread } from "./backend/threads/compiled-in-thread.ts";
export { serveThread, type ThreadPort } from "./backend/threads/serve-thread.ts";
export {
  canShareMemory,
  type FromThread,
  type Thread,
  type Threads,
  type ToThread,
} from "./backend/threads/thread.ts";
export { hasFusedKernels } from "./backend/wasm/float-kernels.ts";
export { bytesOnWasm, wasmBackend } from "./backend/wasm/wasm-backend.ts";
export { evaluate, type Inputs } from "./evaluate.ts";
export { FloatSums } from "./grid/float-sums.ts";
export { type DrawTable, WholeNumbers } from "./grid/whole-numbers.ts";
export { addMatmul, type MatmulSizes } from "./ring/add-matmul.ts";
export type { Kernels } from "./ring/kernels.ts";
export { type Column, type Place, RingMemory, RingMemoryFull } from "./ring/ring-memory.ts";
export { workOf } from "./work-of.ts";
export { isObjectId, Workspace, type WorkspaceLimits, workspaceLimits } from "./workspace.ts";
