// A tensor whose numbers are here. Every method computes at once, by the same rules that a remote worker
// and an owner's engine follow.

import { evaluate } from "@unseen/compute";
import {
  type Attributes,
  makeProgram,
  type NestedNumbers,
  nestedOf,
  type Operand,
  type PlainTensor,
  type ProgramNode,
  TensorMethods,
  tensorOf,
} from "@unseen/program";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import { printTensor } from "./print-tensor.ts";
import { isNested } from "./record-operation.ts";

/** A place that keeps tensors for their sender: a `VirtualWorker`, or a grid node. */
export interface Keeper<Pointer> {
  keep(value: PlainTensor): Promise<Pointer>;
}

/** `between` is what the numbers may be; all parties are told it. */
export type ShareOptions<Shared> = {
  /** A node that makes the randomness of products and holds no share. Without one exactly three nodes compute. */
  readonly cryptoProvider?: Sharer<Shared>;
  readonly between?: readonly [least: number, greatest: number];
  /**
   * "verified": one of the three nodes may cheat, and is found out before anything wrong is opened; a product is three times the
   * bytes, a comparison seven. Otherwise nodes are trusted to follow the protocol, and may only look.
   */
  readonly protocol?: "replicated" | "verified" | "provider";
};

/** A node that computes on shares with others. */
export interface Sharer<Shared> {
  shareAmong(
    value: PlainTensor,
    parties: readonly Sharer<Shared>[],
    options: ShareOptions<Shared>,
  ): Promise<Shared>;
}

/** Makes a local tensor from numbers in nested lists. Lists of unequal length throw `AskRefused` (shapes-do-not-fit). */
export function tensor(numbers: NestedNumbers): Tensor {
  return new Tensor(orThrow(readNumbers(numbers)));
}

export class Tensor extends TensorMethods<Tensor> {
  readonly #value: PlainTensor;

  constructor(value: PlainTensor) {
    super();
    this.#value = value;
  }

  get shape(): readonly number[] {
    return this.#value.shape;
  }

  /** The numbers, row-major; a copy. */
  get data(): Float64Array {
    return this.#value.data.slice();
  }

  toNested(): NestedNumbers {
    return nestedOf(this.#value);
  }

  /** The number of a tensor that holds one. */
  item(): number {
    if (this.#value.data.length !== 1) {
      const message = `item() reads a tensor of one number, and this one holds ${this.#value.data.length}`;
      throw new AskRefused({ code: "shapes-do-not-fit", message, hint: "toNested() reads them all" });
    }
    return this.#value.data[0]!;
  }

  /** Sends a copy to a worker. The worker learns the numbers; the pointer knows where they are. */
  send<Pointer>(worker: Keeper<Pointer>): Promise<Pointer> {
    return worker.keep(this.#value);
  }

  /**
   * Splits the numbers among two to five nodes with a crypto provider, or among exactly three without. Each node gets its own
   * share and learns no number. Throws `AskRefused` ("parties-invalid") where two of them are one.
   */
  share<Shared>(...parties: readonly Sharer<Shared>[]): Promise<Shared>;
  share<Shared>(...given: readonly [...Sharer<Shared>[], ShareOptions<Shared>]): Promise<Shared>;
  async share<Shared>(...given: readonly (Sharer<Shared> | ShareOptions<Shared>)[]): Promise<Shared> {
    const parties = given.filter((one): one is Sharer<Shared> => "shareAmong" in one);
    const options = given.find((one): one is ShareOptions<Shared> => !("shareAmong" in one)) ?? {};
    const [first] = parties;
    if (first === undefined) {
      const message = "a tensor is shared among nodes, and none was named";
      throw new AskRefused({ code: "parties-invalid", message, hint: "share(bob, alice, theo)" });
    }
    return first.shareAmong(this.#value, parties, options);
  }

  override toString(): string {
    return printTensor(this.#value);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  protected override record(
    operation: string,
    others: readonly Operand<Tensor>[],
    attributes: Attributes = {},
  ): Tensor {
    const operands = [this.#value, ...others.map(numbersOf)];
    const names = operands.map((_, at) => `operand ${at}`);
    const inputs: ProgramNode[] = operands.map(({ shape }, at) => ({
      kind: "input",
      name: names[at]!,
      shape,
    }));
    const node: ProgramNode = { kind: "operation", operation, inputs: names.map((_, at) => at), attributes };
    const program = orThrow(makeProgram({ nodes: [...inputs, node], outputs: [inputs.length] }));
    const [result] = orThrow(evaluate(program, new Map(names.map((name, at) => [name, operands[at]!]))));
    return new Tensor(result!);
  }

  /** The plain numbers of a tensor, for this file. */
  static numbersOf(tensor: Tensor): PlainTensor {
    return tensor.#value;
  }
}

function numbersOf(operand: Operand<Tensor>): PlainTensor {
  return operand instanceof Tensor ? Tensor.numbersOf(operand) : orThrow(readNumbers(operand));
}

function readNumbers(numbers: NestedNumbers) {
  if (!isNested(numbers)) {
    const message = "a tensor is made of numbers in nested lists, and something else was among them";
    throw new AskRefused({ code: "program-malformed", message });
  }
  return tensorOf(numbers);
}
