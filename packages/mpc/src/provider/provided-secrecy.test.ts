import { describe, expect, test } from "vitest";
import { type Digits, elements } from "../testing/every-draw.ts";
import { protocolsUnderTest } from "../testing/protocols.ts";
import { bring, longScenarios, secrecyScenarios } from "../testing/secrecy-scenarios.ts";
import { needlessDraws, type Scenario, toldApart } from "../testing/views.ts";

const twoParties = protocolsUnderTest.find(({ name }) => name === "provider, 2 parties")!;
const threeParties = protocolsUnderTest.find(({ name }) => name === "provider, 3 parties")!;
/** Parties 0 and 1; and the provider, who is 2. */
const alone = [[0], [1], [2]];
const pairs = [[0, 1], [0, 2], [1, 2], [3]];

const [high, low]: Digits[] = [
  { bits: 2, shift: 62 },
  { bits: 2, shift: 0 },
];

// Streams by the first byte of their seed: 1 of both parties, 2 and 18 of each with the provider.
const truncation: Scenario = {
  from: [0],
  values: [[0, -(2 ** 62)]],
  run: async (p, [x]) => p.truncate(await bring(p, 0, x!), 62),
  drawn: (_, ordinal) => (ordinal === 0 ? high! : low!),
  received: (party, ordinal) => (party === 0 || ordinal === 2 ? high! : low!),
};

const scenarios: Readonly<Record<string, Scenario>> = {
  ...secrecyScenarios,
  "two bits times one": longScenarios["two bits times one"]!,
  "a number is truncated": truncation,
  "a fixed number is multiplied": {
    from: [0, 1],
    async run(p, [x, y]) {
      const fixed = await p.fix(await bring(p, 0, x!));
      await p.matmul(fixed, await bring(p, 1, y!, 1), { m: elements, k: 1, n: 1 });
    },
  },
};

test.each(Object.entries(scenarios))(
  "%s: what one of two parties or their provider sees does not depend on what it is not told",
  async (_, scenario) => {
    expect(await toldApart(twoParties, scenario, alone)).toEqual([]);
  },
);

test.each(
  [
    "a number is shared",
    "a number is opened to one party",
    "a product",
    "a product is opened to one party",
    "a fixed number is multiplied",
    "bits are multiplied, one by each of two",
    "a bit becomes a number",
    "a bit becomes a number that is opened, as are its bits",
  ].map((name) => [name, scenarios[name]!] as const),
)("%s: two of three parties together see nothing of what they are not told", async (_, scenario) => {
  expect(await toldApart(threeParties, scenario, pairs)).toEqual([]);
});

describe("the check finds", () => {
  test.each([
    // Left over are masks between a party and what that party brought itself, and shares that reach nobody unmasked.
    ["a product", ["1 0", "1 1", "2 1", "18 0"]],
    ["bits are multiplied, one by each of two", ["1 0", "1 1", "2 1", "18 0"]],
    ["a number is truncated", ["1 0", "18 0"]],
  ] as const)("%s: every mask that is left out", async (name, needless) => {
    expect(await needlessDraws(twoParties, scenarios[name]!, alone)).toEqual(needless);
  });

  test("a party that puts together with the provider what they see", async () => {
    for (const pair of [
      [1, 2],
      [0, 2],
    ])
      expect(await toldApart(twoParties, scenarios["a product"]!, [pair])).not.toEqual([]);
  });

  test("a mask of a fixed number that serves another number too", async () => {
    const both: Scenario = {
      from: [0, 1],
      run: async (p, [x, y]) => {
        const [a, b] = [await bring(p, 0, x!), await bring(p, 1, y!)];
        await p.fix(a);
        await p.fix(p.add(a, b));
      },
    };
    expect(await toldApart(twoParties, both, alone)).toEqual([]);
    const reused = (stream: number, ordinal: number) => (stream === 1 ? ordinal : 0);
    expect(await toldApart(twoParties, { ...both, reused }, alone)).not.toEqual([]);
  });

  test("two products of a fixed number that share the mask of the other operand", async () => {
    const both: Scenario = {
      from: [0, 1, 1],
      run: async (p, [x, y, z]) => {
        const fixed = await p.fix(await bring(p, 0, x!, 1));
        const [b, c] = [await bring(p, 1, y!), await bring(p, 1, z!)];
        await p.matmul(fixed, b, { m: 1, k: 1, n: elements });
        await p.matmul(fixed, c, { m: 1, k: 1, n: elements });
      },
    };
    expect(await toldApart(twoParties, both, alone)).toEqual([]);
    // After the mask of the fixed number, each product draws two columns with one party and one with the other.
    const reused = (stream: number, ordinal: number) =>
      stream === 2 && ordinal === 3 ? 1 : stream === 18 && ordinal === 2 ? 1 : ordinal;
    expect(await toldApart(twoParties, { ...both, reused }, alone)).not.toEqual([]);
  });

  test("a provider that gives the same triple twice", async () => {
    const twice: Scenario = {
      from: [0, 1],
      run: async (p, [x, y]) => {
        const [a, b] = [await bring(p, 0, x!), await bring(p, 1, y!)];
        await Promise.all([p.multiply(a, b), p.multiply(p.add(a, b), b)]);
      },
    };
    expect(await toldApart(twoParties, twice, alone)).toEqual([]);
    const drawsOfTriple: Record<number, number> = { 2: 3, 18: 2 };
    const reused = (stream: number, ordinal: number) =>
      ordinal % (drawsOfTriple[stream] ?? Number.POSITIVE_INFINITY);
    expect(await toldApart(twoParties, { ...twice, reused }, alone)).not.toEqual([]);
  });
});
