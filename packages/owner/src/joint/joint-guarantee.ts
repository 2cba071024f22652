import type { AskedJointly } from "@unseen/wire";
import { guaranteeInWords, type PlannedProgram } from "../questions/index.ts";
import type { Traffic } from "./joint-ports.ts";

/** What one owner promises its own people, in words, and who has to be honest for it to hold. */
export function jointGuarantee(
  question: PlannedProgram,
  asked: Pick<AskedJointly, "kind" | "owners" | "honestOwners">,
  { rounds, sentBytes }: Traffic,
): string {
  const opened =
    asked.kind === "sum"
      ? "Only the total was opened."
      : "No owner's answer was opened; only which of them it is.";
  const took = `It took ${rounds} rounds, in which this owner sent ${sentBytes} bytes to the others.`;
  return `${guaranteeInWords(question)} ${honestyInWords(asked)} ${opened} ${severalOwnersInWords(asked)} ${took}`;
}

/** What is promised to somebody who is among several owners' people. Parts of one noise hide that person once: `shared-noise.md`. */
export function severalOwnersInWords({ honestOwners }: Pick<AskedJointly, "honestOwners">): string {
  return honestOwners === 1
    ? "Somebody whose rows several owners hold loses that much at each of them."
    : "Somebody whose rows several owners hold loses what as many people of one owner lose together: with noise that has a delta, more than that much at each of them.";
}

/** Against whom a promise holds that several owners' noise keeps. */
export function honestyInWords({
  owners,
  honestOwners,
}: Pick<AskedJointly, "owners" | "honestOwners">): string {
  return honestOwners === 1
    ? `This holds for the people of each of the ${owners.length} owners against everybody else, the other owners included: each added the whole noise to its own sums before they were shared.`
    : `This holds for the people of each of the ${owners.length} owners as long as at least ${honestOwners} of the owners, that one among them, are honest and tell nobody their noise or their sums: each added a part of the noise, and ${honestOwners} parts are a whole. Against fewer honest owners it promises nothing.`;
}
