// What the ledger keeps for a paid question, and what leaves: an answer, or the problem that the released
// numbers ran into. `encodeOutcome` takes nothing but what mechanisms released.

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { type Finished, formatDelta, formatEpsilon, type Released } from "@unseen/privacy";
import { AnswerSchema, decodeAnswer, encodeAnswer, type SentAnswer } from "@unseen/wire";
import type { Receipt } from "../ledger/index.ts";

const answerMark = 1;
const problemMark = 2;

export type Outcome = Result<SentAnswer, Problem>;

export function encodeOutcome(
  finished: Released<Result<Finished, Problem>>,
  said: { readonly receipt: Receipt; readonly nodeId: string; readonly guarantee: string },
): Uint8Array {
  const { value } = finished;
  if (!value.ok) return marked(problemMark, new TextEncoder().encode(JSON.stringify(value.problem)));
  return marked(answerMark, toBinary(AnswerSchema, encodeAnswer(sentAnswer(value.value, said))));
}

function sentAnswer(
  { values, plusMinus }: Finished,
  {
    receipt,
    nodeId,
    guarantee,
  }: { readonly receipt: Receipt; readonly nodeId: string; readonly guarantee: string },
): SentAnswer {
  const { askId, datasets, questionHash, serial, chargedAtMs, entryHash, epsilon, delta } = receipt;
  const [dataset, joined] = datasets;
  return {
    values,
    plusMinus,
    spent: { epsilon: formatEpsilon(epsilon), delta: formatDelta(delta) },
    receipt: {
      askId,
      dataset,
      ...(joined === undefined ? {} : { joined }),
      questionHash,
      serial,
      chargedAtMs,
      nodeId,
      entryHash,
    },
    guarantee,
  };
}

/** Reads what `encodeOutcome` wrote. */
export function decodeOutcome(bytes: Uint8Array): Outcome {
  const body = bytes.subarray(1);
  if (bytes[0] === answerMark) {
    const answer = decodeAnswer(fromBinary(AnswerSchema, body));
    invariant(answer.ok, "a recorded answer is whole");
    return ok(answer.value);
  }
  invariant(bytes[0] === problemMark, "a recorded outcome is an answer or a problem");
  return err(JSON.parse(new TextDecoder().decode(body)) as Problem);
}

function marked(mark: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = mark;
  bytes.set(body, 1);
  return bytes;
}
