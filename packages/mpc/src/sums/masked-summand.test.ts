import { RingMemory } from "@unseen/compute";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chachaStream } from "../session/seed-stream.ts";
import { maskedSummand, type PairStreams, type SumBits, sumOfMasked } from "./masked-summand.ts";

const seedOf = (one: number, other: number) =>
  new Uint8Array(32).fill(1 + 8 * Math.min(one, other) + Math.max(one, other));

async function streamsOf(parties: number) {
  const memory = await RingMemory.open(4);
  const places = Array.from({ length: parties }, (_, place) => place);
  return places.map((me) => {
    const others = places.filter((other) => other !== me);
    const streams: PairStreams = new Map(
      others.map((other) => [other, chachaStream(memory, seedOf(me, other))]),
    );
    return { me, streams, memory };
  });
}

test("three masked numbers add up to the sum, and none of them is what went in", async () => {
  const parties = await streamsOf(3);
  const masked = parties.map(({ me, streams, memory }) =>
    maskedSummand([10n, -3n], 128, me, streams, memory),
  );
  expect(sumOfMasked(masked, 128)).toEqual([30n, -9n]);
  expect(masked.flat()).not.toContain(10n);
});

test("the masks of any two to five parties vanish in the sum, whatever the numbers", async () => {
  for (const bits of [64, 128] as const) {
    for (const count of [2, 3, 4, 5]) {
      const parties = await streamsOf(count);
      const numbers = fc.array(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), {
        minLength: count,
        maxLength: count,
      });
      fc.assert(
        fc.property(fc.array(numbers, { maxLength: 5 }), (rows) => {
          const masked = parties.map(({ me, streams, memory }) =>
            maskedSummand(
              rows.map((row) => row[me]!),
              bits,
              me,
              streams,
              memory,
            ),
          );
          const sums = rows.map((row) =>
            BigInt.asIntN(
              bits,
              row.reduce((total, one) => total + one, 0n),
            ),
          );
          expect(sumOfMasked(masked, bits)).toEqual(sums);
        }),
        { numRuns: 30 },
      );
    }
  }
});

/** In a ring of four elements, with every mask: what one party sees of the others is spread alike for every input. */
function viewsOfPartyZero(inputs: readonly [number, number, number], isMasked = true): Map<string, number> {
  const views = new Map<string, number>();
  for (let mask01 = 0; mask01 < 4; mask01 += 1)
    for (let mask02 = 0; mask02 < 4; mask02 += 1)
      for (let mask12 = 0; mask12 < 4; mask12 += 1) {
        const between = isMasked ? mask12 : 0;
        const one = (inputs[1] - mask01 + between + 8) % 4;
        const two = (inputs[2] - mask02 - between + 12) % 4;
        const view = [mask01, mask02, one, two].join();
        views.set(view, (views.get(view) ?? 0) + 1);
      }
  return views;
}

test("a party that sees all masked summands learns their sum and nothing else", () => {
  for (let total = 0; total < 4; total += 1) {
    const views = [0, 1, 2, 3].map((one) => viewsOfPartyZero([0, one, (total - one + 4) % 4]));
    for (const view of views) expect(view).toEqual(views[0]);
  }
  // Without the mask between the other two it would see both.
  expect(viewsOfPartyZero([0, 1, 0], false)).not.toEqual(viewsOfPartyZero([0, 0, 1], false));
});

test("a mask that is left out is noticed by no party, and breaks the sum", async () => {
  const parties = await streamsOf(3);
  const bits: SumBits = 64;
  const masked = parties.map(({ me, streams, memory }) =>
    maskedSummand([1n], bits, me, me === 0 ? new Map([...streams].slice(1)) : streams, memory),
  );
  expect(sumOfMasked(masked, bits)).not.toEqual([3n]);
});
