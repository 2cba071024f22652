import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { StreamMaker } from "../session/seed-stream.ts";
import { sessionsInMemory } from "../testing/in-memory.ts";
import { Replicated } from "./replicated.ts";

/** What the walk draws of each summand, in order. */
const draws = [
  [10n, 20n, 9n, 12n],
  [4n, 31n, 6n],
  [45n, 17n, 23n],
];

test("docs/walks/a-multiplication-on-shares.md tells what the code does, number by number", async () => {
  const told: string[] = [];
  const sessions = await sessionsInMemory(3, {
    meddle(from, to, message) {
      const word = Buffer.from(message).readBigInt64LE();
      told.push(`party ${from} sends ${inWords(word)} to party ${to}`);
      return message;
    },
  });
  const streamOf: StreamMaker = (memory, seed) => {
    let at = 0;
    return {
      next(place) {
        memory.words({ ...place, length: 1 })[0] = draws[seed[0]! - 1]![at++]!;
      },
    };
  };
  const seed = (summand: number) => new Uint8Array(32).fill(1 + (summand % 3));
  const results = await Promise.all(
    sessions.map(async (session) => {
      const { memory, me } = session;
      const p = new Replicated(session, { withPrevious: seed(me), withNext: seed(me + 1) }, streamOf);
      const x = await p.share(0, 1, me === 0 ? memory.columnOf(BigUint64Array.of(3n)) : undefined);
      const y = await p.share(1, 1, me === 1 ? memory.columnOf(BigUint64Array.of(5n)) : undefined);
      const product = await p.multiplyTruncate(x, y, 2);
      return memory.words(await p.openToEveryone(product))[0];
    }),
  );
  expect(results).toEqual([4n, 4n, 4n]);
  const walk = await readFile(
    new URL("../../../../docs/walks/a-multiplication-on-shares.md", import.meta.url),
    "utf8",
  );
  expect([...walk.matchAll(/party \d sends .*? to party \d/g)].map(([line]) => line).sort()).toEqual(
    told.sort(),
  );
});

/** Large numbers as the nearest multiple of 2^60 and the rest. */
function inWords(word: bigint): string {
  const many = (word + (1n << 59n)) >> 60n;
  const rest = word - (many << 60n);
  if (many === 0n) return `${word}`;
  const power = many === 1n ? "2^60" : `${many} * 2^60`;
  return rest === 0n ? power : `${power} ${rest < 0n ? "-" : "+"} ${rest < 0n ? -rest : rest}`;
}
