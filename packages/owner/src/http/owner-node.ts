import type { Problem, Result } from "@unseen/base";
import type { Accounts } from "../accounts/index.ts";
import type { Answered, QuestionPorts, SingleFlight } from "../questions/index.ts";
import type { Workspaces } from "./workspaces.ts";

/** An open house: everything that the calls of a node need, whatever carries them. */
export type OwnerNode = {
  readonly name: string;
  readonly accounts: Accounts;
  readonly questions: QuestionPorts;
  readonly workspaces: Workspaces;
  readonly underway: SingleFlight<Result<Answered, Problem>>;
};
