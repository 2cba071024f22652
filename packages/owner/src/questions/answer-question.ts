// The walk of a question, on one page. Data goes forward; nothing calls back.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  afterRelease,
  type Finished,
  finish,
  mechanismFor,
  type Released,
  type ReleasedCut,
  releaseCut,
  releasedTogether,
  sumsOfStage,
} from "@unseen/privacy";
import type { PlainTensor } from "@unseen/program";
import type { AskedKeys, AskedQuestion, DatasetRef } from "@unseen/wire";
import type { Receipt } from "../ledger/index.ts";
import { personMs } from "./answer-slots.ts";
import { type RemainingText, remainingTexts } from "./budget-text.ts";
import { chargedEvent } from "./charged-event.ts";
import { guaranteeInWords } from "./guarantee.ts";
import { releaseKeys } from "./keys-question.ts";
import { chargedDatasets } from "./open-source.ts";
import { decodeOutcome, encodeKeysOutcome, encodeOutcome, type Outcome } from "./outcome.ts";
import { permit } from "./permit.ts";
import type { Caller, QuestionPorts } from "./ports.ts";
import { type PlannedProgram, type PlannedQuestion, planQuestion, questionHash } from "./question.ts";

export type Answered = RemainingText & { readonly outcome: Outcome };

/**
 * Answers a question once, from one dataset or from two that are joined on the person, however often it is asked under one id. Charged before anything private is
 * read, durably; never refunded. The asker learns the noised answer and what is left; the price, every
 * refusal before the charge and every error after it are the same whatever the rows say.
 */
export async function answerQuestion(
  ports: QuestionPorts,
  caller: Caller,
  asked: AskedQuestion | AskedKeys,
): Promise<Result<Answered, Problem>> {
  const key = { asker: caller.id, askId: asked.askId };
  const hash = questionHash(asked);
  const earlier = await ports.ledger.recorded(key, hash);
  if (!earlier.ok) return earlier;
  if (earlier.value !== undefined) return answered(ports, caller, asked, earlier.value);

  const question = await planQuestion(ports.datasets, asked);
  if (!question.ok) return question;
  const permitted = permit(caller);
  if (!permitted.ok) return permitted;

  const { price } = question.value;
  if (question.value.kind === "program" && question.value.plan.cuts.length === 0)
    return err(nothingPrivate());
  const sinceMs = ports.clock.nowMs();
  const receipt = await ports.ledger.charge({
    ...key,
    datasets: chargedDatasets(question.value.source),
    questionHash: hash,
    epsilon: price.epsilon,
    delta: price.delta,
    event: chargedEvent(question.value),
  });
  if (!receipt.ok) return receipt;

  // Whatever becomes of it leaves in a slot, a failure of ours too.
  const outcome = await computed(ports, question.value, receipt.value).finally(() =>
    ports.slots.next(sinceMs, question.value.kind === "program" ? personMs(question.value.plan) : 0),
  );
  if (!outcome.ok) return outcome;
  // Not recorded before its slot: who asks again under the same id is answered from the record at once. Only the bytes that the
  // ledger gives back may leave.
  const recorded = await ports.ledger.record(receipt.value, outcome.value);
  return recorded.ok ? answered(ports, caller, asked, recorded.value) : recorded;
}

/** Paid: reads, releases, finishes. */
async function computed(
  ports: QuestionPorts,
  question: PlannedQuestion,
  receipt: Receipt,
): Promise<Result<Uint8Array, Problem>> {
  const said = { receipt, nodeId: ports.nodeId, guarantee: guaranteeInWords(question) };
  if (question.kind === "keys") {
    const keys = await releaseKeys(ports, question, receipt);
    return keys.ok ? ok(encodeKeysOutcome(keys.value, said)) : keys;
  }
  const finished = await release(ports, question, receipt);
  return finished.ok ? ok(encodeOutcome(finished.value, said)) : finished;
}

/** Stage by stage: sums exactly, noises or chooses, goes on with what was released. */
async function release(
  { engine, entropy }: QuestionPorts,
  { plan, price, rows }: PlannedProgram,
  receipt: Receipt,
): Promise<Result<Released<Result<Finished, Problem>>, Problem>> {
  const cuts: Released<ReleasedCut>[] = [];
  const values = new Map<number, PlainTensor>();
  for (let stage = 0; stage < plan.stages; stage++) {
    const questions = sumsOfStage(plan, stage, values);
    // It depends on released values alone, so it is an outcome like any other: recorded, and paid for.
    if (!questions.ok) return ok(afterRelease(releasedTogether<ReleasedCut[]>(cuts), () => questions));
    for (const question of questions.value) {
      const exact = await engine.sums(rows, question.contribution, receipt);
      if (!exact.ok) return exact;
      const cut = releaseCut(question, mechanismFor(price, question), exact.value, entropy);
      cuts.push(cut);
      values.set(question.cut.node, cut.value.value);
    }
  }
  return ok(finish(plan, cuts, entropy));
}

function nothingPrivate(): Problem<"program-malformed"> {
  return problem("program-malformed", "the question reads no row, so there is nothing to answer", {
    hint: "what it computes is public: see the dataset's card, or compute it with local tensors",
  });
}

export async function answered(
  { ledger }: Pick<QuestionPorts, "ledger">,
  caller: Caller,
  asked: DatasetRef,
  recorded: Uint8Array,
): Promise<Result<Answered, Problem>> {
  return ok({
    outcome: decodeOutcome(recorded),
    ...(await remainingTexts(ledger, asked, caller.id)),
  });
}
