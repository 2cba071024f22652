import { type Problem, problem, type Result, type Secret } from "@unseen/base";
import type { Contribution } from "@unseen/privacy";
import type { Receipt } from "../ledger/index.ts";

/** Reads people's rows, and gives nothing but exact sums of them, which are secret until they are noised. */
export interface Engine {
  /**
   * The exact integer sum of what each row adds, one for each element of the contribution: the same
   * integers as `exactSums` of the room privacy. It asks for the ledger's receipt, so unpaid reading does
   * not compile. The problem says nothing of the data.
   */
  sums(
    snapshot: string,
    contribution: Contribution,
    paid: Receipt,
  ): Promise<Result<Secret<BigInt64Array>, Problem<"answer-not-computed">>>;

  /** Rows in a snapshot. For askers only where the card declares the number of people public. */
  rowCount(snapshot: string): Promise<Result<number, Problem<"answer-not-computed">>>;

  close(): void;
}

/** All that is ever said of a failure after the charge. */
export function notComputed(): Problem<"answer-not-computed"> {
  return problem("answer-not-computed", "the answer could not be computed on the owner's side", {
    hint: "the question was charged; asking again under the same id is free, and the owner can look into it",
  });
}
