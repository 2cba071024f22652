import type { Problem, Result } from "@unseen/base";
import type { Accounts } from "../accounts/index.ts";
import type { JointPorts } from "../joint/index.ts";
import type { Answered, ColumnEngine, QuestionPorts, SingleFlight } from "../questions/index.ts";
import type { TrainingPorts } from "../trainings/index.ts";
import type { Workspaces } from "./workspaces.ts";

/** An open house: everything that the calls of a node need, whatever carries them. */
export type OwnerNode = {
  readonly name: string;
  readonly accounts: Accounts;
  readonly questions: QuestionPorts;
  readonly workspaces: Workspaces;
  /** Undefined where the owner trains nothing. */
  readonly trainings?: TrainingPorts;
  /** Undefined where the owner takes no part in computations with others. */
  readonly joint?: {
    readonly party: JointPorts["party"];
    readonly columns: ColumnEngine;
    /** Undefined where the ledger is not in the home. */
    readonly book: JointPorts["book"] | undefined;
    readonly honestOwnersAtMost: JointPorts["honestOwnersAtMost"];
  };
  readonly underway: SingleFlight<Result<Answered, Problem>>;
};
