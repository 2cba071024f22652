// A tensor made of columns that nobody outside sees. Operations on it are written down; an offer sends
// what was written to the owner, who answers with noise or refuses.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type Attributes,
  type Expression,
  type Operand,
  type Program,
  printShape,
  programOf,
  type Shape,
  TensorMethods,
} from "@unseen/program";
import { AskRefused, CannotRequestPrivateData, orThrow } from "../refusals/ask-refused.ts";
import { constantOf, type Recorded, recordOperation } from "../tensors/record-operation.ts";
import type { Answer } from "./answer.ts";
import { describeExpression } from "./describe-expression.ts";
import { type AnswerOffer, isOffer, namedOffer, type Offer } from "./offer.ts";
import type { Price } from "./price.ts";
import { privateDataProblem } from "./private-data-problem.ts";
import type { Desk } from "./question-desk.ts";
import type { AnswerForm } from "./read-replies.ts";

export class PrivateTensor extends TensorMethods<PrivateTensor> {
  /** The number of rows is written as "rows"; every other size is public. */
  readonly shape: Shape;
  readonly #desk: Desk;
  readonly #expression: Expression;

  constructor(desk: Desk, { expression, shape }: Recorded) {
    super();
    this.#desk = desk;
    this.#expression = expression;
    this.shape = shape;
  }

  /**
   * Asks, and is charged the whole offer once, however often the sending has to be repeated. Throws
   * `AskRefused` with the owner's reason, and `CannotRequestPrivateData` when nothing is offered. The
   * owner learns the question; the asker learns the noised value.
   */
  async get(): Promise<never>;
  async get(offer: number | AnswerOffer): Promise<Answer>;
  async get(offer?: number | AnswerOffer): Promise<Answer> {
    return refuseOr(await this.tryGet(offer));
  }

  /** `get`, with a refusal as a value instead of an error. */
  async tryGet(offer?: number | AnswerOffer): Promise<Result<Answer, Problem>> {
    if (!isOffer(offer)) return err(await this.#unpaid());
    return PrivateTensor.askTogether([this], offer, "one");
  }

  /** What an answer would cost and how accurate it would be. Free; no private row is read. */
  price(offer: number | Offer): Promise<Price> {
    return PrivateTensor.priceTogether([this], offer, "one");
  }

  /** Records an operation by its name, for kinds of tensors that stand on this one. */
  recorded(
    operation: string,
    others: readonly Operand<PrivateTensor>[],
    attributes: Attributes = {},
  ): PrivateTensor {
    return this.record(operation, others, attributes);
  }

  /** What it is; there is no data here to show. */
  override toString(): string {
    const what = describeExpression(this.#expression);
    return `[PrivateTensor | ${what} of ${this.#desk.dataset} at ${this.#desk.node}, shape ${printShape(this.shape)}]`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  protected override record(
    operation: string,
    others: readonly Operand<PrivateTensor>[],
    attributes: Attributes = {},
  ): PrivateTensor {
    const operands = [this.#recorded(), ...others.map((other) => this.#operandOf(other))];
    return new PrivateTensor(this.#desk, orThrow(recordOperation(operation, operands, attributes)));
  }

  /** Several tensors of one dataset in one question: one charge, one answer with a list of values. */
  static async askTogether(
    tensors: readonly PrivateTensor[],
    given: number | AnswerOffer,
    form: AnswerForm,
  ): Promise<Result<Answer, Problem>> {
    const desk = sharedDesk(tensors);
    if (!desk.ok) return desk;
    const program = programOf(tensors.map((one) => one.#expression));
    return program.ok ? desk.value.ask(program.value, namedOffer(given), form) : program;
  }

  /** What several would cost in one question, and how accurate each would be: a list in their order. */
  static async priceTogether(
    tensors: readonly PrivateTensor[],
    offer: number | Offer,
    form: AnswerForm = "list",
  ): Promise<Price> {
    const desk = orThrow(sharedDesk(tensors));
    const program = orThrow(programOf(tensors.map((one) => one.#expression)));
    return orThrow(await desk.price(program, typeof offer === "number" ? { epsilon: offer } : offer, form));
  }

  static programOf(tensor: PrivateTensor): Result<Program, Problem> {
    return programOf([tensor.#expression]);
  }

  static deskOf(tensor: PrivateTensor): Desk {
    return tensor.#desk;
  }

  #recorded(): Recorded {
    return { expression: this.#expression, shape: this.shape };
  }

  #operandOf(other: Operand<PrivateTensor>): Recorded {
    if (!(other instanceof PrivateTensor)) return orThrow(constantOf(other));
    if (!other.#desk.isSame(this.#desk)) throw new AskRefused(mixedProblem(this.#desk, other.#desk));
    return other.#recorded();
  }

  /** With rows, the nearest question is their mean; without, this one with an offer. */
  #unpaid(): Promise<Problem<"private-data">> {
    const axis = this.shape.indexOf("rows");
    const nearest = axis === -1 ? this : this.mean(axis);
    const code = `(${describeExpression(nearest.#expression)}).get({ epsilon: 0.5 })`;
    return privateDataProblem({
      asked: `${describeExpression(this.#expression)} of ${this.#desk.dataset} was asked for as it is, with nothing offered`,
      answered: { code, price: () => nearest.price(0.5) },
    });
  }
}

/**
 * Asks for several tensors of one dataset at once: they share the offer, one charge and one receipt.
 * `value` and `plusMinus` of the answer are lists in the order of `tensors`.
 */
export async function answers(
  tensors: readonly PrivateTensor[],
  offer: number | AnswerOffer,
): Promise<Answer> {
  return refuseOr(await PrivateTensor.askTogether(tensors, offer, "list"));
}

/** One question goes to one owner. */
function sharedDesk(tensors: readonly PrivateTensor[]): Result<Desk, Problem> {
  const [first, ...others] = tensors.map(PrivateTensor.deskOf);
  if (first === undefined)
    return err(problem("program-malformed", "nothing was asked: the list of tensors is empty"));
  const stranger = others.find((desk) => !desk.isSame(first));
  return stranger === undefined ? ok(first) : err(mixedProblem(first, stranger));
}

/** The answer, or the error that fits the refusal. */
export function refuseOr<A extends Answer>(result: Result<A, Problem>): A {
  if (!result.ok && result.problem.code === "private-data")
    throw new CannotRequestPrivateData(result.problem);
  return orThrow(result);
}

function mixedProblem(one: Desk, other: Desk): Problem<"rows-mixed"> {
  return problem(
    "rows-mixed",
    `one column is of ${one.dataset} at ${one.node} and the other of ${other.dataset} at ${other.node}: their rows are different people`,
    { hint: "ask each dataset by itself and combine the answers" },
  );
}
