// The nodes of a foreign graph while it is written: names for values, and casts where ONNX wants other types than numbers.

import { create } from "@bufbuild/protobuf";
import type { PlainTensor, Program } from "@unseen/program";
import {
  type AttributeProto,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
} from "../../gen/onnx/v1/onnx_pb.ts";
import { attributeTypes, dataTypes } from "../data-types.ts";
import { writeTensor } from "../onnx-tensor.ts";

/** The type in which a model computes. */
export type ModelNumbers = "float32" | "float64";

type Setting = number | readonly number[] | { readonly real: number } | { readonly text: string };
export type Settings = Readonly<Record<string, Setting>>;

export class GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly numbers: ModelNumbers;
  readonly #program: Program;
  readonly #prefix: string;
  #helpers = 0;

  constructor(program: Program, numbers: ModelNumbers) {
    this.numbers = numbers;
    this.#program = program;
    // No input has a name that begins so.
    const slashes = program.nodes.map((node) =>
      node.kind === "input" ? /^\/*/.exec(node.name)![0].length : 0,
    );
    this.#prefix = "/".repeat(Math.max(0, ...slashes) + 1);
  }

  /** What the result of a node is called. */
  nameOf(place: number): string {
    const node = this.#program.nodes[place]!;
    return node.kind === "input" ? node.name : `${this.#prefix}${place}`;
  }

  shapeOf(place: number) {
    return this.#program.shapes[place]!;
  }

  outputName(which: number): string {
    return `${this.#prefix}output_${which}`;
  }

  /** Adds a node; its result, of which other names may be given. */
  add(
    type: string,
    inputs: readonly string[],
    settings: Settings = {},
    outputs: readonly string[] = [this.#helper()],
  ): string {
    const attribute = Object.entries(settings).map(([name, setting]) => attributeOf(name, setting));
    this.nodes.push(
      create(NodeProtoSchema, { opType: type, input: [...inputs], output: [...outputs], attribute }),
    );
    return outputs.at(-1)!;
  }

  #helper(): string {
    this.#helpers += 1;
    return `${this.#prefix}helper_${this.#helpers}`;
  }

  /** A constant of numbers under this name. */
  constant(value: PlainTensor, type: ModelNumbers | "int64" = this.numbers, name = this.#helper()): string {
    const t = writeTensor("", value, type);
    const attribute = [create(AttributeProtoSchema, { name: "value", type: attributeTypes.tensor, t })];
    this.nodes.push(create(NodeProtoSchema, { opType: "Constant", output: [name], attribute }));
    return name;
  }

  wholes(list: readonly number[]): string {
    return this.constant({ shape: [list.length], data: Float64Array.from(list) }, "int64");
  }

  number(value: number): string {
    return this.constant({ shape: [], data: Float64Array.of(value) });
  }

  asNumbers(name: string, outputs?: readonly string[]): string {
    return this.add("Cast", [name], { to: dataTypes[this.numbers] }, outputs);
  }

  asTruth(place: number): string {
    return this.add("Cast", [this.nameOf(place)], { to: dataTypes.bool });
  }

  /** Indices as whole numbers: a constant is written so, and an input that holds nothing else is one. */
  asIndices(place: number): string {
    const node = this.#program.nodes[place]!;
    if (node.kind === "constant" && node.value.data.every(Number.isSafeInteger))
      return this.constant(node.value, "int64");
    if (node.kind === "input" && this.holdsIndices(node.name)) return node.name;
    return this.add("Cast", [this.nameOf(place)], { to: dataTypes.int64 });
  }

  /** Whether an input is read as indices and as nothing else. */
  holdsIndices(name: string): boolean {
    const { nodes, outputs } = this.#program;
    const isIt = (place: number) => {
      const node = nodes[place]!;
      return node.kind === "input" && node.name === name;
    };
    let isRead = false;
    for (const node of nodes) {
      if (node.kind !== "operation") continue;
      for (const [at, input] of node.inputs.entries()) {
        if (!isIt(input)) continue;
        if (at !== 1 || !readsIndices.has(node.operation)) return false;
        isRead = true;
      }
    }
    return isRead && !outputs.some(isIt);
  }
}

const readsIndices: ReadonlySet<string> = new Set(["Gather", "GatherElements", "ScatterAdd"]);

function attributeOf(name: string, setting: Setting): AttributeProto {
  if (typeof setting === "number")
    return create(AttributeProtoSchema, { name, type: attributeTypes.int, i: BigInt(setting) });
  if ("real" in setting)
    return create(AttributeProtoSchema, { name, type: attributeTypes.float, f: setting.real });
  if ("text" in setting)
    return create(AttributeProtoSchema, {
      name,
      type: attributeTypes.string,
      s: new TextEncoder().encode(setting.text),
    });
  return create(AttributeProtoSchema, { name, type: attributeTypes.ints, ints: setting.map(BigInt) });
}
