import type { Entropy } from "@unseen/base";
import { seededWords } from "../model/seeded-numbers.ts";

/** For tests alone: everybody can predict it. */
export function seededEntropy(seed: number): Entropy {
  const words = seededWords(seed);
  return {
    fill(bytes) {
      for (let at = 0; at < bytes.length; at++) bytes[at] = words() & 0xff;
      return bytes;
    },
  };
}
