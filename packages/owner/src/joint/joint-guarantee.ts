import type { JointKind } from "@unseen/wire";
import { guaranteeInWords, type PlannedProgram } from "../questions/index.ts";
import type { Traffic } from "./joint-ports.ts";

/** What one owner promises its own people, in words. */
export function jointGuarantee(
  question: PlannedProgram,
  kind: JointKind,
  owners: number,
  { rounds, sentBytes }: Traffic,
): string {
  const noise = `This holds for the people of each of the ${owners} owners against everybody else, the other owners included: each added the whole noise to its own sums before they were shared.`;
  const opened =
    kind === "sum" ? "Only the total was opened." : "No owner's answer was opened; only which of them it is.";
  const several = "Somebody whose rows several owners hold loses that much at each of them.";
  const took = `It took ${rounds} rounds, in which this owner sent ${sentBytes} bytes to the others.`;
  return `${guaranteeInWords(question)} ${noise} ${opened} ${several} ${took}`;
}
