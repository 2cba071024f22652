import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, type Result } from "@unseen/base";
import { isKeyText, programLimits } from "@unseen/program";
import { type KeysAnswer, KeysAnswerSchema } from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";
import { decodeLoss, encodeLoss, type LossText } from "./amounts.ts";
import { decodeReceipt, encodeReceipt, type SentReceipt } from "./answer-codec.ts";
import { decodeAll, replyMalformed } from "./reply.ts";

/** The texts of a column that may be shown, as they travel. */
export type SentKeys = {
  /** In the order of their code units, each once. */
  readonly keys: readonly string[];
  readonly spent: LossText;
  readonly receipt: SentReceipt;
  /** In plain words, who was protected and how. */
  readonly guarantee: string;
};

/** The caller vouches that `keys` were released: this room cannot see how they were chosen. */
export function encodeKeys(sent: SentKeys): KeysAnswer {
  return create(KeysAnswerSchema, {
    keys: [...sent.keys],
    spent: encodeLoss(sent.spent),
    receipt: encodeReceipt(sent.receipt),
    guarantee: sent.guarantee,
  });
}

/** A key is used again as it is, so one that would have to be cleaned is refused and not mended. */
export function decodeKeys(message: KeysAnswer): Result<SentKeys, Problem> {
  const keys = decodeAll(message.keys, wireLimits.shownKeys, "keys", (key) =>
    isKeyText(key, programLimits.keyLength / 2) ? ok(key) : err(replyMalformed("a key is none")),
  );
  if (!keys.ok) return keys;
  if (keys.value.some((key, at) => at > 0 && !(keys.value[at - 1]! < key)))
    return err(replyMalformed("its keys are not in order, or one stands twice"));
  const spent = decodeLoss(message.spent);
  if (!spent.ok) return spent;
  const receipt = decodeReceipt(message.receipt);
  if (!receipt.ok) return receipt;
  return ok({
    keys: keys.value,
    spent: spent.value,
    receipt: receipt.value,
    guarantee: plainText(message.guarantee, wireLimits.problemLength, "lines"),
  });
}
