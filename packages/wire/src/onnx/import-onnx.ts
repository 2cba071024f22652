// A foreign model as a program. What a stranger's file says is counted before it is walked, and every node goes through
// the rules that the house's own go through.

import { fromBinary } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type Dimension,
  type PlainTensor,
  type Program,
  ProgramWriter,
  programLimits,
} from "@unseen/program";
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "../gen/onnx/v1/onnx_pb.ts";
import { countFields } from "./count-fields.ts";
import { valueTypeOf } from "./data-types.ts";
import { elementwiseImports } from "./import/elementwise.ts";
import type { ImportRule } from "./import/import-rule.ts";
import type { Imported } from "./import/imported.ts";
import { layoutImports } from "./import/layout.ts";
import { networkImports } from "./import/networks.ts";
import { NodeReader } from "./import/node-reader.ts";
import { reductionImports } from "./import/reductions.ts";
import { onnxLimits } from "./onnx-limits.ts";
import { malformed, notSupported, quoted } from "./onnx-problems.ts";
import { type OnnxTensor, readTensor } from "./onnx-tensor.ts";

/** Every foreign operation that is read. */
export const importRules: ReadonlyMap<string, ImportRule> = new Map([
  ...elementwiseImports,
  ...layoutImports,
  ...networkImports,
  ...reductionImports,
]);

export type ImportOptions = {
  /** What a size stands for that has a name in the file. A first size without one is the rows; any other is refused. */
  readonly sizes?: Readonly<Record<string, number>>;
};

export type ImportedModel = {
  /** Its inputs are those of the graph, and each weight by its name. */
  readonly program: Program;
  /** The numbers of the weights. */
  readonly weights: ReadonlyMap<string, PlainTensor>;
};

/**
 * Reads an ONNX model of the standard operations, versions 13 to 22. Everything is computed in float64, whatever type the file
 * names; weights become inputs, so that they can be trained. Any bytes at all may be given. Cost: one pass; memory for what
 * the file holds. Refusals: "onnx-malformed"; "onnx-not-supported" for what is not read here (numbers in other files,
 * operations of other domains, control flow, ...), with the operation named; "message-too-large"; and those of `makeProgram`.
 */
export function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): Result<ImportedModel, Problem> {
  if (bytes.length > onnxLimits.bytes)
    return err(problem("message-too-large", `a model has at most ${onnxLimits.bytes} bytes`));
  const model = modelOf(bytes);
  if (!model.ok) return model;
  const { graph } = model.value;
  if (graph === undefined) return err(malformed("it has no graph"));
  const refused = refusedVersion(model.value) ?? refusedAtOnce(model.value, graph);
  if (refused !== undefined) return err(refused);
  return new GraphReader(options.sizes ?? {}).read(graph);
}

function modelOf(bytes: Uint8Array): Result<ModelProto, Problem> {
  try {
    if (countFields(bytes, onnxLimits.fields) > onnxLimits.fields)
      return err(problem("program-too-large", `a model has at most ${onnxLimits.fields} fields`));
    return ok(fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false }));
  } catch {
    // The library's words name its own insides.
    return err(malformed("its bytes are no model"));
  }
}

function refusedVersion({ opsetImport }: ModelProto): Problem | undefined {
  const own = opsetImport.filter(({ domain }) => isStandard(domain));
  const [first] = own;
  if (first === undefined || own.length > 1) return malformed("it names not one version of the operators");
  const { oldestOperators: oldest, newestOperators: newest } = onnxLimits;
  if (first.version >= oldest && first.version <= newest) return undefined;
  return notSupported(
    `it is of version ${first.version} of the operators, and ${oldest} to ${newest} are read`,
    "export it again with a version in between",
  );
}

