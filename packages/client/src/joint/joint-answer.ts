import { Answer } from "../datasets/answer.ts";

/**
 * One answer over several owners' rows. What was spent is what each owner charged, the receipt is the first owner's, and what
 * is left is the least that is left at any.
 */
export class JointAnswer extends Answer {
  /** As each owner told it, with its own receipt and what is left there, in the owners' order. */
  readonly owners: readonly Answer[];

  constructor(owners: readonly [Answer, ...Answer[]]) {
    const least = owners.reduce((one, other) =>
      other.remaining.epsilon < one.remaining.epsilon ? other : one,
    );
    super({ ...owners[0], remaining: least.remaining });
    this.owners = owners;
  }
}
