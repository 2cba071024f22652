// From what a node sent to what an asker holds. The wire has checked lengths and cleaned texts; here the
// numbers take the question's form.

import type { Client } from "@connectrpc/connect";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type NestedNumbers, nestedOf, type PlainTensor, type Program, sameShape } from "@unseen/program";
import {
  decodeAnswer,
  decodeKeys,
  decodeLoss,
  decodeOptionalLoss,
  decodePrice,
  type GridService,
} from "@unseen/wire";
import { Answer } from "./answer.ts";
import { KeysAnswer } from "./keys-answer.ts";
import { lossOf } from "./offer.ts";
import { Price } from "./price.ts";

export type AskResponse = Awaited<ReturnType<Client<typeof GridService>["ask"]>>;
type PriceResponse = Awaited<ReturnType<Client<typeof GridService>["price"]>>;

/** Whether a question has one value, or several in a list. */
export type AnswerForm = "one" | "list";

export function readAnswer(reply: AskResponse, program: Program, form: AnswerForm): Result<Answer, Problem> {
  const answer = decodeAnswer(reply.answer);
  if (!answer.ok) return answer;
  const remaining = decodeLoss(reply.remaining);
  if (!remaining.ok) return remaining;
  const joinedRemaining = decodeOptionalLoss(reply.joinedRemaining);
  if (!joinedRemaining.ok) return joinedRemaining;
  const { values, plusMinus, choices, spent, receipt, guarantee } = answer.value;
  if (!fits(values, program)) return err(misfit("values"));
  if (!fits(plusMinus, program)) return err(misfit("half-widths"));
  return ok(
    new Answer({
      value: formed(values, form),
      plusMinus: formed(plusMinus, form),
      choices,
      spent: lossOf(spent),
      remaining: lossOf(remaining.value),
      ...(joinedRemaining.value === undefined ? {} : { joinedRemaining: lossOf(joinedRemaining.value) }),
      receipt,
      guarantee,
    }),
  );
}

export function readPrice(reply: PriceResponse, program: Program, form: AnswerForm): Result<Price, Problem> {
  const price = decodePrice(reply);
  if (!price.ok) return price;
  const { cost, expectedPlusMinus, releases, remaining, joinedRemaining, isAffordable } = price.value;
  if (!fits(expectedPlusMinus, program)) return err(misfit("expected half-widths"));
  return ok(
    new Price({
      cost: lossOf(cost),
      expectedPlusMinus: formed(expectedPlusMinus, form),
      releases,
      remaining: lossOf(remaining),
      ...(joinedRemaining === undefined ? {} : { joinedRemaining: lossOf(joinedRemaining) }),
      affordable: isAffordable,
    }),
  );
}

export function readKeys(reply: AskResponse, column: string): Result<KeysAnswer, Problem> {
  if (reply.keys === undefined) return err(misfit("no keys"));
  const keys = decodeKeys(reply.keys);
  if (!keys.ok) return keys;
  const remaining = decodeLoss(reply.remaining);
  if (!remaining.ok) return remaining;
  const { spent, ...told } = keys.value;
  return ok(new KeysAnswer({ ...told, column, spent: lossOf(spent), remaining: lossOf(remaining.value) }));
}

/** Keys are shown or not: there is no half-width. */
export function readKeysPrice(reply: PriceResponse): Result<Price, Problem> {
  const price = decodePrice(reply);
  if (!price.ok) return price;
  const { cost, releases, remaining, isAffordable } = price.value;
  return ok(
    new Price({
      cost: lossOf(cost),
      expectedPlusMinus: [],
      releases,
      remaining: lossOf(remaining),
      affordable: isAffordable,
    }),
  );
}

function formed(tensors: readonly PlainTensor[], form: AnswerForm): NestedNumbers {
  return form === "list" ? tensors.map(nestedOf) : nestedOf(tensors[0]!);
}

/** Each output of the question has a shape that its asker knows; what a node sends has it, or is not shown. */
function fits(tensors: readonly PlainTensor[], { outputs, shapes }: Program): boolean {
  return (
    tensors.length === outputs.length &&
    tensors.every(({ shape }, at) => sameShape(shape, shapes[outputs[at]!]!))
  );
}

function misfit(what: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the node's reply has ${what} that do not fit the question`);
}
