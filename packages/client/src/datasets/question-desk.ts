// Where questions about one dataset, or two that are joined, are handed in: prices, asks, and what happens when a reply is lost.

import { err, type Problem, type Result } from "@unseen/base";
import type { Program } from "@unseen/program";
import { type DatasetRef, encodeOffer, encodeProgram, type KeysWish } from "@unseen/wire";
import type { GridNode } from "../grid/grid-node.ts";
import type { Answer } from "./answer.ts";
import type { KeysAnswer } from "./keys-answer.ts";
import { type NamedOffer, type Offer, offerText } from "./offer.ts";
import type { Price } from "./price.ts";
import {
  type AnswerForm,
  type AskResponse,
  readAnswer,
  readKeys,
  readKeysPrice,
  readPrice,
} from "./read-replies.ts";

export type Deadlines = {
  /** For calls that read no private row. */
  readonly deadlineMs: number;
  /** For an ask: the owner's engine may read millions of rows. */
  readonly answerDeadlineMs: number;
};

type Sent = { readonly askId: string; readonly offer: Offer } & (
  | { readonly program: ReturnType<typeof encodeProgram> }
  | { readonly keys: KeysWish }
);

/** Waits before an ask is sent again: short for a dropped connection, longer for a node that restarts. */
const pausesMs = [100, 1_000] as const;

/** Where questions about some rows are handed in: to one owner, or to several together. */
export interface Desk {
  readonly dataset: string;
  readonly node: string;
  isSame(other: Desk): boolean;
  price(program: Program, offer: Offer, form: AnswerForm): Promise<Result<Price, Problem>>;
  ask(program: Program, named: NamedOffer, form: AnswerForm): Promise<Result<Answer, Problem>>;
  askKeys(keys: KeysWish, named: NamedOffer): Promise<Result<KeysAnswer, Problem>>;
  priceKeys(keys: KeysWish, offer: Offer): Promise<Result<Price, Problem>>;
}

export class QuestionDesk implements Desk {
  readonly #of: { readonly dataset: string; readonly joined: string };
  readonly #node: GridNode;
  readonly #deadlines: Deadlines;

  constructor({ dataset, joined = "" }: DatasetRef, node: GridNode, deadlines: Deadlines) {
    this.#of = { dataset, joined };
    this.#node = node;
    this.#deadlines = deadlines;
  }

  /** What is asked about, as SQL would name it: "visits", "visits JOIN patients". */
  get dataset(): string {
    const { dataset, joined } = this.#of;
    return joined === "" ? dataset : `${dataset} JOIN ${joined}`;
  }

  /** The address of the owner's node. */
  get node(): string {
    return this.#node.url;
  }

  isSame(other: Desk): boolean {
    return this.node === other.node && this.dataset === other.dataset;
  }

  async price(program: Program, offer: Offer, form: AnswerForm = "one"): Promise<Result<Price, Problem>> {
    const request = { ...this.#of, program: encodeProgram(program), offer: encodeOffer(offerText(offer)) };
    const reply = await this.#node.call(this.#deadlines.deadlineMs, ({ grid }, options) =>
      grid.price(request, options),
    );
    return reply.ok ? readPrice(reply.value, program, form) : reply;
  }

  /**
   * Sends the ask, and sends it again under the same name when no reply came: the owner charges a name
   * once and repeats its recorded answer. When no reply comes at all, the problem carries the ask's id.
   */
  async ask(
    program: Program,
    { offer, askId }: { readonly offer: Offer; readonly askId: string },
    form: AnswerForm,
  ): Promise<Result<Answer, Problem>> {
    const reply = await this.#send({ askId, program: encodeProgram(program), offer });
    return reply.ok ? readAnswer(reply.value, program, form) : reply;
  }

  /** The same for the question which keys may be shown. */
  async askKeys(
    keys: KeysWish,
    { offer, askId }: { readonly offer: Offer; readonly askId: string },
  ): Promise<Result<KeysAnswer, Problem>> {
    const reply = await this.#send({ askId, keys, offer });
    return reply.ok ? readKeys(reply.value, keys.column) : reply;
  }

  async priceKeys(keys: KeysWish, offer: Offer): Promise<Result<Price, Problem>> {
    const request = { ...this.#of, keys, offer: encodeOffer(offerText(offer)) };
    const reply = await this.#node.call(this.#deadlines.deadlineMs, ({ grid }, options) =>
      grid.price(request, options),
    );
    return reply.ok ? readKeysPrice(reply.value) : reply;
  }

  async #send({ askId, offer, ...asked }: Sent): Promise<Result<AskResponse, Problem>> {
    const request = { askId, ...this.#of, ...asked, offer: encodeOffer(offerText(offer)) };
    const send = () =>
      this.#node.call(this.#deadlines.answerDeadlineMs, ({ grid }, options) => grid.ask(request, options));
    let reply = await send();
    for (const pauseMs of pausesMs) {
      if (reply.ok || !isReplyLost(reply.problem)) break;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      reply = await send();
    }
    if (reply.ok) return reply;
    return isReplyLost(reply.problem) || reply.problem.code === "node-failed"
      ? err(withAskId(reply.problem, askId))
      : reply;
  }
}

export function isReplyLost({ code }: Problem): boolean {
  return code === "node-unreachable" || code === "deadline-exceeded";
}

export function withAskId(lost: Problem, askId: string): Problem {
  const hint = `the question may have been charged; ask again with askId: "${askId}" and it is not charged twice`;
  return { ...lost, hint, facts: { ...lost.facts, askId } };
}
