/** The numbers that ONNX's TensorProto.DataType gives to the types that are read or written here. */
export const dataTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;

/** What a value of a foreign model is; here all are float64. */
export type ValueType = "float" | "int" | "bool";

export function valueTypeOf(dataType: number): ValueType | undefined {
  switch (dataType) {
    case dataTypes.float32:
    case dataTypes.float64:
      return "float";
    case dataTypes.int32:
    case dataTypes.int64:
      return "int";
    case dataTypes.bool:
      return "bool";
    default:
      return undefined;
  }
}

/** The numbers that ONNX's AttributeProto.AttributeType gives to the kinds that are read or written here. */
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, ints: 7 } as const;
