// Where questions to several owners are handed in: the same ask to each, and one answer back.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Program } from "@unseen/program";
import { type AskedJointly, encodeJointAsk, type JointKind, type SentJointFacts } from "@unseen/wire";
import type { Answer } from "../datasets/answer.ts";
import type { KeysAnswer } from "../datasets/keys-answer.ts";
import { type NamedOffer, type Offer, offerText } from "../datasets/offer.ts";
import { Price } from "../datasets/price.ts";
import { type Desk, isReplyLost, withAskId } from "../datasets/question-desk.ts";
import { type AnswerForm, readAnswer, readPrice } from "../datasets/read-replies.ts";
import { entropy } from "../platform.ts";
import type { Member } from "../shares/shares-group.ts";
import { JointAnswer } from "./joint-answer.ts";

export type JointOwner = Member & { readonly dataset: string };

type Question = NamedOffer & { readonly program: Program; readonly kind: JointKind };

export class JointDesk implements Desk {
  readonly dataset: string;
  readonly owners: readonly JointOwner[];
  readonly #provider: Member | undefined;
  readonly #facts: SentJointFacts;
  readonly #honestOwners: number;

  constructor(
    owners: readonly JointOwner[],
    facts: SentJointFacts,
    { provider, honestOwners }: { readonly provider: Member | undefined; readonly honestOwners: number },
  ) {
    this.dataset = [...new Set(owners.map(({ dataset }) => dataset))].join(", ");
    this.owners = owners;
    this.#facts = facts;
    this.#provider = provider;
    this.#honestOwners = honestOwners;
  }

  /** The owners, as they are named in words. */
  get node(): string {
    return this.owners.map(({ name }) => name).join(", ");
  }

  isSame(other: Desk): boolean {
    return other instanceof JointDesk && JSON.stringify(other.#places) === JSON.stringify(this.#places);
  }

  /** What it would cost at each owner, and the half-width of the total; too much if it is at one of them. */
  async price(program: Program, offer: Offer, form: AnswerForm): Promise<Result<Price, Problem>> {
    const request = this.#request({ program, offer, askId: "price-only", kind: "sum" });
    const replies = await Promise.all(
      this.owners.map(({ calls }) => calls.call((client, options) => client.priceJointly(request, options))),
    );
    const prices: Price[] = [];
    for (const [at, reply] of replies.entries()) {
      const price = reply.ok ? readPrice(reply.value, program, form) : reply;
      if (!price.ok) return err(this.#named(price.problem, this.owners[at]!));
      prices.push(price.value);
    }
    const least = prices.reduce((one, other) =>
      other.remaining.epsilon < one.remaining.epsilon ? other : one,
    );
    return ok(new Price({ ...least, affordable: prices.every(({ affordable }) => affordable) }));
  }

  async ask(program: Program, named: NamedOffer, form: AnswerForm): Promise<Result<Answer, Problem>> {
    return this.#ask({ ...named, program, kind: "sum" }, form);
  }

  /** The texts that rows hold are asked of one owner. */
  async askKeys(): Promise<Result<KeysAnswer, Problem>> {
    return err(keysOfOne());
  }

  async priceKeys(): Promise<Result<Price, Problem>> {
    return err(keysOfOne());
  }

  /** Whose own answer to the program is greatest or least, as the owner's place. */
  async which(
    program: Program,
    named: NamedOffer,
    kind: "greatest" | "least",
  ): Promise<Result<JointAnswer, Problem>> {
    return this.#ask({ ...named, program, kind }, "one");
  }

  /** Where a reply was lost, once more under the same name: what was charged is not charged again. */
  async #ask(question: Question, form: AnswerForm): Promise<Result<JointAnswer, Problem>> {
    const first = await this.#send(question, form);
    const told =
      first.ok || !isReplyLost(first.problem) ? first : await this.#send({ ...question, again: true }, form);
    return told.ok || !isBrokenOff(told.problem) ? told : err(withAskId(told.problem, question.askId));
  }

  async #send(question: Question, form: AnswerForm): Promise<Result<JointAnswer, Problem>> {
    const request = this.#request(question);
    const isCompared = question.kind !== "sum" && this.#provider !== undefined;
    const called = isCompared ? [...this.owners, this.#provider] : this.owners;
    const replies = await Promise.all(
      called.map(({ calls }) => calls.call((client, options) => client.askJointly(request, options))),
    );
    const answers: Answer[] = [];
    const problems: Problem[] = [];
    for (const [at, reply] of replies.entries()) {
      if (at >= this.owners.length && reply.ok) continue;
      const answer = reply.ok ? readAnswer(reply.value, question.program, form) : reply;
      if (answer.ok) answers.push(answer.value);
      else problems.push(this.#named(answer.problem, called[at]!));
    }
    const [answer, ...others] = answers;
    const told = (one: Answer) => JSON.stringify(one.value);
    if (answer !== undefined && others.some((other) => told(other) !== told(answer))) return err(differ());
    // An answer has every owner's sum in it. Who broke off after that, or met nobody because others had theirs, adds nothing.
    if (answer !== undefined && problems.every(isBrokenOff)) return ok(new JointAnswer([answer, ...others]));
    // Where one refuses, the others say that it did not come.
    return err(problems.find(({ code }) => code !== "party-failed") ?? problems[0] ?? differ());
  }

  #request({ program, offer, askId, kind, again = false }: Question) {
    const asked: AskedJointly = {
      askId,
      computationId: entropy.fill(new Uint8Array(32)),
      again,
      kind,
      owners: this.#places,
      provider: kind === "sum" ? undefined : this.#provider?.fingerprint,
      honestOwners: kind === "sum" ? this.#honestOwners : 1,
      facts: this.#facts,
      program,
      offer: offerText(offer),
    };
    return encodeJointAsk(asked);
  }

  get #places() {
    return this.owners.map(({ fingerprint, dataset }) => ({ fingerprint, dataset }));
  }

  #named(told: Problem, by: { readonly name: string }): Problem {
    return namedBy(told, by, [...this.owners, this.#provider]);
  }
}

/** Nodes know each other by place; the asker knows their names. */
export function namedBy(
  told: Problem,
  by: { readonly name: string },
  parties: readonly ({ readonly name: string } | undefined)[],
): Problem {
  const place = told.facts?.party;
  const about = place === undefined ? undefined : parties[Number(place)];
  const message = about === undefined ? told.message : told.message.replaceAll(`party ${place}`, about.name);
  return { ...told, message: `${by.name}: ${message}` };
}

/** It may have been charged, and asking again under its id goes on with it. */
export function isBrokenOff(problem: Problem): boolean {
  return (
    isReplyLost(problem) || ["party-failed", "node-failed", "answer-not-recorded"].includes(problem.code)
  );
}

export function differ(): Problem<"outcomes-differ"> {
  return problem("outcomes-differ", "the owners told different answers to one question", {
    hint: "one of them does not say the truth, or runs another version; what was charged stays charged",
  });
}

function keysOfOne(): Problem<"column-not-askable"> {
  return problem(
    "column-not-askable",
    "which texts a column holds is asked of one owner, not of several together",
  );
}
