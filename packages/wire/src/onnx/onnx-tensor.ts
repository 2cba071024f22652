// Tensors of ONNX: their numbers stand as little-endian bytes, or in a field for their type.

import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, type Result } from "@unseen/base";
import type { PlainTensor } from "@unseen/program";
import { type TensorProto, TensorProtoSchema } from "../gen/onnx/v1/onnx_pb.ts";
import { wireLimits } from "../limits.ts";
import { dataTypes, type ValueType, valueTypeOf } from "./data-types.ts";
import { onnxLimits } from "./onnx-limits.ts";
import { malformed, notSupported, quoted } from "./onnx-problems.ts";

export type OnnxTensor = { readonly value: PlainTensor; readonly type: ValueType };

/** Nothing is allocated for numbers that are not there. Whole numbers beyond 2^53 are held at it: only ends of slices are. */
export function readTensor(tensor: TensorProto): Result<OnnxTensor, Problem> {
  const name = quoted(tensor.name);
  if (tensor.dataLocation !== 0 || tensor.externalData.length > 0)
    return err(notSupported(`the numbers of ${name} are in another file`, "export the model as one file"));
  if (tensor.segment.length > 0) return err(notSupported(`${name} is a part of a tensor`));
  const type = valueTypeOf(tensor.dataType);
  if (type === undefined)
    return err(notSupported(`the type of ${name} is not one of float, double, int32, int64 and bool`));
  const shape = tensor.dims.map(Number);
  const size = shape.reduce((product, length) => product * length, 1);
  const fits = shape.length <= wireLimits.tensorAxes && shape.every((length) => length >= 0);
  if (!fits || !(size <= onnxLimits.elements)) return err(notSupported(`${name} is too large a tensor`));
  const data = tensor.rawData.length > 0 ? rawNumbers(tensor, size) : fieldNumbers(tensor);
  if (data?.length !== size) return err(malformed(`${name} does not hold what its shape says`));
  return ok({ value: { shape, data }, type });
}

function rawNumbers({ rawData, dataType }: TensorProto, size: number): Float64Array | undefined {
  const bytes = { [dataTypes.float32]: 4, [dataTypes.int32]: 4, [dataTypes.bool]: 1 }[dataType] ?? 8;
  if (rawData.length !== size * bytes) return undefined;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const read = {
    [dataTypes.float32]: (at: number) => view.getFloat32(at, true),
    [dataTypes.float64]: (at: number) => view.getFloat64(at, true),
    [dataTypes.int32]: (at: number) => view.getInt32(at, true),
    [dataTypes.int64]: (at: number) => held(view.getBigInt64(at, true)),
    [dataTypes.bool]: (at: number) => (view.getUint8(at) === 0 ? 0 : 1),
  }[dataType]!;
  return Float64Array.from({ length: size }, (_, at) => read(at * bytes));
}

function fieldNumbers(tensor: TensorProto): Float64Array | undefined {
  switch (tensor.dataType) {
    case dataTypes.float32:
      return Float64Array.from(tensor.floatData);
    case dataTypes.float64:
      return Float64Array.from(tensor.doubleData);
    case dataTypes.int64:
      return Float64Array.from(tensor.int64Data, held);
    default:
      return Float64Array.from(tensor.int32Data);
  }
}

export function held(value: bigint): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > most ? most : value < -most ? -most : value);
}

export function writeTensor(
  name: string,
  { shape, data }: PlainTensor,
  type: "float32" | "float64" | "int64",
): TensorProto {
  const bytes = type === "float32" ? 4 : 8;
  const rawData = new Uint8Array(data.length * bytes);
  const view = new DataView(rawData.buffer);
  for (const [at, number] of data.entries()) {
    if (type === "float32") view.setFloat32(at * 4, number, true);
    else if (type === "float64") view.setFloat64(at * 8, number, true);
    else view.setBigInt64(at * 8, BigInt(number), true);
  }
  return create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: dataTypes[type], rawData });
}
