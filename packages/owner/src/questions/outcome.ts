// What the ledger keeps for a paid question, and what leaves: an answer, or the problem that the released
// numbers ran into. `encodeOutcome` takes nothing but what mechanisms released.

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Finished, formatDelta, formatEpsilon, type Released } from "@unseen/privacy";
import {
  AnswerSchema,
  decodeAnswer,
  decodeKeys,
  encodeAnswer,
  encodeKeys,
  KeysAnswerSchema,
  type SentAnswer,
  type SentKeys,
  wireLimits,
} from "@unseen/wire";
import type { Receipt } from "../ledger/index.ts";

const answerMark = 1;
const problemMark = 2;
const keysMark = 3;

export type Outcome = Result<SentAnswer | SentKeys, Problem>;

type Said = { readonly receipt: Receipt; readonly nodeId: string; readonly guarantee: string };

export function encodeOutcome(finished: Released<Result<Finished, Problem>>, said: Said): Uint8Array {
  const { value } = finished;
  if (!value.ok) return marked(problemMark, new TextEncoder().encode(JSON.stringify(value.problem)));
  return marked(answerMark, toBinary(AnswerSchema, encodeAnswer(sentAnswer(value.value, said))));
}

/** The same for keys. A list that no reply holds is no answer that anybody could read: it is a problem, and public. */
export function encodeKeysOutcome({ value }: Released<readonly string[]>, said: Said): Uint8Array {
  const sent = toBinary(KeysAnswerSchema, encodeKeys({ keys: value, ...spentOf(said) }));
  if (sent.length <= mostKeysBytes) return marked(keysMark, sent);
  return marked(problemMark, new TextEncoder().encode(JSON.stringify(tooManyKeys())));
}

/** A reply holds the keys, and a frame around them. */
const mostKeysBytes = wireLimits.gridReplyBytes - 2 ** 16;

function tooManyKeys(): Problem<"answer-not-computed"> {
  return problem("answer-not-computed", "more keys may be shown than fit into one answer", {
    hint: "ask with a smaller epsilon, which shows fewer; or name the keys that you want to compare",
  });
}

function sentAnswer({ values, plusMinus, choices }: Finished, said: Said): SentAnswer {
  return { values, plusMinus, choices, ...spentOf(said) };
}

function spentOf({ receipt, nodeId, guarantee }: Said) {
  const { askId, datasets, questionHash, serial, chargedAtMs, entryHash, epsilon, delta } = receipt;
  const [dataset, joined] = datasets;
  return {
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
  if (bytes[0] === keysMark) {
    const keys = decodeKeys(fromBinary(KeysAnswerSchema, body));
    invariant(keys.ok, "a recorded answer is whole");
    return ok(keys.value);
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
