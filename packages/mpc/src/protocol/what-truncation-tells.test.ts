import fc from "fast-check";
import { expect, test } from "vitest";
import { chachaStream, type StreamMaker } from "../session/seed-stream.ts";
import { sessionsInMemory } from "../testing/in-memory.ts";
import { protocolsUnderTest } from "../testing/protocols.ts";

const offset = 1n << 62n;

/** The draws that make up the mask r, by the first byte of their seed and their place in the stream. */
const masks = [
  ["replicated", ["2 1"]],
  ["provider, 2 parties", ["2 0", "18 0"]],
  ["provider, 3 parties", ["3 0", "19 0", "35 0"]],
] as const;

test.each(masks)(
  "%s: a truncation is the floor, or one more exactly where the digits cut off c = x + r are smaller than those of x",
  async (name, drawnOfMask) => {
    const under = protocolsUnderTest.find((one) => one.name === name)!;
    const number = fc.bigInt({ min: -offset + 1n, max: offset - 1n });
    const both = fc.tuple(fc.array(number, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 50 }));
    await fc.assert(
      fc.asyncProperty(both, async ([numbers, places]) => {
        const drawn = new Map<string, readonly bigint[]>();
        const streamOf: StreamMaker = (memory, seed) => {
          const id = seed[0]!;
          const stream = chachaStream(memory, seed);
          let ordinal = 0;
          return {
            next(place) {
              stream.next(place);
              drawn.set(`${id} ${ordinal++}`, [...memory.words({ ...place, length: place.bytes / 8 })]);
            },
          };
        };
        const sessions = await sessionsInMemory(under.parties, { mebibytes: 1 });
        const [cut] = await Promise.all(
          under.open(sessions, streamOf).map(async (p) => {
            const { memory, me } = p.session;
            const words = BigUint64Array.from(numbers, (x) => BigInt.asUintN(64, x));
            const x = await p.share(0, words.length, me === 0 ? memory.columnOf(words) : undefined);
            return [...memory.words(await p.openToEveryone(await p.truncate(x, places)))];
          }),
        );
        for (const [at, x] of numbers.entries()) {
          const r = drawnOfMask.reduce((sum, draw) => sum + drawn.get(draw)![at]!, 0n);
          const low = (word: bigint) => BigInt.asUintN(places, word);
          const more = low(x + offset + r) < low(x + offset) ? 1n : 0n;
          expect(BigInt.asIntN(64, cut![at]!)).toBe((x >> BigInt(places)) + more);
        }
      }),
      { numRuns: 10 },
    );
  },
);
