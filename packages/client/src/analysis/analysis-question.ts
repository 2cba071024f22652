// A question with several named results, asked as one: one charge, one receipt. Where its groups are
// keys that nobody declared, the keys are asked first: two charges, and one offer for both.

import { ok, type Problem, type Result } from "@unseen/base";
import type { NestedNumbers } from "@unseen/program";
import { type AnswerOffer, isOffer, type Offer } from "../datasets/offer.ts";
import type { Price } from "../datasets/price.ts";
import { PrivateTensor, refuseOr } from "../datasets/private-tensor.ts";
import type { AskedTable, AskedTables, TablesOfKeys } from "./asked-tables.ts";
import { answerOfKeys, anyKey, priceOfKeys } from "./grouped-by-keys.ts";
import { Labelled, LabelledAnswer } from "./labelled.ts";

export class AnalysisQuestion {
  readonly #tables: AskedTables | TablesOfKeys;
  readonly #arrange: (table: Labelled) => Labelled;

  /** `arrange` puts what was released into another order; it is free, because it reads nothing else. */
  constructor(tables: AskedTables | TablesOfKeys, arrange: (table: Labelled) => Labelled = (table) => table) {
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
    const tables = this.#tables;
    if (!("tablesOf" in tables)) return this.#answer(tables, offer);
    if (!isOffer(offer)) return this.#answer(tables.tablesOf([anyKey]), offer);
    return answerOfKeys(tables, offer, (asked, part) => this.#answer(asked, part));
  }

  async #answer(
    asked: AskedTables,
    offer: number | AnswerOffer | undefined,
  ): Promise<Result<LabelledAnswer, Problem>> {
    const [first] = asked;
    if (!isOffer(offer)) {
      const unpaid = await first.tensor.tryGet();
      return unpaid.ok ? ok(new LabelledAnswer(unpaid.value, [this.#read(first, 0, 0)])) : unpaid;
    }
    const tensors = asked.map(({ tensor }) => tensor);
    const answer = await PrivateTensor.askTogether(tensors, offer, "list");
    if (!answer.ok) return answer;
    const [values, widths] = [answer.value.value, answer.value.plusMinus] as [
      readonly NestedNumbers[],
      readonly NestedNumbers[],
    ];
    const tables = asked.map((table, at) => this.#read(table, values[at]!, widths[at]!));
    return ok(new LabelledAnswer(answer.value, tables as [Labelled, ...Labelled[]]));
  }

  /** What it would cost and how accurate it would be: a list with a half-width for each table. Free. */
  price(offer: number | Offer): Promise<Price> {
    const tables = this.#tables;
    const priceOf = (asked: AskedTables, part: number | Offer) =>
      PrivateTensor.priceTogether(
        asked.map(({ tensor }) => tensor),
        part,
      );
    return "tablesOf" in tables ? priceOfKeys(tables, offer, priceOf) : priceOf(tables, offer);
  }

  #read({ name, labels }: AskedTable, value: NestedNumbers, plusMinus: NestedNumbers): Labelled {
    return this.#arrange(new Labelled(name, labels, value, plusMinus));
  }
}
