import { describe, expect, test } from "vitest";
import { chachaStream, type StreamMaker } from "../session/seed-stream.ts";
import { sessionsInMemory } from "../testing/in-memory.ts";
import { protocolsUnderTest } from "../testing/protocols.ts";
import type { Protocol } from "./protocol.ts";

/** Every step that draws or sends, some of them at the same time, on columns that do not fill their last block. */
async function everything(p: Protocol, length: number): Promise<void> {
  const { memory, me } = p.session;
  const numbers = memory.columnOf(BigUint64Array.from({ length }, (_, at) => BigInt(at + 1)));
  const mine = (from: number) => (me === from ? numbers : undefined);
  const [x, y] = [await p.share(0, length, mine(0)), await p.share(1, length, mine(1))];
  const bits = await p.shareBits(1, length, 5, mine(1));
  const turned = p.not(bits);
  const fixed = await p.fix(x);
  const [product, cut, sign, all] = await Promise.all([
    p.multiplyTruncate(x, y, 3),
    p.truncate(x, 2),
    p.sign(y, 9),
    p.toBits(p.sub(x, y), 6),
    p.matmul(x, y, { m: 1, k: length, n: 1 }),
    p.matmul(fixed, y, { m: 1, k: length, n: 1 }),
    p.matmul(y, fixed, { m: 1, k: length, n: 1 }),
    p.and(turned, p.choosePlanes(bits, [0])),
    p.openTo(1, x),
  ]);
  const [one, many] = await Promise.all([p.fromBit(p.not(sign)), p.fromBits(all)]);
  const last = await p.multiply(p.add(one, many), p.add(product, cut));
  await Promise.all([p.openToEveryone(last), p.openBits(p.not(all)), p.openBits(turned)]);
}

describe.each(protocolsUnderTest.filter(({ name }) => name !== "clear"))("$name", (under) => {
  test("both holders of a stream draw the same lengths in the same order", async () => {
    const sessions = await sessionsInMemory(under.parties);
    const holderOf = new Map(sessions.map(({ memory, me }) => [memory, me]));
    const drawn = new Map<string, Map<number, number[]>>();
    const counted: StreamMaker = (memory, seed) => {
      const lengths: number[] = [];
      const name = seed.join();
      const holders = drawn.get(name) ?? new Map<number, number[]>();
      drawn.set(name, holders.set(holderOf.get(memory)!, lengths));
      const stream = chachaStream(memory, seed);
      return {
        next(place) {
          lengths.push(place.bytes);
          stream.next(place);
        },
      };
    };
    await Promise.all(under.open(sessions, counted).map((p) => everything(p, 70)));
    // One for each pair, or for each purpose of each pair and one that those are drawn from.
    const streams = under.name === "verified" ? 5 : 1;
    expect(drawn.size).toBe((streams * under.parties * (under.parties - 1)) / 2);
    for (const holders of drawn.values()) {
      const [one, other] = [...holders.values()];
      expect(holders.size).toBe(2);
      expect(one!.length).toBeGreaterThan(1);
      expect(one).toEqual(other);
    }
  });

  test.each([1, 70, 128, 200])(
    "no message of %i elements holds what was in memory before: not in the rest of a block, nor where bits are turned",
    async (length) => {
      const transcript = async (left: number) => {
        const sent: string[] = [];
        const meddle = (from: number, to: number, message: Uint8Array) => {
          sent.push(`${from} to ${to}: ${Buffer.from(message).toString("base64")}`);
          return message;
        };
        const sessions = await sessionsInMemory(under.parties, { meddle });
        for (const { memory } of sessions) {
          const allocate = memory.allocate.bind(memory);
          memory.allocate = (bytes) => {
            const place = allocate(bytes);
            memory.bytes(place).fill(left);
            return place;
          };
        }
        await Promise.all(under.open(sessions).map((p) => everything(p, length)));
        return sent.sort();
      };
      expect(await transcript(0x5a)).toEqual(await transcript(0xc3));
    },
  );
});
