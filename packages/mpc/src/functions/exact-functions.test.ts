import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inTurn, type Price } from "../protocol/price.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { Shared, SharedBits } from "../protocol/shared.ts";
import { computed, type Steps } from "../testing/columns.ts";
import { protocolsUnderTest } from "../testing/protocols.ts";
import { compare, comparePrice, type Relation } from "./compare.ts";
import { fixedPoint } from "./fixed-point.ts";
import { floorDivide, floorDividePrice } from "./floor-divide.ts";
import {
  type End,
  endOfRuns,
  endOfRunsPrice,
  placeOfEnd,
  placeOfEndPrice,
  poolGreatest,
} from "./greatest-of-runs.ts";
import { oneHot, oneHotPrice } from "./one-hot.ts";
import {
  abs,
  clip,
  clipPrice,
  extremePrice,
  maximum,
  minimum,
  relu,
  reluPrice,
  signOf,
  signOfPrice,
} from "./pieces.ts";
import { divide, dividePrice } from "./reciprocal.ts";
import { select, selectPrice } from "./select.ts";
import { softmax, softmaxPrice } from "./softmax.ts";
import { sortRuns, sortRunsPrice } from "./sort.ts";

const runs = 15;
const relations: Readonly<Record<Relation, (x: bigint, y: bigint) => boolean>> = {
  less: (x, y) => x < y,
  lessOrEqual: (x, y) => x <= y,
  greater: (x, y) => x > y,
  greaterOrEqual: (x, y) => x >= y,
  equal: (x, y) => x === y,
  notEqual: (x, y) => x !== y,
};

/** A width, and numbers of which each two differ by less than 2^(width - 1): the ends as often as the middle. */
const widthAnd = (least: number, most: number) =>
  fc.integer({ min: 2, max: 64 }).chain((width) => {
    const half = (1n << BigInt(width - 1)) >> 1n;
    const end = half > 0n ? half - 1n : 0n;
    const number = fc.oneof(
      fc.constantFrom(0n, 1n, -1n, end, -end).map((x) => (x > end ? end : x < -end ? -end : x)),
      fc.bigInt({ min: -end, max: end }),
    );
    return fc.tuple(fc.constant(width), fc.array(number, { minLength: least, maxLength: most }));
  });

