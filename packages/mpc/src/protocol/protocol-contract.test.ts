import type { Column } from "@unseen/compute";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { atEveryParty, protocolsUnderTest, together } from "../testing/protocols.ts";
import { addedUnchecked, inTurn, nothingUnchecked, type Price, type Unchecked } from "./price.ts";
import type { Protocol } from "./protocol.ts";
import type { Shared } from "./shared.ts";

const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const words = fc.array(word, { minLength: 1, maxLength: 150 });
const pairs = fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 150 });
const runs = 12;

describe.each(protocolsUnderTest)("$name", (under) => {
  /** Shares columns of party 0 and 1, runs the steps, opens the result; every party sees the same. */
  async function opened(
    columns: readonly (readonly bigint[])[],
    steps: (protocol: Protocol, shared: readonly Shared[]) => Promise<Shared> | Shared,
  ): Promise<readonly bigint[]> {
    const results = await together(under, async (protocol) => {
      const shared: Shared[] = [];
      for (const [at, column] of columns.entries()) {
        const from = at % 2;
        const mine = protocol.session.me === from ? columnOf(protocol, column) : undefined;
        shared.push(await protocol.share(from, column.length, mine));
      }
      using result = await steps(protocol, shared);
      return [...protocol.session.memory.words(await protocol.openToEveryone(result))];
    });
    for (const result of results) expect(result).toEqual(results[0]);
    return results[0]!;
  }

  test("what is shared is what is opened, by whomever it was shared", async () => {
    await fc.assert(
      fc.asyncProperty(words, async (column) => {
        expect(await opened([column], (p, [x]) => p.copy(x!))).toEqual(column);
        expect(await opened([[1n], column], (p, [, y]) => p.copy(y!))).toEqual(column);
      }),
      { numRuns: runs },
    );
  });

  test("one party alone can be told", async () => {
    for (let recipient = 0; recipient < under.computing; recipient++) {
      const told = await together(under, async (protocol) => {
        const mine = protocol.session.me === 0 ? columnOf(protocol, [7n, 8n]) : undefined;
        using x = await protocol.share(0, 2, mine);
        const column = await protocol.openTo(recipient, x);
        return column === undefined ? undefined : [...protocol.session.memory.words(column)];
      });
      expect(told).toEqual(told.map((_, party) => (party === recipient ? [7n, 8n] : undefined)));
    }
  });

  test("sums, differences and public numbers", async () => {
    await fc.assert(
      fc.asyncProperty(pairs, word, async (both, c) => {
        const [a, b] = [both.map(([x]) => x), both.map(([, y]) => y)];
        expect(await opened([a, b], (p, [x, y]) => p.add(x!, y!))).toEqual(both.map(([x, y]) => mod(x + y)));
        expect(await opened([a, b], (p, [x, y]) => p.sub(x!, y!))).toEqual(both.map(([x, y]) => mod(x - y)));
        expect(await opened([a], (p, [x]) => p.negate(x!))).toEqual(a.map((x) => mod(-x)));
        expect(await opened([a], (p, [x]) => p.scale(x!, c))).toEqual(a.map((x) => mod(x * c)));
        expect(await opened([a], (p, [x]) => p.addEach(x!, c))).toEqual(a.map((x) => mod(x + c)));
        expect(await opened([a], (p, [x]) => p.addPublic(x!, columnOf(p, b)))).toEqual(
          both.map(([x, y]) => mod(x + y)),
        );
        expect(await opened([a], (p, [x]) => p.mulPublic(x!, columnOf(p, b)))).toEqual(
          both.map(([x, y]) => mod(x * y)),
        );
        expect(await opened([a], (p) => p.publicly(columnOf(p, b)))).toEqual(b);
      }),
      { numRuns: runs },
    );
  });

  test("rearranging, repeating, adding up runs, joining", async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), async (a, random) => {
        const places = Uint32Array.from(random, (each) => each % a.length);
        expect(await opened([a], (p, [x]) => p.gather(x!, places))).toEqual([...places].map((at) => a[at]!));
        const doubled = [...a, ...a];
        expect(await opened([doubled], (p, [x]) => p.sumRuns(x!, 2))).toEqual(
          a.map((_, at) => mod(doubled[2 * at]! + doubled[2 * at + 1]!)),
        );
        expect(await opened([a, [5n]], (p, [x, y]) => p.concat([x!, y!]))).toEqual([...a, 5n]);
      }),
      { numRuns: runs },
    );
  });

  test("products", async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async (both) => {
        const [a, b] = [both.map(([x]) => x), both.map(([, y]) => y)];
        expect(await opened([a, b], (p, [x, y]) => p.multiply(x!, y!))).toEqual(
          both.map(([x, y]) => mod(x * y)),
        );
      }),
      { numRuns: runs },
    );
  });

  test("products of matrices", async () => {
    const size = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(size, size, size, fc.infiniteStream(word), async (m, k, n, stream) => {
        const draw = (count: number) => Array.from({ length: count }, () => stream.next().value as bigint);
        const [a, b] = [draw(m * k), draw(k * n)];
        const wanted = Array.from({ length: m * n }, (_, at) => {
          let sum = 0n;
          for (let i = 0; i < k; i++) sum += a[Math.floor(at / n) * k + i]! * b[i * n + (at % n)]!;
          return mod(sum);
        });
        expect(await opened([a, b], (p, [x, y]) => p.matmul(x!, y!, { m, k, n }))).toEqual(wanted);
      }),
      { numRuns: runs },
    );
  });

  test("a fixed matrix gives the products that it would give otherwise, on either side, again and again, and after what it was made of is gone", async () => {
    const size = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(size, size, size, fc.infiniteStream(word), async (m, k, n, stream) => {
        const draw = (count: number) => Array.from({ length: count }, () => stream.next().value as bigint);
        const [a, b] = [draw(m * k), draw(k * n)];
        const wanted = Array.from({ length: m * n }, (_, at) => {
          let sum = 0n;
          for (let i = 0; i < k; i++) sum += a[Math.floor(at / n) * k + i]! * b[i * n + (at % n)]!;
          return mod(sum);
        });
        const sizes = { m, k, n };
        const repeated = await opened([a, b], async (p, [x, y]) => {
          using before = p.copy(x!);
          using left = await p.fix(before);
          before[Symbol.dispose]();
          using right = await p.fix(y!);
          using one = await p.matmul(left, y!, sizes);
          using two = await p.matmul(x!, right, sizes);
          using three = await p.matmul(left, right, sizes);
          using four = await p.matmul(left, y!, sizes);
          return p.concat([one, two, three, four]);
        });
        expect(repeated).toEqual([...wanted, ...wanted, ...wanted, ...wanted]);
      }),
      { numRuns: runs },
    );
  });

  test("a truncation is the floor or one more, for every number below 2^62", async () => {
    const inRange = fc.bigInt({ min: -(2n ** 62n) + 1n, max: 2n ** 62n - 1n });
    const awkward = [
      0n,
      1n,
      -1n,
      2n ** 62n - 1n,
      -(2n ** 62n) + 1n,
      2n ** 40n,
      -(2n ** 40n),
      65535n,
      65536n,
      -65536n,
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(inRange, { maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        async (some, bits) => {
          const numbers = [...awkward, ...some];
          const shared = numbers.map(mod);
          const cut = await opened([shared], (p, [x]) => p.truncate(x!, bits));
          for (const [at, number] of numbers.entries()) {
            const over = BigInt.asIntN(64, cut[at]!) - (number >> BigInt(bits));
            expect(over === 0n || over === 1n).toBe(true);
          }
        },
      ),
      { numRuns: runs },
    );
  });

  test("a product that is truncated with it is as near", async () => {
    const small = fc.bigInt({ min: -(2n ** 30n), max: 2n ** 30n });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(small, small), { minLength: 1, maxLength: 60 }), async (both) => {
        const [a, b] = [both.map(([x]) => mod(x)), both.map(([, y]) => mod(y))];
        const near = (cut: readonly bigint[], exact: readonly bigint[]) =>
          cut.every((word, at) => {
            const over = BigInt.asIntN(64, word) - (exact[at]! >> 16n);
            return over === 0n || over === 1n;
          });
        const each = await opened([a, b], (p, [x, y]) => p.multiplyTruncate(x!, y!, 16));
        expect(
          near(
            each,
            both.map(([x, y]) => x * y),
          ),
        ).toBe(true);
        const sizes = { m: 1, k: both.length, n: 1 };
        const dot = both.reduce((sum, [x, y]) => sum + x * y, 0n);
        if (dot < 2n ** 62n && dot > -(2n ** 62n))
          expect(near(await opened([a, b], (p, [x, y]) => p.matmulTruncate(x!, y!, sizes, 16)), [dot])).toBe(
            true,
          );
      }),
      { numRuns: runs },
    );
  });

  test("bits of numbers, their top bit, and numbers of bits", async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 1, max: 64 }), async (a, width) => {
        const low = a.map((x) => BigInt.asUintN(width, x));
        const through = await opened([a], async (p, [x]) => {
          using bits = await p.toBits(x!, width);
          return await p.fromBits(bits);
        });
        expect(through).toEqual(low);
        const signs = await opened([a], async (p, [x]) => {
          using bit = await p.sign(x!, width);
          return await p.fromBit(bit);
        });
        expect(signs).toEqual(low.map((x) => x >> BigInt(width - 1)));
        const kept = await opened([a, a.toReversed()], async (p, [x, y]) => {
          using bit = await p.sign(x!, width);
          return await p.keepWhere(bit, y!);
        });
        expect(kept).toEqual(a.toReversed().map((y, at) => (signs[at] === 1n ? BigInt.asUintN(64, y) : 0n)));
      }),
      { numRuns: runs },
    );
  });

  test("and, xor, not, chosen planes, and bits that a party brings", async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async (both) => {
        const results = await together(under, async (p) => {
          const length = both.length;
          const column = (which: 0 | 1) =>
            columnOf(
              p,
              both.map((pair) => pair[which]),
            );
          using a = await p.shareBits(0, length, 64, p.session.me === 0 ? column(0) : undefined);
          using b = await p.shareBits(1, length, 64, p.session.me === 1 ? column(1) : undefined);
          using one = p.choosePlanes(b, [3]);
          const made = [
            await p.and(a, b),
            await p.and(one, a),
            p.xor(a, b),
            p.not(a),
            p.choosePlanes(a, [63, 0]),
            p.concatPlanes([one, one]),
          ];
          const opened = [];
          for (const bits of made) opened.push([...p.session.memory.words(await p.openBits(bits))]);
          return opened;
        });
        const wanted = [
          both.map(([x, y]) => x & y),
          both.map(([x, y]) => ((y >> 3n) & 1n) * x),
          both.map(([x, y]) => x ^ y),
          both.map(([x]) => mod(~x)),
          both.map(([x]) => (x >> 63n) + 2n * (x & 1n)),
          both.map(([, y]) => 3n * ((y >> 3n) & 1n)),
        ];
        for (const result of results) expect(result).toEqual(wanted);
      }),
      { numRuns: runs },
    );
  });

  test("every step sends what its price says, in as many rounds", async () => {
    const length = 300;
    const sizes = { m: 3, k: 5, n: 7 };
    const checked = await atEveryParty(under, async (p) => {
      const { prices, session } = p;
      const faults: string[] = [];
      let owed: Unchecked | undefined;
      const opening = (price: Price): Price => {
        const all = inTurn(prices.check(owed), price);
        owed = undefined;
        return all;
      };
      const measure = async <T>(name: string, price: Price, step: () => Promise<T>): Promise<T> => {
        const before = session.traffic;
        const value = await step();
        const rounds = session.traffic.rounds - before.rounds;
        const bytes = session.traffic.sentBytes - before.sentBytes;
        const wanted = price.bytes[session.me] ?? 0;
        if (price.owes !== undefined) owed = addedUnchecked(owed ?? nothingUnchecked, price.owes);
        if (rounds !== price.rounds || bytes !== wanted)
          faults.push(`${name}: ${rounds} rounds and ${bytes} bytes, not ${price.rounds} and ${wanted}`);
        return value;
      };
      const values = columnOf(
        p,
        Array.from({ length }, (_, at) => BigInt(at)),
      );
      const mine = (from: number) => (session.me === from ? values : undefined);
      const x = await measure("share", prices.share(0, length), () => p.share(0, length, mine(0)));
      const y = await measure("share 1", prices.share(1, length), () => p.share(1, length, mine(1)));
      const a = p.gather(
        x,
        Uint32Array.from({ length: 15 }, (_, at) => at),
      );
      const b = p.gather(
        x,
        Uint32Array.from({ length: 35 }, (_, at) => at),
      );
      await measure("open", opening(prices.openToEveryone(length)), () => p.openToEveryone(x));
      await measure("openTo", opening(prices.openTo(1, length)), () => p.openTo(1, x));
      await measure("multiply", prices.multiply(length), () => p.multiply(x, y));
      await measure("matmul", prices.matmul(sizes), () => p.matmul(a, b, sizes));
      const left = await measure("fix", prices.fix(a.length), () => p.fix(a));
      const right = await measure("fix", prices.fix(b.length), () => p.fix(b));
      await measure("matmul, left", prices.matmul(sizes, "left"), () => p.matmul(left, b, sizes));
      await measure("matmul, right", prices.matmul(sizes, "right"), () => p.matmul(a, right, sizes));
      await measure("matmul, both", prices.matmul(sizes, "left"), () => p.matmul(left, right, sizes));
      await measure("matmulTruncate, right", prices.matmulTruncate(sizes, "right"), () =>
        p.matmulTruncate(a, right, sizes, 8),
      );
      await measure("multiplyTruncate", prices.multiplyTruncate(length), () => p.multiplyTruncate(x, y, 8));
      await measure("matmulTruncate", prices.matmulTruncate(sizes), () => p.matmulTruncate(a, b, sizes, 8));
      await measure("truncate", prices.truncate(length), () => p.truncate(x, 8));
      const bits = await measure("shareBits", prices.shareBits(1, length, 9), () =>
        p.shareBits(1, length, 9, mine(1)),
      );
      const one = p.choosePlanes(bits, [0]);
      await measure("and", prices.and(length, 9), () => p.and(bits, one));
      for (const width of [1, 2, 3, 31, 32, 33, 64]) {
        await measure(`toBits ${width}`, prices.toBits(length, width), () => p.toBits(x, width));
        await measure(`sign ${width}`, prices.sign(length, width), () => p.sign(x, width));
      }
      await measure("fromBit", prices.fromBit(length), () => p.fromBit(one));
      await measure("keepWhere", prices.keepWhere(length), () => p.keepWhere(one, x));
      await measure("fromBits", prices.fromBits(length, 9), () => p.fromBits(bits));
      await measure("openBits", opening(prices.openBits(length, 9)), () => p.openBits(bits));
      return faults;
    });
    expect(checked.flat()).toEqual([]);
  });

  test("steps that wait at the same time are one round", async () => {
    const rounds = await together(under, async (p) => {
      const values = p.session.me === 0 ? columnOf(p, [2n, 3n]) : undefined;
      using x = await p.share(0, 2, values);
      const before = p.session.traffic.rounds;
      const [a, b] = await Promise.all([p.multiply(x, x), p.multiply(x, x)]);
      const spent = p.session.traffic.rounds - before;
      const products = [a, b].map((product) => product.length);
      return { spent, products };
    });
    for (const each of rounds) expect(each).toEqual({ spent: 1, products: [2, 2] });
  });

  test("everything that a step allocates is given back", async () => {
    const held = await atEveryParty(under, async (p) => {
      const values = columnOf(p, [2n, 3n, 4n]);
      const use = () => p.session.memory.use.held;
      const once = async () => {
        using x = await p.share(0, 3, p.session.me === 0 ? values : undefined);
        using product = await p.multiplyTruncate(x, x, 3);
        using bits = await p.toBits(product, 20);
        using sign = await p.sign(product, 20);
        using back = await p.fromBits(bits);
        using bit = await p.fromBit(sign);
        using sum = p.add(back, bit);
        p.session.memory.free(await p.openToEveryone(sum));
      };
      // Earlier tests left some unopened.
      await p.settle();
      const before = use();
      await once();
      return use() - before;
    });
    expect(held).toEqual(held.map(() => 0));
  });
});

function columnOf(protocol: Protocol, words: readonly bigint[]): Column {
  return protocol.session.memory.columnOf(BigUint64Array.from(words));
}

function mod(x: bigint): bigint {
  return BigInt.asUintN(64, x);
}
