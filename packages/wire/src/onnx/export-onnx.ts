// A program as an ONNX model, for whatever runs those.

import { create, toBinary } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type PlainTensor, type Program, type Shape, sameShape } from "@unseen/program";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  type TensorProto,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "../gen/onnx/v1/onnx_pb.ts";
import { dataTypes } from "./data-types.ts";
import { exportRules } from "./export/export-rules.ts";
import { GraphWriter, type ModelNumbers } from "./export/graph-writer.ts";
import { onnxLimits } from "./onnx-limits.ts";
import { notSupported, quoted } from "./onnx-problems.ts";
import { writeTensor } from "./onnx-tensor.ts";

export type ExportOptions = {
  /** The type in which the model computes: most runtimes have all operations in float32 alone, which is the usual one. */
  readonly numbers?: ModelNumbers;
  /** Numbers of inputs that go into the file, as trained weights do. The others stay inputs. */
  readonly weights?: ReadonlyMap<string, PlainTensor>;
};

/**
 * Writes a program as an ONNX model (operators of version 20). Inputs keep their names; the private rows are a size called
 * "rows"; an input that is read as indices alone is of whole numbers; outputs are called output_0, output_1, ... behind
 * slashes. Settings that ONNX holds in 32 bits (alpha, beta, epsilon) are rounded to them. The same program gives the same
 * bytes. Refusals: "onnx-not-supported" with the operation that ONNX does not have, "input-unknown" and "shapes-do-not-fit"
 * for weights.
 */
export function exportOnnx(program: Program, options: ExportOptions = {}): Result<Uint8Array, Problem> {
  const { numbers = "float32", weights = new Map<string, PlainTensor>() } = options;
  const graph = new GraphWriter(program, numbers);
  const inputs = inputsOf(program);
  if (!inputs.ok) return inputs;
  const unknown = [...weights.keys()].find((name) => !inputs.value.has(name));
  if (unknown !== undefined) return err(problem("input-unknown", `the program reads no ${quoted(unknown)}`));
  const initializer: TensorProto[] = [];
  const input: ValueInfoProto[] = [];
  for (const [name, shape] of inputs.value) {
    const weight = weights.get(name);
    if (weight === undefined) {
      input.push(valueInfo(name, shape, graph.holdsIndices(name) ? dataTypes.int64 : dataTypes[numbers]));
      continue;
    }
    if (!sameShape(weight.shape, shape))
      return err(problem("shapes-do-not-fit", `the weight ${quoted(name)} has another shape than its input`));
    initializer.push(writeTensor(name, weight, graph.holdsIndices(name) ? "int64" : numbers));
  }
  for (const [at, node] of program.nodes.entries()) {
    if (node.kind === "input") continue;
    if (node.kind === "constant") {
      graph.constant(node.value, numbers, graph.nameOf(at));
      continue;
    }
    const rule = exportRules.get(node.operation);
    if (rule === undefined) return err(notSupported(`ONNX has no ${node.operation}`));
    rule(graph, node, graph.nameOf(at));
  }
  const output = program.outputs.map((place, which) => {
    const name = graph.add("Identity", [graph.nameOf(place)], {}, [graph.outputName(which)]);
    return valueInfo(name, program.shapes[place]!, dataTypes[numbers]);
  });
  const model = create(ModelProtoSchema, {
    irVersion: onnxLimits.writtenFormat,
    producerName: "unseen",
    opsetImport: [{ domain: "", version: onnxLimits.writtenOperators }],
    graph: create(GraphProtoSchema, { name: "program", node: graph.nodes, initializer, input, output }),
  });
  return ok(toBinary(ModelProtoSchema, model));
}

/** By name, in the order of the program. A name that stands twice is one input, where both have one shape. */
function inputsOf({ nodes, shapes }: Program): Result<ReadonlyMap<string, Shape>, Problem> {
  const inputs = new Map<string, Shape>();
  for (const [at, node] of nodes.entries()) {
    if (node.kind !== "input") continue;
    const known = inputs.get(node.name);
    if (known !== undefined && !sameShape(known, shapes[at]!))
      return err(problem("shapes-do-not-fit", `the input ${quoted(node.name)} is read in two shapes`));
    inputs.set(node.name, shapes[at]!);
  }
  return ok(inputs);
}

function valueInfo(name: string, shape: Shape, elemType: number): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      size === "rows"
        ? { case: "dimParam" as const, value: "rows" }
        : { case: "dimValue" as const, value: BigInt(size) },
  }));
  return create(ValueInfoProtoSchema, { name, type: { tensorType: { elemType, shape: { dim } } } });
}
