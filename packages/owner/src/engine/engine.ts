import { type Problem, problem, type Result, type Secret } from "@unseen/base";
import type { Contribution, GroupSizes } from "@unseen/privacy";
import type { JoinedColumn } from "@unseen/program";
import type { Receipt } from "../ledger/index.ts";
import type { Permitted } from "../share-permits/index.ts";

/** What rows a sum is over: a snapshot's, by its name, or the pairs of rows in two that are one person's. */
export type RowSource = string | SnapshotJoin;

export type SnapshotJoin = {
  readonly snapshots: readonly [string, string];
  /** What programs call each column, and whose it is: 0 the first snapshot's, 1 the second's. */
  readonly origins: ReadonlyMap<string, JoinedColumn>;
};

/** Reads people's rows. For questions it gives nothing but exact sums of them, which are secret until they are noised. */
export interface Engine {
  /**
   * The exact integer sum of what each row, or each pair of rows, adds, one for each element of the contribution: the same
   * integers as `exactSums` of the room privacy. It asks for the ledger's receipt, so unpaid reading does
   * not compile. The problem says nothing of the data.
   */
  sums(
    source: RowSource,
    contribution: Contribution,
    paid: Receipt,
  ): Promise<Result<Secret<BigInt64Array>, Problem<"answer-not-computed">>>;

  /**
   * For each text of a column, how many different people have it, where each person counts for `mostKeysEach` of theirs at
   * most. Which those are follows from the person's own rows alone, so one person more or less, or another in their
   * place, changes the counts of at most so many texts, each by one.
   */
  peopleOfKeys(
    snapshot: string,
    keys: { readonly column: string; readonly mostKeysEach: number },
    paid: Receipt,
  ): Promise<Result<Secret<GroupSizes>, Problem<"answer-not-computed">>>;

  /**
   * Whole columns of numbers, as they are: nothing protects them any more but the shares that they become at once. Asks for
   * the owner's permit, and gives no column but those that it names. `mostRows` at the most.
   */
  permittedColumns(
    snapshot: string,
    mostRows: number,
    permitted: Permitted,
  ): Promise<Result<Secret<readonly Float64Array[]>, Problem<"answer-not-computed">>>;

  /**
   * Whole columns of numbers, and whose each row is, for a training that clips what each person adds and noises it before a
   * weight moves: it asks for the receipt of that training. The rows of a person stand in an order that follows from them alone.
   */
  trainingRows(
    snapshot: string,
    columns: readonly string[],
    paid: Receipt,
  ): Promise<Result<Secret<TrainingRows>, Problem<"answer-not-computed">>>;

  /** Rows in a snapshot. For askers only where the card declares the number of people public. */
  rowCount(snapshot: string): Promise<Result<number, Problem<"answer-not-computed">>>;

  close(): void;
}

export type TrainingRows = {
  readonly rowCount: number;
  readonly columns: readonly Float64Array[];
  /** Numbers people from 0, one for each row; undefined where each row is a person. */
  readonly people: Int32Array | undefined;
};

/** All that is ever said of a failure after the charge. */
export function notComputed(): Problem<"answer-not-computed"> {
  return problem("answer-not-computed", "the answer could not be computed on the owner's side", {
    hint: "the question was charged; asking again under the same id is free, and the owner can look into it",
  });
}
