// From what a node sent to what an asker holds. The wire has checked lengths and cleaned texts; here the
// numbers take the question's form.

import type { Client } from "@connectrpc/connect";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type NestedNumbers, nestedOf, type PlainTensor } from "@unseen/program";
import { decodeAnswer, decodeLoss, decodePrice, type GridService } from "@unseen/wire";
import { Answer } from "./answer.ts";
import { lossOf } from "./offer.ts";
import { Price } from "./price.ts";

type AskResponse = Awaited<ReturnType<Client<typeof GridService>["ask"]>>;
type PriceResponse = Awaited<ReturnType<Client<typeof GridService>["price"]>>;

/** Whether a question has one value, or several in a list. */
export type AnswerForm = "one" | "list";

export function readAnswer(reply: AskResponse, outputs: number, form: AnswerForm): Result<Answer, Problem> {
  const answer = decodeAnswer(reply.answer);
  if (!answer.ok) return answer;
  const remaining = decodeLoss(reply.remaining);
  if (!remaining.ok) return remaining;
  const { values, plusMinus, spent, receipt, guarantee } = answer.value;
  if (values.length !== outputs) return err(wrongCount("values"));
  return ok(
    new Answer({
      value: formed(values, form),
      plusMinus: formed(plusMinus, form),
      spent: lossOf(spent),
      remaining: lossOf(remaining.value),
      receipt,
      guarantee,
    }),
  );
}

export function readPrice(reply: PriceResponse, outputs: number): Result<Price, Problem> {
  const price = decodePrice(reply);
  if (!price.ok) return price;
  const { cost, expectedPlusMinus, releases, remaining, isAffordable } = price.value;
  if (expectedPlusMinus.length !== outputs) return err(wrongCount("expected half-widths"));
  return ok(
    new Price({
      cost: lossOf(cost),
      expectedPlusMinus: formed(expectedPlusMinus, "one"),
      releases,
      remaining: lossOf(remaining),
      affordable: isAffordable,
    }),
  );
}

function formed(tensors: readonly PlainTensor[], form: AnswerForm): NestedNumbers {
  return form === "list" ? tensors.map(nestedOf) : nestedOf(tensors[0]!);
}

function wrongCount(of: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the node's reply has not as many ${of} as the question has outputs`);
}
