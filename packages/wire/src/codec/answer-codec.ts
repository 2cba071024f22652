import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, type Result } from "@unseen/base";
import { type PlainTensor, programLimits } from "@unseen/program";
import { type Answer, AnswerSchema, type Receipt, ReceiptSchema } from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";
import { decodeLoss, encodeLoss, type LossText } from "./amounts.ts";
import { decodeAll, decodeJoined, replyMalformed, wholeNumber } from "./reply.ts";
import { decodeTensor, encodeTensor } from "./tensor-codec.ts";

/** What an asker holds to show that a question was charged, and where. */
export type SentReceipt = {
  readonly askId: string;
  readonly dataset: string;
  /** The dataset that it was joined with, which was charged the same price. */
  readonly joined?: string;
  /** SHA-256 of the question's text, hexadecimal. */
  readonly questionHash: string;
  readonly serial: number;
  readonly chargedAtMs: number;
  readonly nodeId: string;
  /** Hash of the charge in the owner's ledger, 64 hexadecimal digits; empty from a node that keeps no chain. */
  readonly entryHash: string;
};

/** An answer as it travels: one value and one 95 % half-width for each output of the program. */
export type SentAnswer = {
  readonly values: readonly PlainTensor[];
  readonly plusMinus: readonly PlainTensor[];
  /** What each choice promises in place of a half-width, in words. */
  readonly choices: readonly string[];
  readonly spent: LossText;
  readonly receipt: SentReceipt;
  /** In plain words, who was protected and how. */
  readonly guarantee: string;
};

/** The caller vouches that `values` were released: this room cannot see how they were made. */
export function encodeAnswer(answer: SentAnswer): Answer {
  return create(AnswerSchema, {
    values: answer.values.map(encodeTensor),
    plusMinus: answer.plusMinus.map(encodeTensor),
    spent: encodeLoss(answer.spent),
    receipt: encodeReceipt(answer.receipt),
    guarantee: answer.guarantee,
    choices: [...answer.choices],
  });
}

export function decodeAnswer(message: Answer | undefined): Result<SentAnswer, Problem> {
  if (message === undefined) return err(replyMalformed("the answer is missing"));
  const values = decodeAll(message.values, programLimits.outputs, "values", decodeTensor);
  if (!values.ok) return values;
  const plusMinus = decodeAll(message.plusMinus, programLimits.outputs, "half-widths", decodeTensor);
  if (!plusMinus.ok) return plusMinus;
  if (values.value.length !== plusMinus.value.length)
    return err(replyMalformed("its values and their half-widths are not as many"));
  const spent = decodeLoss(message.spent);
  if (!spent.ok) return spent;
  const receipt = decodeReceipt(message.receipt);
  if (!receipt.ok) return receipt;
  const choices = decodeAll(message.choices, programLimits.nodes, "choices", (text) =>
    ok(plainText(text, wireLimits.problemLength)),
  );
  if (!choices.ok) return choices;
  return ok({
    values: values.value,
    plusMinus: plusMinus.value,
    choices: choices.value,
    spent: spent.value,
    receipt: receipt.value,
    guarantee: plainText(message.guarantee, wireLimits.problemLength, "lines"),
  });
}

export function encodeReceipt(receipt: SentReceipt): Receipt {
  return create(ReceiptSchema, {
    askId: receipt.askId,
    dataset: receipt.dataset,
    questionHash: receipt.questionHash,
    serial: BigInt(receipt.serial),
    chargedAtMs: BigInt(receipt.chargedAtMs),
    nodeId: receipt.nodeId,
    entryHash: receipt.entryHash,
    joined: receipt.joined ?? "",
  });
}

export function decodeReceipt(message: Receipt | undefined): Result<SentReceipt, Problem> {
  if (message === undefined) return err(replyMalformed("the receipt is missing"));
  const serial = wholeNumber(message.serial, "the receipt's number");
  if (!serial.ok) return serial;
  const chargedAtMs = wholeNumber(message.chargedAtMs, "the receipt's time");
  if (!chargedAtMs.ok) return chargedAtMs;
  return ok({
    askId: plainText(message.askId, wireLimits.nameLength),
    dataset: plainText(message.dataset, wireLimits.nameLength),
    questionHash: plainText(message.questionHash, wireLimits.nameLength),
    serial: serial.value,
    chargedAtMs: chargedAtMs.value,
    nodeId: plainText(message.nodeId, wireLimits.nameLength),
    entryHash: plainText(message.entryHash, wireLimits.nameLength),
    ...decodeJoined(message.joined),
  });
}
