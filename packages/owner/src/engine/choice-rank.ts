// In which of their groups a person counts, where they may not in all: those that come first in an order of the
// person's own. It follows from the pseudonym and the group alone, so no value, no other person and no place in a file
// can push a group in or out. The pseudonym is made with a key of the home, so nobody outside knows the order.

import { createHash } from "node:crypto";

/** 64 bits of SHA-256. The least comes first. */
export function choiceRank(pseudonym: string, element: number): bigint {
  const hash = createHash("sha256").update(`${pseudonym},${element}`, "utf8").digest("hex");
  return BigInt(`0x${hash.slice(0, 16)}`);
}
