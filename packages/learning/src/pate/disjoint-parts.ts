// Which teacher sees which rows, so that one person reaches one teacher alone and moves nobody else.

import { type Entropy, invariant } from "@unseen/base";
import { entropyWords } from "../private/entropy-words.ts";

/**
 * The rows of each of `teachers` parts. Each person (each row, where `people` is left out) goes to a part by lot, whoever
 * else is there: adding or removing one changes one part and leaves every other as it was. Parts differ in size, and may be
 * empty. All rows of a person are in one part. Draws from `entropy`; who is where is as private as the rows.
 */
export function disjointParts(
  rows: number,
  teachers: number,
  entropy: Entropy,
  people?: ArrayLike<number | string>,
): readonly (readonly number[])[] {
  invariant(people === undefined || people.length === rows, "there is one person for each row");
  invariant(Number.isSafeInteger(teachers) && teachers >= 1, "there is at least one teacher");
  const parts: number[][] = Array.from({ length: teachers }, () => []);
  const lot = lots(teachers, entropy);
  const partOf = new Map<number | string, number>();
  for (let row = 0; row < rows; row++) {
    if (people === undefined) {
      parts[lot()]!.push(row);
      continue;
    }
    const person = people[row]!;
    const part = partOf.get(person) ?? lot();
    partOf.set(person, part);
    parts[part]!.push(row);
  }
  return parts;
}

/** Whole numbers below `count`, all equally likely: 32 bits beyond its last whole multiple are drawn again. */
function lots(count: number, entropy: Entropy): () => number {
  const words = entropyWords(entropy);
  const whole = 2 ** 32 - (2 ** 32 % count);
  return () => {
    for (;;) {
      const word = words();
      if (word < whole) return word % count;
    }
  };
}
