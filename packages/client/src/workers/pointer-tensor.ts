// A tensor that is somewhere else. Operations on it are written down here and travel as one program.

import {
  type Attributes,
  type Expression,
  type Operand,
  type PlainTensor,
  programOf,
  TensorMethods,
} from "@unseen/program";
import { entropy } from "../platform.ts";
import { randomObjectId } from "../random-names.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import { constantOf, type Recorded, recordOperation } from "../tensors/record-operation.ts";
import { Tensor } from "../tensors/tensor.ts";
import type { RemoteWorkspace } from "./remote-workspace.ts";

export class PointerTensor extends TensorMethods<PointerTensor> {
  /** Known without asking: every operation has a shape rule. */
  readonly shape: readonly number[];
  /** Its name here, and its name at the worker. */
  readonly id: string;
  readonly idAtLocation: string;
  readonly #workspace: RemoteWorkspace;
  #recorded: Expression;
  #isKept: boolean;

  private constructor(workspace: RemoteWorkspace, recorded: Recorded, idAtLocation: string, isKept: boolean) {
    super();
    this.shape = recorded.shape as readonly number[];
    this.id = randomObjectId(entropy);
    this.idAtLocation = idAtLocation;
    this.#workspace = workspace;
    this.#recorded = recorded.expression;
    this.#isKept = isKept;
  }

  /** Sends the numbers and points at them. */
  static async ofSent(workspace: RemoteWorkspace, value: PlainTensor): Promise<PointerTensor> {
    const id = randomObjectId(entropy);
    orThrow(await workspace.put(id, value));
    return new PointerTensor(workspace, objectAt(id, value.shape), id, true);
  }

  /** The id of the worker where it is. */
  get location(): string {
    return this.#workspace.workerId;
  }

  /**
   * Fetches a copy; the worker keeps its object. What has only been recorded is computed there, by one
   * program in one message, and not kept. A refusal of the worker throws `AskRefused`.
   */
  async get(): Promise<Tensor> {
    if (this.#isKept) return new Tensor(orThrow(await this.#workspace.fetch(this.idAtLocation)));
    const program = orThrow(programOf([this.#recorded]));
    return new Tensor(orThrow(await this.#workspace.run(program)));
  }

  /** Computes what has been recorded and keeps the result at the worker, so that later programs start from it. */
  async keep(): Promise<this> {
    if (this.#isKept) return this;
    const program = orThrow(programOf([this.#recorded]));
    orThrow(await this.#workspace.runAndKeep(program, this.idAtLocation));
    this.#recorded = objectAt(this.idAtLocation, this.shape).expression;
    this.#isKept = true;
    return this;
  }

  /** Deletes the object at the worker. Only the account that sent it can; nobody else can name it. */
  async delete(): Promise<void> {
    if (!this.#isKept) {
      const message = `nothing is kept at ${this.location} under ${this.idAtLocation}: it has only been recorded`;
      throw new AskRefused({
        code: "object-unknown",
        message,
        hint: "keep() computes it there and keeps it",
      });
    }
    orThrow(await this.#workspace.delete(this.idAtLocation));
  }

  override toString(): string {
    return `(Wrapper)>[PointerTensor | me:${this.id} -> ${this.location}:${this.idAtLocation}]`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  protected override record(
    operation: string,
    others: readonly Operand<PointerTensor>[],
    attributes: Attributes = {},
  ): PointerTensor {
    const operands = [this.#asOperand(), ...others.map((other) => this.#operandOf(other))];
    const recorded = orThrow(recordOperation(operation, operands, attributes));
    return new PointerTensor(this.#workspace, recorded, randomObjectId(entropy), false);
  }

  #asOperand(): Recorded {
    return { expression: this.#recorded, shape: this.shape };
  }

  #operandOf(other: Operand<PointerTensor>): Recorded {
    if (!(other instanceof PointerTensor)) return orThrow(constantOf(other));
    if (other.#workspace === this.#workspace) return other.#asOperand();
    throw new AskRefused({
      code: "object-unknown",
      message: `one tensor is at ${this.location} and the other at ${other.location}, and an operation runs at one worker`,
      hint: "get() a copy of one of them and send() it to the worker of the other",
    });
  }
}

function objectAt(id: string, shape: readonly number[]): Recorded {
  return { expression: Object.freeze({ node: { kind: "input", name: id, shape } }), shape };
}
