// One node of a foreign graph: its inputs, its attributes, and the words in which it becomes nodes of a program.
//
// Every attribute has to be asked for. One that nobody read may change what the node means, so the node is refused.

import { err, ok, type Problem, type Result } from "@unseen/base";
import {
  type Attributes,
  operations,
  type PlainTensor,
  type ProgramWriter,
  type Shape,
  sizeOf,
} from "@unseen/program";
import type { AttributeProto, NodeProto } from "../../gen/onnx/v1/onnx_pb.ts";
import { attributeTypes } from "../data-types.ts";
import { onnxLimits } from "../onnx-limits.ts";
import { malformed, notSupported, quoted } from "../onnx-problems.ts";
import { held } from "../onnx-tensor.ts";
import type { Imported, Kind } from "./imported.ts";

export class NodeReader {
  readonly writer: ProgramWriter;
  readonly name: string;
  /** Undefined where an optional input is left out. */
  readonly inputs: readonly (Imported | undefined)[];
  /** How many results somebody may read. */
  readonly results: number;
  readonly #attributes = new Map<string, AttributeProto>();
  #problem: Problem | undefined;

  constructor(writer: ProgramWriter, node: NodeProto, inputs: readonly (Imported | undefined)[]) {
    this.writer = writer;
    this.name = node.opType;
    this.inputs = inputs;
    this.results = node.output.findLastIndex((name) => name !== "") + 1;
    for (const attribute of node.attribute) {
      if (this.#attributes.has(attribute.name))
        this.refuse(malformed(`${this.name} has ${quoted(attribute.name)} twice`));
      this.#attributes.set(attribute.name, attribute);
    }
  }

  /** The first thing that was wrong with the node. */
  get outcome(): Result<undefined, Problem> {
    if (this.#problem !== undefined) return err(this.#problem);
    const [unread] = this.#attributes.keys();
    return unread === undefined
      ? ok(undefined)
      : err(notSupported(`${quoted(this.name)} has the attribute ${quoted(unread)}, which is not read`));
  }

  refuse(problem: Problem): void {
    this.#problem ??= problem;
  }

  notSupported(what: string, hint?: string): void {
    this.refuse(notSupported(`${quoted(this.name)} ${what}`, hint));
  }

  get isRefused(): boolean {
    return this.#problem !== undefined;
  }

  /** An input that has to be there. Where it is not, one that stands for nothing. */
  input(at: number): Imported {
    const input = this.inputs[at];
    if (input !== undefined) return input;
    this.refuse(malformed(`${quoted(this.name)} lacks its input ${at}`));
    return { place: this.writer.number(0), type: "float", isWhole: false, isTruth: false };
  }

  shapeOf(value: Imported): Shape {
    return this.writer.shapeOf(value.place);
  }

  /** The numbers of an input that has to follow from the file alone. */
  known(at: number): PlainTensor {
    const { known } = this.input(at);
    if (known === undefined)
      this.notSupported(`has an input ${at} that is computed, and has to be a constant`);
    return known ?? { shape: [0], data: new Float64Array(0) };
  }

  wholes(at: number): readonly number[] {
    return [...this.known(at).data];
  }

  #take(name: string, type: number): AttributeProto | undefined {
    const attribute = this.#attributes.get(name);
    this.#attributes.delete(name);
    if (attribute === undefined || attribute.type === type) return attribute;
    this.refuse(malformed(`the attribute ${quoted(name)} of ${quoted(this.name)} is of another type`));
    return undefined;
  }

  integer(name: string, otherwise: number): number {
    const attribute = this.#take(name, attributeTypes.int);
    return attribute === undefined ? otherwise : held(attribute.i);
  }

  /** Stands there with 32 bits; what was meant is the shortest decimal that they are nearest to. */
  real(name: string, otherwise: number): number {
    const attribute = this.#take(name, attributeTypes.float);
    return attribute === undefined ? otherwise : shortestDecimal(attribute.f);
  }

  integers(name: string): readonly number[] | undefined {
    return this.#take(name, attributeTypes.ints)?.ints.map(held);
  }

  text(name: string, otherwise: string): string {
    const attribute = this.#take(name, attributeTypes.string);
    return attribute === undefined ? otherwise : new TextDecoder().decode(attribute.s);
  }

  tensor(name: string) {
    return this.#take(name, attributeTypes.tensor)?.t;
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** An attribute that is read only where it says what would be so without it. */
  mustBe(name: string, only: number): void {
    if (this.integer(name, only) !== only) this.notSupported(`is not read with ${name}`);
  }

  ignore(name: string): void {
    this.#attributes.delete(name);
  }

  /** Writes an operation of the house. What follows from the file alone is computed at once, where it is small. */
  apply(name: string, inputs: readonly Imported[], attributes: Attributes = {}, kind: Kind = {}): Imported {
    const [first] = inputs as readonly [Imported];
    if (this.isRefused) return first;
    const written = this.writer.tryApply(
      name,
      inputs.map(({ place }) => place),
      attributes,
    );
    if (!written.ok) {
      this.refuse(written.problem);
      return first;
    }
    const place = written.value;
    const isWhole = kind.isWhole ?? kind.type === "int";
    const value = { place, type: "float", isTruth: false, ...kind, isWhole } as const;
    const known = this.#computed(place, inputs);
    return known === undefined ? value : { ...value, known };
  }

  #computed(place: number, inputs: readonly Imported[]): PlainTensor | undefined {
    const node = this.writer.nodeAt(place);
    const values = inputs.flatMap(({ known }) => known ?? []);
    const isSmall = sizeOf(this.writer.shapeOf(place) as readonly number[]) <= onnxLimits.known;
    if (node.kind !== "operation" || values.length < inputs.length || !isSmall) return undefined;
    const size = values.reduce((total, { data }) => total + data.length, 0);
    return size > onnxLimits.known
      ? undefined
      : operations.get(node.operation)!.plain(values, node.attributes);
  }

  constant(value: PlainTensor, kind: Kind = {}): Imported {
    const place = this.writer.constant(value);
    const isWhole = value.data.every(Number.isInteger);
    return { place, type: "float", isTruth: false, isWhole, ...kind, known: value };
  }

  number(value: number): Imported {
    return this.constant({ shape: [], data: Float64Array.of(value) });
  }

  /** The same numbers in another shape; the private rows may only stand first. */
  reshape(x: Imported, shape: Shape): Imported {
    const sizes = shape.map((size) => (size === "rows" ? 0 : size));
    return this.apply("Reshape", [x], { shape: sizes }, kindOf(x));
  }
}

/** What an operation that only moves numbers says of its result. */
export function kindOf({ type, isWhole, isTruth }: Imported): Kind {
  return { type, isWhole, isTruth };
}

function shortestDecimal(single: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(single.toPrecision(digits));
    if (Math.fround(decimal) === single) return decimal;
  }
  return single;
}
