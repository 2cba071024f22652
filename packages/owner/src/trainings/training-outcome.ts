// What the ledger keeps of a paid training, and what leaves: the trained weights, the teachers' answers, or the problem that noised
// steps ran into.

import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import type { Answers } from "@unseen/learning";
import { formatDelta, formatEpsilon, type Released } from "@unseen/privacy";
import {
  answersFromBytes,
  answersToBytes,
  type SentAnswers,
  type SentTrained,
  trainedFromBytes,
  trainedToBytes,
} from "@unseen/wire";
import type { Receipt } from "../ledger/index.ts";
import type { TrainedWeights } from "./training-thread.ts";
import type { TrainingWork } from "./training-work.ts";

const trainedMark = 4;
const answersMark = 5;
const problemMark = 2;

/** What a thread gives. Nothing in it was not noised. */
export type MadeByTraining = TrainedWeights | Answers;

export type TrainingOutcome = Result<SentTrained | SentAnswers, Problem>;

export function encodeTrainingOutcome(
  { value }: Released<Result<MadeByTraining, Problem>>,
  {
    receipt,
    nodeId,
    work,
    guarantee,
  }: {
    readonly receipt: Receipt;
    readonly nodeId: string;
    readonly work: TrainingWork;
    readonly guarantee: string;
  },
): Uint8Array {
  if (!value.ok) return marked(problemMark, new TextEncoder().encode(JSON.stringify(value.problem)));
  const { askId, datasets, questionHash, serial, chargedAtMs, entryHash, epsilon, delta } = receipt;
  const paid = {
    spent: { epsilon: formatEpsilon(epsilon), delta: formatDelta(delta) },
    receipt: { askId, dataset: datasets[0], questionHash, serial, chargedAtMs, nodeId, entryHash },
    guarantee,
  };
  const made = value.value;
  if (work.kind === "teaching") {
    invariant("answers" in made, "teachers give answers");
    const { answers, agreement } = made;
    const { promise, teachers } = work.priced;
    const told = agreement === undefined ? {} : { agreement };
    return marked(answersMark, answersToBytes({ answers, teachers, promise, ...told, ...paid }));
  }
  invariant("weights" in made, "a fit gives weights");
  return marked(trainedMark, trainedToBytes({ ...made, promise: work.priced.promise, ...paid }));
}

/** Reads what `encodeTrainingOutcome` wrote. */
export function decodeTrainingOutcome(bytes: Uint8Array): TrainingOutcome {
  const body = bytes.subarray(1);
  if (bytes[0] === trainedMark) return ok(trainedFromBytes(body));
  if (bytes[0] === answersMark) return ok(answersFromBytes(body));
  invariant(bytes[0] === problemMark, "a recorded training is weights, answers or a problem");
  return err(JSON.parse(new TextDecoder().decode(body)) as Problem);
}

function marked(mark: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = mark;
  bytes.set(body, 1);
  return bytes;
}
