import type { Problem, Result } from "@unseen/base";
import type { SentAnswers } from "@unseen/wire";
import type { Receipt } from "../datasets/answer.ts";
import type { Loss } from "../datasets/offer.ts";
import type { ModelUse } from "./rows-to-predict.ts";
import { type StudentOfTeachers, TaughtFromOwner } from "./taught-from-owner.ts";

/** What teachers of several owners left together. What was spent is what each owner charged; what is left is the least at any. */
export class TaughtByOwners extends TaughtFromOwner {
  /** Of those owners that told the answers, in their order. */
  readonly receipts: readonly Receipt[];

  constructor(
    sent: readonly [SentAnswers, ...SentAnswers[]],
    remaining: Loss,
    use: ModelUse,
    student: Result<StudentOfTeachers, Problem>,
  ) {
    super(sent[0], remaining, use, student);
    this.receipts = sent.map(({ receipt }) => receipt);
  }
}
