import { describe, expect, test } from "vitest";
import type { Protocol } from "../protocol/protocol.ts";
import type { Digits } from "../testing/every-draw.ts";
import { protocolsUnderTest } from "../testing/protocols.ts";
import { bring, longScenarios, secrecyScenarios } from "../testing/secrecy-scenarios.ts";
import { needlessDraws, type Scenario, toldApart } from "../testing/views.ts";
import type { Replicated } from "./replicated.ts";

const under = protocolsUnderTest.find(({ name }) => name === "replicated")!;
const alone = [[0], [1], [2]];

/** Multiples of 2^62, of which 62 places are cut off; the ring in which the rest of a truncation is; and no draw. */
const high: Digits = { bits: 2, shift: 62 };
const low: Digits = { bits: 2, shift: 0 };
const lowest: Digits = { bits: 1, shift: 0 };
const none: Digits = { bits: 0, shift: 0 };
const cut = 62;

// Streams are known by the first byte of their seed: summand 0 is 1, summand 1 is 2, summand 2 is 3. Of the zero sum only
// what is drawn of summand 1 masks anything in a truncation: party 2, to whom all goes, knows the rest.
const draws =
  (...all: readonly (readonly Digits[])[]) =>
  (stream: number, ordinal: number) =>
    all[stream - 1]![ordinal]!;
const messages =
  (...all: readonly (readonly Digits[])[]) =>
  (party: number, ordinal: number) =>
    all[party]![ordinal]!;

const truncationOfParty0: Scenario = {
  from: [0],
  values: [[0, -(2 ** 62)]],
  run: async (p, [x]) => p.truncate(await bring(p, 0, x!), cut),
  drawn: draws([high, none, low, low], [high, high], [none, low, low]),
  received: messages([low, low], [high, low, low], [high, high]),
};

const truncationOfParty1: Scenario = {
  from: [1],
  values: [[0, -(2 ** 62)]],
  run: async (p, [x]) => p.truncate(await bring(p, 1, x!), cut),
  drawn: draws([none, low, low], [high, high, high], [none, low, low]),
  received: messages([low, low], [low, low], [high, high, high]),
};

const truncatedProduct: Scenario = {
  from: [0, 1],
  values: [
    [0, 1],
    [0, -(2 ** 62)],
  ],
  run: async (p, [x, y]) => p.multiplyTruncate(await bring(p, 0, x!), await bring(p, 1, y!), cut),
  drawn: draws([low, none, lowest, lowest], [high, high, high], [none, lowest, lowest]),
  received: messages([lowest, lowest], [low, lowest, lowest], [high, high, high]),
};

const scenarios: Readonly<Record<string, Scenario>> = {
  ...secrecyScenarios,
  ...longScenarios,
  "a number of party 0 is truncated": truncationOfParty0,
  "a number of party 1 is truncated": truncationOfParty1,
  "a product is truncated": truncatedProduct,
};

test.each(Object.entries(scenarios))(
  "%s: what one of three parties sees does not depend on what it is not told",
  async (_, scenario) => {
    expect(await toldApart(under, scenario, alone)).toEqual([]);
  },
);

describe("the check finds", () => {
  test.each([
    ["a product", []],
    ["bits are multiplied, one by each of two", []],
    ["a product is opened", []],
    // u is what party 1 brought, so u_0 keeps nothing from it.
    ["bits become a number, modulo four", ["1 0"]],
    ["a bit decides whether a number stays", []],
    // What keeps something from the party that brought the number, and half of the zero sum.
    ["a number of party 0 is truncated", ["1 1", "3 0", "3 1", "3 2"]],
    ["a number of party 1 is truncated", ["1 0", "3 0", "1 1", "1 2"]],
  ] as const)("%s: every mask that is left out", async (name, needless) => {
    expect([...(await needlessDraws(under, scenarios[name]!, alone))].sort()).toEqual([...needless].sort());
  });

  test("two parties that put together what they see", async () => {
    for (const pair of [
      [1, 2],
      [0, 2],
    ])
      expect(await toldApart(under, scenarios["a product"]!, [pair])).not.toEqual([]);
  });

  const spoilt = (name: string, spoil: (p: Replicated) => void) =>
    toldApart(
      under,
      { ...scenarios[name]!, spoil: (all: readonly Protocol[]) => (all as Replicated[]).forEach(spoil) },
      alone,
    );

  test("a product that is sent before it is masked", async () => {
    expect(
      await spoilt("a product", (p) => {
        p.masks.zeroSum = (length) => p.memory.zeros(length);
      }),
    ).not.toEqual([]);
  });

  test("a mask that serves twice", async () => {
    const twice: Scenario = {
      from: [0, 1, 1],
      run: async (p, [x, y, z]) => {
        const [a, b, c] = [await bring(p, 0, x!), await bring(p, 1, y!), await bring(p, 1, z!)];
        await Promise.all([p.multiply(a, b), p.multiply(a, c)]);
      },
    };
    expect(await toldApart(under, twice, alone)).toEqual([]);
    const firstOfProduct: Record<number, number> = { 1: 1, 2: 2, 3: 0 };
    const reused = (stream: number, ordinal: number) => Math.min(ordinal, firstOfProduct[stream]!);
    expect(await toldApart(under, { ...twice, reused }, alone)).not.toEqual([]);
  });

  test("a mask that is drawn with whoever gets what it masks", async () => {
    expect(
      await spoilt("a number is shared", ({ masks }) => {
        const draw = masks.draw.bind(masks);
        masks.draw = (part, place) => draw(part === 0 ? 1 : 0, place);
      }),
    ).not.toEqual([]);
  });

  test("a party that overhears a message to another", async () => {
    expect(await toldApart(under, scenarios["a product is opened to one party"]!, [[0, 2]])).not.toEqual([]);
  });
});
