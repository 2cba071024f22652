// A question that is answered with a choice, and read in the names of what was chosen from.

import { ok, type Problem, type Result } from "@unseen/base";
import type { Answer } from "../datasets/answer.ts";
import type { AnswerOffer, Offer } from "../datasets/offer.ts";
import type { Price } from "../datasets/price.ts";
import { type PrivateTensor, refuseOr } from "../datasets/private-tensor.ts";

export class ChoiceQuestion<Read extends Answer> {
  readonly #tensor: PrivateTensor;
  readonly #read: (answer: Answer) => Read;

  constructor(tensor: PrivateTensor, read: (answer: Answer) => Read) {
    this.#tensor = tensor;
    this.#read = read;
  }

  /** Asks, and is charged the whole offer once. Throws `AskRefused`, or `CannotRequestPrivateData` without an offer. */
  async get(): Promise<never>;
  async get(offer: number | AnswerOffer): Promise<Read>;
  async get(offer?: number | AnswerOffer): Promise<Read> {
    return refuseOr(await this.tryGet(offer));
  }

  /** `get`, with a refusal as a value instead of an error. */
  async tryGet(offer?: number | AnswerOffer): Promise<Result<Read, Problem>> {
    const answer = await this.#tensor.tryGet(offer);
    return answer.ok ? ok(this.#read(answer.value)) : answer;
  }

  /** What it would cost, and what the choice promises: in `releases`. Free. */
  price(offer: number | Offer): Promise<Price> {
    return this.#tensor.price(offer);
  }
}
