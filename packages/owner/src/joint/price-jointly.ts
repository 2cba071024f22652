import { err, type Problem, problem, type Result } from "@unseen/base";
import type { AskedJointly, SentPrice } from "@unseen/wire";
import { type Caller, priceOfPlanned } from "../questions/index.ts";
import type { JointPorts } from "./joint-ports.ts";
import { countsOn, jointParties, planJointly } from "./plan-jointly.ts";

/** What the question would cost at this owner, and how accurate the total would be. No other owner is called. */
export async function priceJointly(
  { questions, party, honestOwnersAtMost }: JointPorts,
  caller: Caller,
  asked: AskedJointly,
): Promise<Result<SentPrice, Problem>> {
  const parties = jointParties(asked, party);
  if (!parties.ok) return parties;
  const { me, owners } = parties.value;
  const own = asked.owners[me];
  if (own === undefined) return err(problem("parties-invalid", "this node holds no data for the question"));
  const counted = countsOn({ honestOwnersAtMost }, asked);
  if (!counted.ok) return counted;
  const question = await planJointly(questions, asked, me);
  if (!question.ok) return question;
  const together = { owners: asked.kind === "sum" ? owners.length : 1, honest: asked.honestOwners };
  return priceOfPlanned(questions, caller, own, question.value, together);
}
