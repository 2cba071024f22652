// Programs on ONNX Runtime, where it is installed: the fastest of the backends on a processor, and not part of this package.
// Its numbers are float32, and their last digits are those of its version and of the processor.

import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Program, sizeOf } from "@unseen/program";
import type { Backend, Numbers } from "./backend.ts";
import { fixedSizes } from "./fixed-sizes.ts";

/** What is used of `onnxruntime-node` and `onnxruntime-web`, which have one interface. */
export type OnnxRuntime = {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: SessionOptions): Promise<OnnxSession>;
  };
  readonly Tensor: new (
    type: "float32" | "int64",
    data: Float32Array | BigInt64Array,
    dims: readonly number[],
  ) => OnnxTensor;
};

export type SessionOptions = {
  readonly executionProviders?: readonly string[];
  readonly intraOpNumThreads?: number;
  readonly interOpNumThreads?: number;
  readonly logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
};

type OnnxTensor = { readonly data: unknown };
type OnnxSession = {
  readonly inputMetadata: readonly { readonly name: string; readonly type?: string }[];
  /** In the order of the model. */
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
};

/**
 * `toOnnx` writes a program as an ONNX model whose inputs have the program's names and whose outputs stand in its order. A program that the runtime refuses is refused
 * here, with what it said.
 */
export function onnxruntimeBackend(
  runtime: OnnxRuntime,
  toOnnx: (program: Program) => Result<Uint8Array, Problem>,
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
      const session = await runtime.InferenceSession.create(model.value, {
        logSeverityLevel: 3,
        ...options,
      }).catch((failure: unknown) => String(failure));
      if (typeof session === "string") return err(refused(session));
      const shapes = new Map(
        program.nodes.flatMap((node, at) => (node.kind === "input" ? [[node.name, sizes.value[at]!]] : [])),
      );
      // What a program reads as indices alone is of whole numbers in a model.
      const whole = new Set(
        session.inputMetadata.flatMap(({ name, type }) => (type === "int64" ? [name] : [])),
      );
      return ok({
        run: async (inputs) => {
          const feeds: Record<string, OnnxTensor> = {};
          for (const [name, shape] of shapes) {
            const numbers = inputs.get(name);
            invariant(numbers?.length === sizeOf(shape), "every input of a program has a value of its size");
            feeds[name] = whole.has(name)
              ? new runtime.Tensor("int64", BigInt64Array.from(numbers, BigInt), shape)
              : new runtime.Tensor("float32", floatsOf(numbers), shape);
          }
          const results = await session.run(feeds);
          return session.outputNames.map((name) => numbersIn(results[name]?.data));
        },
        close: () => void session.release(),
      });
    },
  };
}

function floatsOf(numbers: Numbers): Float32Array {
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}

function numbersIn(data: unknown): Numbers {
  if (data instanceof Float32Array) return data;
  invariant(data instanceof BigInt64Array, "a model gives numbers");
  return Float64Array.from(data, Number);
}

function refused(said: string): Problem<"operation-unknown"> {
  return problem("operation-unknown", `ONNX Runtime does not run this program: ${said.slice(0, 200)}`, {
    hint: "choose the wasm backend",
  });
}
