// Programs on ONNX Runtime, where it is installed: the fastest of the backends on a processor, and not part of this package.
// Its numbers are float32, and their last digits are those of its version and of the processor.

import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Program, sizeOf } from "@unseen/program";
import type { Backend } from "./backend.ts";
import { fixedSizes } from "./fixed-sizes.ts";

/** What is used of `onnxruntime-node` and `onnxruntime-web`, which have one interface. */
export type OnnxRuntime = {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: SessionOptions): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OnnxTensor;
};

export type SessionOptions = {
  readonly executionProviders?: readonly string[];
  readonly intraOpNumThreads?: number;
  readonly logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
};

type OnnxTensor = { readonly data: unknown };
type OnnxSession = {
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
};

export type OnnxModel = {
  readonly bytes: Uint8Array;
  /** By the program's order of outputs. */
  readonly outputs: readonly string[];
};

/**
 * `toOnnx` writes a program as an ONNX model whose inputs have the program's names. A program that the runtime refuses is refused
 * here, with what it said.
 */
export function onnxruntimeBackend(
  runtime: OnnxRuntime,
  toOnnx: (program: Program) => Result<OnnxModel, Problem>,
  options: SessionOptions = {},
): Backend {
  return {
    name: "onnxruntime",
    precision: "float32",
    compile: async (program) => {
      const sizes = fixedSizes(program);
      if (!sizes.ok) return err(sizes.problem);
      const model = toOnnx(program);
      if (!model.ok) return err(model.problem);
      const session = await runtime.InferenceSession.create(model.value.bytes, {
        logSeverityLevel: 3,
        ...options,
      }).catch((failure: unknown) => String(failure));
      if (typeof session === "string") return err(refused(session));
      const shapes = new Map(
        program.nodes.flatMap((node, at) => (node.kind === "input" ? [[node.name, sizes.value[at]!]] : [])),
      );
      return ok({
        run: async (inputs) => {
          const feeds: Record<string, OnnxTensor> = {};
          for (const [name, shape] of shapes) {
            const numbers = inputs.get(name);
            invariant(numbers?.length === sizeOf(shape), "every input of a program has a value of its size");
            const floats = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
            feeds[name] = new runtime.Tensor("float32", floats, shape);
          }
          const results = await session.run(feeds);
          return model.value.outputs.map((name) => {
            const data = results[name]?.data;
            invariant(data instanceof Float32Array, "a model gives the outputs that it names");
            return data;
          });
        },
        close: () => void session.release(),
      });
    },
  };
}

function refused(said: string): Problem<"operation-unknown"> {
  return problem("operation-unknown", `ONNX Runtime does not run this program: ${said.slice(0, 200)}`, {
    hint: "choose the wasm backend",
  });
}
