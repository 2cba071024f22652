// What an answer would cost and how accurate it would be. Reads declared bounds and mock rows alone: free,
// and the same whatever the rows say.

import { invariant, ok, type Problem, type Result } from "@unseen/base";
import {
  describeRelease,
  expectFinish,
  formatDelta,
  formatEpsilon,
  mechanismFor,
  mechanismOfAll,
  type SumQuestion,
  sumsOfStage,
} from "@unseen/privacy";
import type { PlainTensor } from "@unseen/program";
import type { DatasetRef, PricedKeys, PricedQuestion, SentPrice } from "@unseen/wire";
import { remainingTexts } from "./budget-text.ts";
import { chargedEvent } from "./charged-event.ts";
import { keysInWords } from "./keys-question.ts";
import { chargedDatasets } from "./open-source.ts";
import { permit } from "./permit.ts";
import type { Caller, QuestionPorts } from "./ports.ts";
import { type PlannedProgram, type PlannedQuestion, planQuestion } from "./question.ts";

export async function priceQuestion(
  ports: QuestionPorts,
  caller: Caller,
  asked: PricedQuestion | PricedKeys,
): Promise<Result<SentPrice, Problem>> {
  const question = await planQuestion(ports.datasets, asked);
  if (!question.ok) return question;
  return priceOfPlanned(ports, caller, asked, question.value);
}

/** Whose noise a total carries: so many owners', of whom so many have to be honest. */
type Together = { readonly owners: number; readonly honest: number };
const alone: Together = { owners: 1, honest: 1 };

/** The price of a planned question, asked of one owner or of several. */
export async function priceOfPlanned(
  ports: QuestionPorts,
  caller: Caller,
  asked: DatasetRef,
  question: PlannedQuestion,
  together = alone,
): Promise<Result<SentPrice, Problem>> {
  const permitted = permit(caller);
  if (!permitted.ok) return permitted;
  const { price } = question;
  const expected = expectedOf(ports, question, together);
  if (!expected.ok) return expected;
  const isAffordable = await ports.ledger.affords({
    asker: caller.id,
    datasets: chargedDatasets(question.source),
    epsilon: price.epsilon,
    delta: price.delta,
    event: chargedEvent(question),
  });
  return ok({
    cost: { epsilon: formatEpsilon(price.epsilon), delta: formatDelta(price.delta) },
    ...expected.value,
    ...(await remainingTexts(ports.ledger, asked, caller.id)),
    isAffordable,
  });
}

/** Keys are shown or not: there is no number that could be off. */
function expectedOf(
  { entropy }: QuestionPorts,
  question: PlannedQuestion,
  { owners, honest }: Together,
): Result<Pick<SentPrice, "expectedPlusMinus" | "releases">, Problem> {
  if (question.kind === "keys") return ok({ expectedPlusMinus: [], releases: keysInWords(question) });
  const sums = expectedSums(question);
  if (!sums.ok) return sums;
  const { plan, price } = question;
  const mechanismOf = (sum: SumQuestion) => mechanismOfAll(mechanismFor(price, sum, honest), owners);
  const expected = expectFinish(plan, sums.value, mechanismOf, entropy);
  if (!expected.ok) return expected;
  const releases = sums.value.map((sum) => describeRelease(sum, mechanismOf(sum)));
  return ok({ expectedPlusMinus: expected.value.plusMinus, releases });
}

/** The sums of every stage, with mock rows' values in place of released ones. */
function expectedSums({ plan }: PlannedProgram): Result<readonly SumQuestion[], Problem> {
  const typical = new Map<number, PlainTensor>();
  for (const { node } of plan.cuts) {
    const facts = plan.typical[node];
    invariant(facts?.kind === "public", "a cut's typical value is public");
    typical.set(node, facts.value);
  }
  const sums: SumQuestion[] = [];
  for (let stage = 0; stage < plan.stages; stage++) {
    const questions = sumsOfStage(plan, stage, typical);
    if (!questions.ok) return questions;
    sums.push(...questions.value);
  }
  return ok(sums);
}