function isStandard(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

function refusedAtOnce(model: ModelProto, graph: GraphProto): Problem | undefined {
  if (model.functions.length > 0) return notSupported("it defines functions of its own");
  if (model.trainingInfo.length > 0) return notSupported("it says how it is to be trained");
  if (graph.sparseInitializer.length > 0) return notSupported("it has sparse weights");
  if (graph.node.length > onnxLimits.nodes)
    return problem("program-too-large", `the model has more than ${onnxLimits.nodes} nodes`);
  if (graph.output.length === 0 || graph.output.length > programLimits.outputs)
    return malformed(`it has no outputs, or more than ${programLimits.outputs}`);
  return undefined;
}

class GraphReader {
  readonly #writer = new ProgramWriter();
  readonly #values = new Map<string, Imported>();
  /** Results that no rule gives, and the operation that each is of. */
  readonly #unread = new Map<string, string>();
  readonly #weights = new Map<string, PlainTensor>();
  readonly #sizes: Readonly<Record<string, number>>;
  #constants = 0;

  constructor(sizes: Readonly<Record<string, number>>) {
    this.#sizes = sizes;
  }

  read(graph: GraphProto): Result<ImportedModel, Problem> {
    for (const tensor of graph.initializer) {
      const weight = this.#weight(tensor);
      if (!weight.ok) return weight;
    }
    for (const input of graph.input) {
      const read = this.#values.has(input.name) ? ok(undefined) : this.#input(input);
      if (!read.ok) return read;
    }
    for (const node of graph.node) {
      const read = this.#node(node);
      if (!read.ok) return read;
    }
    const outputs: number[] = [];
    for (const { name } of graph.output) {
      const value = this.#valueOf(name);
      if (!value.ok) return value;
      outputs.push(value.value.place);
    }
    const program = this.#writer.programOf(outputs, (name) => !this.#weights.has(name));
    if (!program.ok) return program;
    const read = new Set(program.value.nodes.flatMap((node) => (node.kind === "input" ? [node.name] : [])));
    const weights = new Map([...this.#weights].filter(([name]) => read.has(name)));
    return ok({ program: program.value, weights });
  }

  #valueOf(name: string): Result<Imported, Problem> {
    const value = this.#values.get(name);
    if (value !== undefined) return ok(value);
    const operation = this.#unread.get(name);
    return operation === undefined
      ? err(malformed(`${quoted(name)} is read, and nothing above gives it`))
      : err(notSupported(`${quoted(name)} is a result of ${quoted(operation)} that is not read here`));
  }

  /** Floating numbers are weights; whole numbers and truths say how something is done, and are constants. */
  #weight(tensor: TensorProto): Result<undefined, Problem> {
    const read = readTensor(tensor);
    if (!read.ok) return read;
    const { value, type } = read.value;
    if (tensor.name === "" || tensor.name.length > programLimits.nameLength || this.#values.has(tensor.name))
      return err(malformed("a weight has no name of its own, or one that is too long"));
    if (type !== "float") return this.#constant(tensor.name, read.value);
    const place = this.#writer.input(tensor.name, value.shape);
    this.#weights.set(tensor.name, value);
    // Known too, for what has to be a constant: the ends of Clip stand among the weights.
    this.#values.set(tensor.name, { place, type, isWhole: false, isTruth: false, known: value });
    return ok(undefined);
  }

  #constant(name: string, { value, type }: OnnxTensor): Result<undefined, Problem> {
    const counted = this.#count(value.data.length);
    if (!counted.ok) return counted;
    const place = this.#writer.constant(value);
    this.#values.set(name, { place, type, isWhole: true, isTruth: type === "bool", known: value });
    return ok(undefined);
  }

  /** Before they are written: what a program refuses in the end would cost memory until then. */
  #count(numbers: number): Result<undefined, Problem> {
    this.#constants += numbers;
    if (this.#constants <= programLimits.constants) return ok(undefined);
    return err(problem("program-too-large", `the model has more than ${programLimits.constants} constants`));
  }

  #input({ name, type }: ValueInfoProto): Result<undefined, Problem> {
    const tensor = type?.tensorType;
    const kind = valueTypeOf(tensor?.elemType ?? 0);
    if (tensor?.shape === undefined || kind === undefined)
      return err(notSupported(`the input ${quoted(name)} is no tensor of numbers with a shape`));
    if (name === "" || name.length > programLimits.nameLength)
      return err(malformed("an input has no name, or one that is too long"));
    const shape: Dimension[] = [];
    for (const [axis, { value }] of tensor.shape.dim.entries()) {
      const size = value.case === "dimValue" ? Number(value.value) : this.#named(value.value ?? "", axis);
      if (size === undefined || (size !== "rows" && !(size >= 0 && size <= programLimits.elements))) {
        return err(
          notSupported(
            `the size of axis ${axis} of ${quoted(name)} is open, or too large`,
            "say what it is: importOnnx(bytes, { sizes: { height: 28 } })",
          ),
        );
      }
      shape.push(size);
    }
    const place = this.#writer.input(name, shape);
    this.#values.set(name, { place, type: kind, isWhole: kind !== "float", isTruth: false });
    return ok(undefined);
  }

  #named(name: string, axis: number): Dimension | undefined {
    if (Object.hasOwn(this.#sizes, name)) return this.#sizes[name];
    return axis === 0 ? "rows" : undefined;
  }

  #node(node: NodeProto): Result<undefined, Problem> {
    if (!isStandard(node.domain))
      return err(notSupported(`${quoted(node.opType)} is an operation of the domain ${quoted(node.domain)}`));
    const rule = importRules.get(node.opType);
    if (rule === undefined) return err(notSupported(`the operation ${quoted(node.opType)} is not read`));
    const inputs: (Imported | undefined)[] = [];
    for (const name of node.input) {
      const value = name === "" ? ok(undefined) : this.#valueOf(name);
      if (!value.ok) return value;
      inputs.push(value.value);
    }
    const reader = new NodeReader(this.#writer, node, inputs);
    const before = this.#writer.constants;
    const results = rule(reader);
    if (!reader.outcome.ok) return reader.outcome;
    const counted = this.#count(this.#writer.constants - before);
    if (!counted.ok) return counted;
    for (const [at, name] of node.output.entries()) {
      if (name === "") continue;
      if (this.#values.has(name) || this.#unread.has(name))
        return err(malformed(`${quoted(name)} is given twice`));
      const result = results[at];
      if (result === undefined) this.#unread.set(name, node.opType);
      else this.#values.set(name, result);
    }
    return ok(undefined);
  }
}
