import fc from "fast-check";
import { expect, test } from "vitest";
import type { Protocol } from "../protocol/protocol.ts";
import type { ShufflingProtocol } from "../protocol/shuffling.ts";
import { computed } from "../testing/columns.ts";
import { protocolsUnderTest, together } from "../testing/protocols.ts";
import { drawnOrder } from "./drawn-order.ts";
import type { Replicated } from "./replicated.ts";

const replicated = protocolsUnderTest.find(({ name }) => name === "replicated")!;
const clear = protocolsUnderTest.find(({ name }) => name === "clear")!;

test.each([clear, replicated])("$name: rows change their order and nothing else", async (under) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      async (numbers, run) => {
        const x = numbers.slice(0, numbers.length - (numbers.length % run));
        const shuffled = await computed(
          under,
          [x],
          (p, [a]) => shuffling(p).shuffleRows(a!, run),
          (p) => shuffling(p).shuffleRowsPrice(x.length),
        );
        expect(rowsOf(shuffled, run)).toEqual(rowsOf(x, run));
      },
    ),
    { numRuns: 20 },
  );
});

test("every order of three rows is as likely", async () => {
  const [times, orders] = [600, 6];
  const results = await together(replicated, async (protocol) => {
    const p = protocol as Replicated;
    const counts = new Map<string, number>();
    for (let time = 0; time < times; time++) {
      const order = [...drawnOrder({ session: p.session, memory: p.memory, masks: p.masks }, 0, 3)].join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    return [...counts.values()];
  });
  // Chi square of five degrees of freedom: above 30.9 once in 100,000.
  for (const counts of results) {
    expect(counts.length).toBe(orders);
    const expected = times / orders;
    const distance = counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
    expect(distance).toBeLessThan(30.9);
  }
});

test("two shuffles of the same rows differ", async () => {
  const drawn = await together(replicated, async (protocol) => {
    const p = protocol as Replicated;
    const column = p.session.memory.columnOf(BigUint64Array.from({ length: 40 }, (_, at) => BigInt(at)));
    using x = await p.share(0, 40, p.session.me === 0 ? column : undefined);
    using first = await p.shuffleRows(x, 1);
    using second = await p.shuffleRows(x, 1);
    const opened = [await p.openToEveryone(first), await p.openToEveryone(second)];
    return opened.map((each) => [...p.session.memory.words(each)].join());
  });
  for (const [first, second] of drawn) expect(first).not.toBe(second);
});

function shuffling(protocol: Protocol): ShufflingProtocol {
  if (!("shuffleRows" in protocol)) throw new Error(`${protocol.name} does not shuffle`);
  return protocol as ShufflingProtocol;
}

function rowsOf(all: readonly bigint[], run: number): readonly string[] {
  return Array.from({ length: all.length / run }, (_, at) =>
    all.slice(at * run, (at + 1) * run).join(),
  ).sort();
}
