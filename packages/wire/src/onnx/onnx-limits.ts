import { programLimits } from "@unseen/program";

export const onnxLimits = {
  /** Bytes of a model: sixteen million weights of 32 bits. */
  bytes: 2 ** 26,
  /** Fields of all its messages, and bytes of its lists of whole numbers: ten bytes for each of a program's constants. */
  fields: 2 ** 20,
  /** Nodes of a graph: each becomes one or a few of a program. */
  nodes: programLimits.nodes,
  /** Numbers of one weight. */
  elements: programLimits.elements,
  /** Numbers of a value that is computed while a model is read, as shapes are. */
  known: 1_024,
  /** The versions of ONNX's operator set that are read. Before 13, Softmax meant something else. */
  oldestOperators: 13n,
  newestOperators: 22n,
  /** What is written: the first with Gelu, and its version of the format. */
  writtenOperators: 20n,
  writtenFormat: 9n,
} as const;
