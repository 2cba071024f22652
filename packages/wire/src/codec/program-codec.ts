// A question on the wire, and back through `makeProgram`, the one door that every program goes through.
//
// A message is counted before it is read: what does not fit the limits costs one look at its lengths.

import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type Attributes,
  type AttributeValue,
  type Dimension,
  makeProgram,
  type Program,
  type ProgramNode,
  programLimits,
  programVersion,
} from "@unseen/program";
import {
  type Attribute,
  type Constant,
  type Input,
  NodeSchema,
  type Operation,
  ProgramSchema,
  type Dimension as WireDimension,
  type Node as WireNode,
  type Program as WireProgram,
} from "../gen/unseen/v1/tensor_pb.ts";
import { wireLimits } from "../limits.ts";
import { decodeTensor, encodeTensor } from "./tensor-codec.ts";

/** Most inputs of one node: Concat joins 256. */
const mostInputs = 256;
/** Most settings of one node: a slice has four. */
const mostAttributes = 16;
/** Characters of an operation's or a setting's name. */
const longestName = 64;

/** Two programs that print the same give the same message: settings go in the order of their names. */
export function encodeProgram(program: Program): WireProgram {
  return create(ProgramSchema, {
    version: program.version,
    outputs: [...program.outputs],
    nodes: program.nodes.map(encodeNode),
  });
}

function encodeNode(node: ProgramNode): WireNode {
  switch (node.kind) {
    case "constant":
      return create(NodeSchema, { node: { case: "constant", value: { value: encodeTensor(node.value) } } });
    case "input": {
      const value = { name: node.name, shape: node.shape.map(encodeDimension) };
      return create(NodeSchema, { node: { case: "input", value } });
    }
    case "operation": {
      const attributes = Object.entries(node.attributes)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({ name, value: encodeAttribute(value) }));
      const value = { name: node.operation, inputs: [...node.inputs], attributes };
      return create(NodeSchema, { node: { case: "operation", value } });
    }
    default:
      return node satisfies never;
  }
}

function encodeDimension(size: Dimension): { size?: bigint } {
  return size === "rows" ? {} : { size: BigInt(size) };
}

function encodeAttribute(value: AttributeValue) {
  if (typeof value === "number") return { case: "number" as const, value };
  return isTexts(value)
    ? { case: "texts" as const, value: { values: [...value] } }
    : { case: "list" as const, value: { values: [...value] } };
}

/** An empty list is sent as one of numbers, and reads as either. */
function isTexts(values: readonly number[] | readonly string[]): values is readonly string[] {
  return typeof values[0] === "string";
}

/**
 * Reads a program that somebody sent. Nothing of a newer version is looked at: its nodes may mean what this
 * code does not know. Refusals: "program-newer", "program-too-large", "program-malformed", and those of
 * `makeProgram`.
 */
export function decodeProgram(message: WireProgram | undefined): Result<Program, Problem> {
  if (message === undefined) return err(malformed("it is missing"));
  const { version, outputs } = message;
  if (version > programVersion) return makeProgram({ version, nodes: [], outputs: [] });
  if (message.nodes.length > programLimits.nodes) return err(tooLarge(`${programLimits.nodes} steps`));
  if (outputs.length > programLimits.outputs) return err(tooLarge(`${programLimits.outputs} outputs`));
  const nodes: ProgramNode[] = [];
  let constants = 0;
  for (const sent of message.nodes) {
    if (sent.node.case === "constant") constants += sent.node.value.value?.data.length ?? 0;
    if (constants > programLimits.constants)
      return err(tooLarge(`${programLimits.constants} numbers in its constants`));
    const node = decodeNode(sent);
    if (!node.ok) return node;
    nodes.push(node.value);
  }
  return makeProgram({ version, nodes, outputs });
}

function decodeNode({ node }: WireNode): Result<ProgramNode, Problem> {
  switch (node.case) {
    case "constant":
      return decodeConstant(node.value);
    case "input":
      return decodeInput(node.value);
    case "operation":
      return decodeOperation(node.value);
    case undefined:
      return err(malformed("a step is of no known kind"));
    default:
      return node satisfies never;
  }
}

function decodeConstant({ value }: Constant): Result<ProgramNode, Problem> {
  const tensor = decodeTensor(value);
  if (!tensor.ok) return err(malformed("a constant does not hold what its shape says"));
  return ok({ kind: "constant", value: tensor.value });
}

function decodeInput({ name, shape }: Input): Result<ProgramNode, Problem> {
  if (name.length > programLimits.nameLength) return err(malformed("the name of an input is too long"));
  if (shape.length > wireLimits.tensorAxes) return err(malformed("an input has too many axes"));
  const sizes: Dimension[] = [];
  for (const dimension of shape) {
    const size = decodeDimension(dimension);
    if (size === undefined) return err(tooLarge(`${programLimits.elements} along an axis`));
    sizes.push(size);
  }
  return ok({ kind: "input", name, shape: sizes });
}

/**
 * A size beyond what a whole tensor may hold is refused even where another size is zero and the tensor is
 * empty: rules count steps along an axis.
 */
function decodeDimension({ size }: WireDimension): Dimension | undefined {
  if (size === undefined) return "rows";
  return size <= BigInt(programLimits.elements) ? Number(size) : undefined;
}

function decodeOperation({ name, inputs, attributes }: Operation): Result<ProgramNode, Problem> {
  if (name.length > longestName) return err(malformed("the name of an operation is too long"));
  if (inputs.length > mostInputs) return err(malformed("an operation has too many inputs"));
  if (attributes.length > mostAttributes) return err(malformed("an operation has too many settings"));
  const settings = decodeAttributes(attributes);
  return settings.ok
    ? ok({ kind: "operation", operation: name, inputs, attributes: settings.value })
    : settings;
}

function decodeAttributes(attributes: readonly Attribute[]): Result<Attributes, Problem> {
  // Without a prototype, so that a setting called "__proto__" is a setting that nobody knows.
  const read: Record<string, AttributeValue> = Object.create(null);
  for (const { name, value } of attributes) {
    if (name.length > longestName) return err(malformed("the name of a setting is too long"));
    if (Object.hasOwn(read, name)) return err(malformed("a setting is given twice"));
    if (value.case === undefined) return err(malformed("a setting has no value"));
    if (value.case === "list" && value.value.values.length > programLimits.attributeLength)
      return err(malformed("a setting is too long a list"));
    if (value.case === "texts" && !fitsKeys(value.value.values))
      return err(malformed("a setting is too long a list"));
    read[name] = value.case === "number" ? value.value : value.value.values;
  }
  return ok(read);
}

function fitsKeys(texts: readonly string[]): boolean {
  return texts.length <= programLimits.keys && texts.every((text) => text.length <= programLimits.keyLength);
}

function malformed(what: string): Problem<"program-malformed"> {
  return problem("program-malformed", `the program is not well formed: ${what}`);
}

function tooLarge(most: string): Problem<"program-too-large"> {
  return problem("program-too-large", `the program is too large: at most ${most} are allowed`);
}
