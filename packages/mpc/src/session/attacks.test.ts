import { RingMemoryFull } from "@unseen/compute";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateOnShares } from "../evaluate/evaluate-on-shares.ts";
import type { SharesValue } from "../evaluate/values.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { type Meddle, sessionsInMemory } from "../testing/in-memory.ts";
import { oneOperation, onShares, priced, type TestInput } from "../testing/programs.ts";
import { type ProtocolUnderTest, protocolsUnderTest } from "../testing/protocols.ts";
import { ChannelFailure } from "./channel.ts";

/** What each computing party came to: what it opened, or why it could not. A provider hears of nothing and goes on. */
async function outcomes(
  under: ProtocolUnderTest,
  meddle: Meddle,
  steps: (p: Protocol) => Promise<unknown> = work,
): Promise<readonly PromiseSettledResult<unknown>[]> {
  const sessions = await sessionsInMemory(under.parties, { meddle, mebibytes: 4 });
  return (await Promise.allSettled(under.open(sessions).map(steps))).slice(0, under.computing);
}

async function work(p: Protocol): Promise<readonly bigint[]> {
  const { memory, me } = p.session;
  const mine = me === 0 ? memory.columnOf(BigUint64Array.of(5n, 6n, 7n)) : undefined;
  const x = await p.share(0, 3, mine);
  const [square, sign] = await Promise.all([p.multiplyTruncate(x, x, 1), p.sign(x, 8)]);
  return [...memory.words(await p.openToEveryone(p.add(square, await p.fromBit(sign))))];
}

/** Changes the message with this number, counted over all parties. */
function nth(number: number, change: (message: Uint8Array) => Uint8Array | undefined): Meddle {
  let at = 0;
  return (_, __, message) => (at++ === number ? change(message) : message);
}

describe.each(protocolsUnderTest.filter(({ name }) => name !== "clear"))("$name", (under) => {
  test.each([
    ["of a byte less", (message: Uint8Array) => message.subarray(1)],
    ["of a byte more", (message: Uint8Array) => new Uint8Array(message.length + 1)],
    ["without a byte", () => new Uint8Array(0)],
    ["of sixteen mebibytes", () => new Uint8Array(2 ** 24)],
  ])("a message %s ends the computation for every party that computes", async (_, change) => {
    for (const number of [1, 4, 7]) {
      const all = await outcomes(under, nth(number, change));
      expect(all.map(({ status }) => status)).toEqual(all.map(() => "rejected"));
      const kinds = all.map((one) => one.status === "rejected" && (one.reason as ChannelFailure).kind);
      expect(kinds.some((kind) => kind === "malformed" || kind === "too-large")).toBe(true);
      for (const one of all) expect(one.status === "rejected" && one.reason).toBeInstanceOf(ChannelFailure);
    }
  });

  // Where parties check each other they end the computation: `cheating.test.ts`.
  const believed = test.skipIf(under.name === "verified");
  believed(
    "bits that are turned make results wrong, and nothing else: no crash, no other messages",
    async () => {
      const sizes =
        (seen: string[], meddle: Meddle): Meddle =>
        (from, to, message) => {
          seen.push(`${from} ${to} ${message.length}`);
          return meddle(from, to, message);
        };
      const honest: string[] = [];
      await outcomes(
        under,
        sizes(honest, (_, __, message) => message),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.nat(honest.length - 1),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          async (number, at, bits) => {
            const seen: string[] = [];
            const turned = nth(number, (message) => {
              const changed = Uint8Array.from(message);
              changed[at % changed.length]! ^= bits;
              return changed;
            });
            const all = await outcomes(under, sizes(seen, turned));
            expect(all.map(({ status }) => status)).toEqual(all.map(() => "fulfilled"));
            expect(seen.sort()).toEqual([...honest].sort());
          },
        ),
        { numRuns: 12 },
      );
    },
  );

  test("a party that leaves in the middle of a round ends it for the others", async () => {
    const all = await outcomes(
      under,
      (_, __, message) => message,
      async (p) => {
        if (p.session.me !== 1) return await work(p);
        await p.session.exchange([], []);
        return p.session.close("leaving");
      },
    );
    for (const [party, { status }] of all.entries()) if (party !== 1) expect(status).toBe("rejected");
  });

  test("a party whose memory is full ends the program for all", async () => {
    const program = oneOperation("Mul", [large(0), large(1)]);
    const all = await outcomes(
      under,
      (_, __, message) => message,
      async (p) => {
        const { memory, me } = p.session;
        const inputs = new Map<string, SharesValue>();
        for (const from of [0, 1]) {
          const mine = me === from ? memory.zeros(length) : undefined;
          const shared = await p.share(from, length, mine);
          const { shape, least, greatest } = large(from);
          inputs.set(`input ${from}`, { kind: "secret", shape, shared, fractionBits: 16, least, greatest });
        }
        const allocate = memory.allocate.bind(memory);
        let left = 5;
        if (me === 1)
          memory.allocate = (bytes) => {
            if (left-- <= 0) throw new RingMemoryFull(bytes);
            return allocate(bytes);
          };
        return await evaluateOnShares(p, program, inputs);
      },
    );
    expect(all.map(({ status }) => status)).toEqual(all.map(() => "rejected"));
    expect(all[1]!.status === "rejected" && all[1]!.reason).toBeInstanceOf(RingMemoryFull);
  });

  test("a place beyond the column is not read", async () => {
    const all = await outcomes(
      under,
      (_, __, message) => message,
      async (p) => {
        const { memory, me } = p.session;
        const x = await p.share(0, 2, me === 0 ? memory.zeros(2) : undefined);
        const refused = [2, 2 ** 31, 2 ** 32 - 1].map((place) => {
          expect(() => p.gather(x, Uint32Array.of(place))).toThrow("lies within the column");
          return place;
        });
        return refused.length;
      },
    );
    expect(all.map(({ status }) => status)).toEqual(all.map(() => "fulfilled"));
  });

  test.each(["Max", "Mul", "Div", "Less"])(
    "%s of numbers beyond their declared range sends what it always sends",
    async (name) => {
      const lying = (from: number): TestInput => ({
        ...{ from, shape: [2], isWhole: false, least: 0.5, greatest: 2 },
        data: [-(2 ** 40), 2 ** 45],
      });
      const program = oneOperation(name, [lying(0), lying(1)]);
      const inputs = new Map([0, 1].map((from) => [`input ${from}`, lying(from)]));
      const run = await onShares(under, program, inputs);
      expect(run.values.ok).toBe(true);
      expect(await priced(under, program, inputs)).toEqual({ ok: true, value: run.spent });
      expect(run.kept).toBe(0);
    },
  );
});

const length = 300;

function large(from: number): TestInput {
  return { from, shape: [length], isWhole: false, least: -1, greatest: 1, data: [] };
}