describe.each(protocolsUnderTest)("$name", (under) => {
  const run = (columns: readonly (readonly bigint[])[], steps: Steps, priced: (p: Protocol) => Price) =>
    computed(under, columns, steps, priced);

  test("six relations, of secrets, with a public column, with one public number", async () => {
    await fc.assert(
      fc.asyncProperty(
        widthAnd(1, 140),
        fc.constantFrom(...names(relations)),
        async ([width, x], relation) => {
          const holds = relations[relation];
          const y = [...x.slice(1), x[0]!].map((each, at) => (at % 3 === 0 ? x[at]! : each));
          const wanted = x.map((each, at) => BigInt(holds(each, y[at]!)));
          const priced = ({ prices }: Protocol) => comparePrice(prices, relation, x.length, width);
          expect(await run([x, y], (p, [a, b]) => compare(p, relation, a!, b!, width), priced)).toEqual(
            wanted,
          );
          const withColumn: Steps = async (p, [a]) => {
            const { memory } = p.session;
            const column = memory.columnOf(BigUint64Array.from(y, (word) => BigInt.asUintN(64, word)));
            const bit = await compare(p, relation, a!, column, width);
            memory.free(column);
            return bit;
          };
          expect(await run([x], withColumn, priced)).toEqual(wanted);
          const withOne = x.map((each) => BigInt(holds(each, y[0]!)));
          expect(await run([x], (p, [a]) => compare(p, relation, a!, y[0]!, width), priced)).toEqual(withOne);
        },
      ),
      { numRuns: 2 * runs },
    );
  });

  test("a chosen number is one of the two, a kept one itself or zero", async () => {
    const word = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(word, word, fc.boolean()), { minLength: 1, maxLength: 140 }),
        async (rows) => {
          const columns = [rows.map(([x]) => x), rows.map(([, y]) => y), rows.map(([, , b]) => BigInt(b))];
          const bitOf = (p: Protocol) => p.prices.toBits(rows.length, 1);
          const priced = (p: Protocol) => inTurn(bitOf(p), selectPrice(p.prices, rows.length));
          const selected: Steps = async (p, [x, y, b]) => {
            using bit = await p.toBits(b!, 1);
            return await select(p, bit, x!, y!);
          };
          expect(await run(columns, selected, priced)).toEqual(rows.map(([x, y, b]) => (b ? x : y)));
          const kept: Steps = async (p, [x, , b]) => {
            using bit = await p.toBits(b!, 1);
            return await p.keepWhere(bit, x!);
          };
          expect(await run(columns, kept, priced)).toEqual(rows.map(([x, , b]) => (b ? x : 0n)));
        },
      ),
      { numRuns: runs },
    );
  });

  test("size, sign, what is not negative, what lies between ends, the smaller and the greater", async () => {
    await fc.assert(
      fc.asyncProperty(widthAnd(2, 140), async ([width, x]) => {
        const n = x.length;
        const size = (each: bigint) => (each < 0n ? -each : each);
        const asRelu = (p: Protocol) => reluPrice(p.prices, n, width);
        expect(await run([x], (p, [a]) => abs(p, a!, width), asRelu)).toEqual(x.map(size));
        expect(await run([x], (p, [a]) => relu(p, a!, width), asRelu)).toEqual(
          x.map((each) => (each > 0n ? each : 0n)),
        );
        const asSign = (p: Protocol) => signOfPrice(p.prices, n, width);
        expect(await run([x], (p, [a]) => signOf(p, a!, width), asSign)).toEqual(
          x.map((each) => BigInt(each > 0n) - BigInt(each < 0n)),
        );
        const [low, high] = x[0]! < x[1]! ? [x[0]!, x[1]!] : [x[1]!, x[0]!];
        const asClip = (p: Protocol) => clipPrice(p.prices, n, width);
        expect(await run([x], (p, [a]) => clip(p, a!, low, high, width), asClip)).toEqual(
          x.map((each) => (each < low ? low : each > high ? high : each)),
        );
        const y = [...x].reverse();
        const asExtreme = (p: Protocol) => extremePrice(p.prices, n, width);
        expect(await run([x, y], (p, [a, b]) => minimum(p, a!, b!, width), asExtreme)).toEqual(
          x.map((each, at) => (each < y[at]! ? each : y[at]!)),
        );
        expect(await run([x, y], (p, [a, b]) => maximum(p, a!, b!, width), asExtreme)).toEqual(
          x.map((each, at) => (each > y[at]! ? each : y[at]!)),
        );
      }),
      { numRuns: runs },
    );
  });

  test("the greatest and least of runs, and the first place of each", async () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 11 }));
    const ends = fc.constantFrom<End>("greatest", "least");
    await fc.assert(
      fc.asyncProperty(
        shape,
        ends,
        widthAnd(55, 55),
        fc.boolean(),
        async ([rows, run_], end, drawn, tied) => {
          const [width, numbers] = drawn;
          const x = numbers.slice(0, rows * run_).map((each) => (tied ? each % 2n : each));
          const better = (a: bigint, b: bigint) => (end === "greatest" ? a > b : a < b);
          const rowsOf = Array.from({ length: rows }, (_, row) => x.slice(row * run_, (row + 1) * run_));
          const place = rowsOf.map((row) =>
            row.reduce((best, each, at) => (better(each, row[best]!) ? at : best), 0),
          );
          const value = rowsOf.map((row, at) => row[place[at]!]!);
          expect(
            await run(
              [x],
              (p, [a]) => endOfRuns(p, end, a!, run_, width),
              (p) => endOfRunsPrice(p.prices, rows, run_, width),
            ),
          ).toEqual(value);
          expect(
            await run(
              [x],
              (p, [a]) => placeOfEnd(p, end, a!, run_, width),
              (p) => placeOfEndPrice(p.prices, rows, run_, width),
            ),
          ).toEqual(place.map(BigInt));
        },
      ),
      { numRuns: 2 * runs },
    );
  });

  test("a window's greatest, where windows overlap", async () => {
    const image = [1n, 5n, 2n, 0n, -3n, 4n, 7n, 7n, -9n];
    const windows = Uint32Array.from([0, 1, 3, 4, 1, 2, 4, 5, 3, 4, 6, 7, 4, 5, 7, 8]);
    const pooled = await run(
      [image],
      (p, [x]) => poolGreatest(p, x!, windows, 4, 6),
      (p) => endOfRunsPrice(p.prices, 4, 4, 6),
    );
    expect(pooled).toEqual([5n, 5n, 7n, 7n]);
  });

  test("runs of any length in rising order", async () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 13 }));
    await fc.assert(
      fc.asyncProperty(shape, widthAnd(52, 52), async ([rows, run_], [width, numbers]) => {
        const x = numbers.slice(0, rows * run_);
        const sorted = await run(
          [x],
          (p, [a]) => sortRuns(p, a!, run_, width),
          (p) => sortRunsPrice(p.prices, rows, run_, width),
        );
        const rowsOf = Array.from({ length: rows }, (_, row) => x.slice(row * run_, (row + 1) * run_));
        const rising = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
        expect(sorted).toEqual(rowsOf.flatMap((row) => row.toSorted(rising)));
      }),
      { numRuns: runs },
    );
  });

  test("whole quotients and what is left, by any public divisor", async () => {
    const most = 2n ** 31n - 1n;
    const divisor = fc.oneof(fc.constantFrom(1, 2, 3, 7, 1000, 2 ** 31 - 1, 2 ** 30), fc.integer({ min: 1 }));
    const number = fc.bigInt({ min: -most, max: most });
    await fc.assert(
      fc.asyncProperty(fc.array(number, { maxLength: 60 }), divisor, async (some, by) => {
        const d = BigInt(by);
        const ends = [0n, 1n, -1n, most, -most, d, -d, d - 1n, 1n - d].filter((x) => x <= most && x >= -most);
        const multiples = some.map((x) => x - (x % d));
        const x = [...ends, ...some, ...multiples, ...multiples.map((each) => each - (each > 0n ? 1n : 0n))];
        const floor = (a: bigint) => (a - (((a % d) + d) % d)) / d;
        const priced = (p: Protocol) => floorDividePrice(p.prices, x.length, by);
        const quotients = await run(
          [x],
          async (p, [a]) => {
            const { quotient, remainder } = await floorDivide(p, a!, by);
            remainder[Symbol.dispose]();
            return quotient;
          },
          priced,
        );
        expect(quotients).toEqual(x.map(floor));
        const left = await run(
          [x],
          async (p, [a]) => {
            const { quotient, remainder } = await floorDivide(p, a!, by);
            quotient[Symbol.dispose]();
            return remainder;
          },
          priced,
        );
        expect(left).toEqual(x.map((each) => each - floor(each) * d));
      }),
      { numRuns: runs },
    );
  });

  test("of no numbers there are no results", async () => {
    const [width, one] = [8, 1];
    const functions: readonly [
      (p: Protocol, x: Shared) => Promise<Shared | SharedBits>,
      (p: Protocol) => Price,
    ][] = [
      [(p, x) => compare(p, "equal", x, 0n, width), (p) => comparePrice(p.prices, "equal", 0, width)],
      [(p, x) => relu(p, x, width), (p) => reluPrice(p.prices, 0, width)],
      [(p, x) => placeOfEnd(p, "least", x, 3, width), (p) => placeOfEndPrice(p.prices, 0, 3, width)],
      [(p, x) => sortRuns(p, x, 3, width), (p) => sortRunsPrice(p.prices, 0, 3, width)],
      [(p, x) => oneHot(p, x, 4), (p) => oneHotPrice(p.prices, 0, 4)],
      [(p, x) => softmax(p, x, one, fixedPoint()), (p) => softmaxPrice(p.prices, 0, one, fixedPoint())],
      [(p, x) => divide(p, x, x, fixedPoint()), (p) => dividePrice(p.prices, 0, fixedPoint())],
    ];
    for (const [steps, priced] of functions)
      expect(await run([[]], (p, [x]) => steps(p, x!), priced)).toEqual([]);
  });

  test("a place as a run of zeros and a one", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 17 })
          .chain((classes) =>
            fc.tuple(
              fc.constant(classes),
              fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: 1, maxLength: 9 }),
            ),
          ),
        async ([classes, places]) => {
          const hot = await run(
            [places.map(BigInt)],
            (p, [x]) => oneHot(p, x!, classes),
            (p) => oneHotPrice(p.prices, places.length, classes),
          );
          const wanted = places.flatMap((place) =>
            Array.from({ length: classes }, (_, at) => BigInt(at === place)),
          );
          expect(hot).toEqual(wanted);
        },
      ),
      { numRuns: runs },
    );
  });
});

function names<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(record) as Key[];
}
