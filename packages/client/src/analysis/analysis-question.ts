// A question with several named results, asked as one: one charge, one receipt.

import { ok, type Problem, type Result } from "@unseen/base";
import type { NestedNumbers } from "@unseen/program";
import { type AnswerOffer, isOffer, type Offer } from "../datasets/offer.ts";
import type { Price } from "../datasets/price.ts";
import { PrivateTensor, refuseOr } from "../datasets/private-tensor.ts";
import { Labelled, LabelledAnswer, type Labels } from "./labelled.ts";

/** One table of the answer: what it is called, the names along its axes, and the numbers that are asked. */
export type AskedTable = {
  readonly name: string;
  readonly labels: readonly Labels[];
  readonly tensor: PrivateTensor;
};

export type AskedTables = readonly [AskedTable, ...AskedTable[]];

export class AnalysisQuestion {
  readonly #tables: AskedTables;
  readonly #arrange: (table: Labelled) => Labelled;

  /** `arrange` puts what was released into another order; it is free, because it reads nothing else. */
  constructor(tables: AskedTables, arrange: (table: Labelled) => Labelled = (table) => table) {
    this.#tables = tables;
    this.#arrange = arrange;
  }

  /** Asks, and is charged the whole offer once. Throws `AskRefused`, or `CannotRequestPrivateData` without an offer. */
  async get(): Promise<never>;
  async get(offer: number | AnswerOffer): Promise<LabelledAnswer>;
  async get(offer?: number | AnswerOffer): Promise<LabelledAnswer> {
    return refuseOr(await this.tryGet(offer));
  }

  /** `get`, with a refusal as a value instead of an error. */
  async tryGet(offer?: number | AnswerOffer): Promise<Result<LabelledAnswer, Problem>> {
    const [first] = this.#tables;
    if (!isOffer(offer)) {
      const unpaid = await first.tensor.tryGet();
      return unpaid.ok ? ok(new LabelledAnswer(unpaid.value, [this.#read(first, 0, 0)])) : unpaid;
    }
    const tensors = this.#tables.map(({ tensor }) => tensor);
    const answer = await PrivateTensor.askTogether(tensors, offer, "list");
    if (!answer.ok) return answer;
    const [values, widths] = [answer.value.value, answer.value.plusMinus] as [
      readonly NestedNumbers[],
      readonly NestedNumbers[],
    ];
    const tables = this.#tables.map((table, at) => this.#read(table, values[at]!, widths[at]!));
    return ok(new LabelledAnswer(answer.value, tables as [Labelled, ...Labelled[]]));
  }

  /** What it would cost and how accurate it would be: a list with a half-width for each table. Free. */
  price(offer: number | Offer): Promise<Price> {
    return PrivateTensor.priceTogether(
      this.#tables.map(({ tensor }) => tensor),
      offer,
    );
  }

  #read({ name, labels }: AskedTable, value: NestedNumbers, plusMinus: NestedNumbers): Labelled {
    return this.#arrange(new Labelled(name, labels, value, plusMinus));
  }
}
