import type { Peers } from "@unseen/mpc";
import type { AskedJointly } from "@unseen/wire";
import type { Receipt } from "../ledger/index.ts";
import type { PlannedProgram, QuestionPorts } from "../questions/index.ts";
import type { SharesPorts } from "../shares/index.ts";
import type { NoisedBook } from "./noised-book.ts";
import type { JointParties } from "./plan-jointly.ts";

/** What a question to several owners needs of the house of one. */
export type JointPorts = {
  readonly questions: QuestionPorts;
  readonly party: SharesPorts;
  readonly book: NoisedBook;
  /** How many honest owners this one is ready to count on, itself among them: 1 is nobody else. */
  readonly honestOwnersAtMost: number;
};

/** The question once this owner has met the others and charged for it. */
export type PaidJointly = JointPorts & {
  readonly asked: AskedJointly;
  readonly parties: JointParties;
  readonly question: PlannedProgram;
  readonly receipt: Receipt;
  readonly peers: Peers;
  readonly traffic: Traffic;
};

/** What this owner's part took so far: it is told with the answer. */
export type Traffic = { rounds: number; sentBytes: number };
