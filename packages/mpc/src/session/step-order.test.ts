import fc from "fast-check";
import { expect, test } from "vitest";
import type { Protocol } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { protocolsUnderTest, together } from "../testing/protocols.ts";

/** Each takes several rounds, and parties in different roles take different numbers of promises to its next step. */
const strands: Readonly<Record<string, (p: Protocol, x: Shared) => Promise<Shared>>> = {
  power: async (p, x) => {
    using square = await p.multiply(x, x);
    return await p.multiply(square, x);
  },
  truncated: async (p, x) => {
    using product = await p.multiplyTruncate(x, x, 1);
    return await p.truncate(product, 1);
  },
  isNegative: async (p, x) => {
    using bit = await p.sign(x, 9);
    return await p.fromBit(bit);
  },
  throughBits: async (p, x) => {
    using bits = await p.toBits(x, 7);
    return await p.fromBits(bits);
  },
  lowestBit: async (p, x) => {
    using bit = await p.toBits(x, 1);
    return await p.fromBit(bit);
  },
};

/** Multiples of four, so that truncating twice is off by one at most. */
const numbers = [8n, 24n];
const wanted: Readonly<Record<string, readonly bigint[]>> = {
  power: numbers.map((x) => x ** 3n),
  truncated: numbers.map((x) => x ** 2n / 4n),
  isNegative: [0n, 0n],
  throughBits: numbers,
  lowestBit: [0n, 0n],
};

test.each(protocolsUnderTest.map((under) => [under.name, under] as const))(
  "%s: strands that run at the same time give what each gives alone, in any order",
  async (_, under) => {
    const names = fc.array(fc.constantFrom(...Object.keys(strands)), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(names, async (chosen) => {
        const seen = await together(under, async (p) => {
          const { memory, me } = p.session;
          const mine = me === 0 ? memory.columnOf(BigUint64Array.from(numbers)) : undefined;
          using x = await p.share(0, numbers.length, mine);
          const results = await Promise.all(chosen.map((name) => strands[name]!(p, x)));
          const opened = [];
          for (const result of results) opened.push([...memory.words(await p.openToEveryone(result))]);
          return opened;
        });
        for (const opened of seen)
          for (const [at, name] of chosen.entries())
            for (const [element, word] of opened[at]!.entries()) {
              const over = word - wanted[name]![element]!;
              expect([name, over >= 0n && over <= (name === "truncated" ? 2n : 0n)]).toEqual([name, true]);
            }
      }),
      { numRuns: 15 },
    );
  },
);
