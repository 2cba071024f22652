// A program on shares among three nodes of which one cheats: nothing wrong is told, and nothing wrong is kept.

import { platformEntropy, type Result } from "@unseen/base";
import { freshIdentity } from "@unseen/crypto";
import type { Channel } from "@unseen/mpc";
import { makeProgram, type ProgramNode } from "@unseen/program";
import type { AskedComputation, SentRun, SharedFacts } from "@unseen/wire";
import { expect, test } from "vitest";
import type { Caller } from "../accounts/index.ts";
import { everybodyAllowed, Table } from "../peers/table-for-tests.ts";
import { noPermits } from "../share-permits/no-permits-for-tests.ts";
import {
  type AgreedParties,
  ComputingRoom,
  computeOnShares,
  HeldShares,
  priceOfShares,
  type SharesPorts,
} from "./index.ts";

const entropy = platformEntropy(globalThis.crypto);
const ada = { id: "acct_ada", name: "ada", role: "researcher" } as unknown as Caller;
const facts: SharedFacts = { shape: [2], fractionBits: 0, least: -100, greatest: 100 };
const cheater = 2;

/** 12 and 3 are shared; asked is 12 * 12 > 12 and 3 * 3 > 3, both true, and the squares themselves. */
function world(protocol: AgreedParties["protocol"] = "verified") {
  const table = new Table();
  const all: SharesPorts[] = Array.from({ length: 3 }, () => ({
    identity: freshIdentity(entropy),
    allowed: { find: everybodyAllowed },
    meet: table.meet,
    shares: new HeldShares(),
    room: new ComputingRoom(),
    clock: { nowMs: () => 1_800_000_000_000 },
    permits: noPermits,
  }));
  const parties = all.map(({ identity }) => identity.fingerprint);
  const summands = [BigUint64Array.of(5n, 1n), BigUint64Array.of(6n, 1n), BigUint64Array.of(1n, 1n)];
  const agreedAt = (me: number): AgreedParties => ({ protocol, parties, me });
  const put = (me: number, parts: readonly BigUint64Array[]) =>
    wholeOf(all[me]!.shares.put(ada, "x", { parties: agreedAt(me), facts, parts, provenance: undefined }));
  for (const me of [0, 1, 2]) put(me, [summands[me]!, summands[(me + 1) % 3]!]);
  const mask = [7n, -9n, 11n].map((word) => BigUint64Array.of(BigInt.asUintN(64, word), 2n ** 63n + 1n));
  const ask = async (more: Partial<AskedComputation> = {}) => {
    const id = entropy.fill(new Uint8Array(32));
    const fingerprints = parties as readonly string[];
    const asked = {
      id,
      parties: { protocol, fingerprints },
      program,
      keepAs: undefined,
    } as const;
    return Promise.all(
      all.map((ports, me) =>
        computeOnShares(ports, ada, { ...asked, mask: [mask[me]!, mask[(me + 1) % 3]!], ...more }),
      ),
    );
  };
  /** What a party told, without the mask. */
  const numbersOf = (told: Result<SentRun, unknown>) =>
    told.ok
      ? [...told.value.summand!].map((word, at) =>
          BigInt.asIntN(
            64,
            mask.reduce((rest, one) => rest - one[at]!, word),
          ),
        )
      : undefined;
  return { table, all, put, ask, numbersOf };
}

const nodes: ProgramNode[] = [
  { kind: "input", name: "x", shape: [2] },
  { kind: "operation", operation: "Mul", inputs: [0, 0], attributes: {} },
  { kind: "operation", operation: "Greater", inputs: [1, 0], attributes: {} },
  { kind: "operation", operation: "Add", inputs: [1, 2], attributes: {} },
];
const program = wholeOf(makeProgram({ nodes, outputs: [3] }));
const right = [145n, 10n];

function wholeOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

/** Turns a bit of the message that the cheater sends as number `at`. */
function turning(at: number, hasTurned: { at: number }) {
  let sent = -1;
  return (channel: Channel, from: number): Channel => ({
    send: (bytes) => {
      if (from !== cheater) return channel.send(bytes);
      sent += 1;
      if (sent !== at) return channel.send(bytes);
      hasTurned.at = at;
      const changed = Uint8Array.from(bytes);
      changed[0]! ^= 1;
      channel.send(changed);
    },
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
}

test("three nodes that follow the protocol each tell the asker the result under its mask, at the price", async () => {
  const { ask, all, numbersOf } = world();
  const told = await ask();
  expect(told.map(numbersOf)).toEqual([right, right, right]);
  const parties = { protocol: "verified", fingerprints: all.map((one) => one.identity.fingerprint) } as const;
  const asked = { id: new Uint8Array(32), parties, program, keepAs: undefined, mask: [] };
  const price = wholeOf(await priceOfShares(all[0]!, ada, asked));
  expect(told.map((one) => one.ok && one.value.sentBytes)).toEqual(price.sentBytes);
  expect(told[0]!.ok && told[0]!.value.rounds).toBe(price.rounds);
});

test("whichever message a cheating party changes: no honest party tells a wrong number, and who names anybody names it", async () => {
  let [changed, noticed, named] = [0, 0, 0];
  for (let at = 0; ; at += 1) {
    const { ask, table, numbersOf } = world();
    const hasTurned = { at: -1 };
    table.twist = turning(at, hasTurned);
    const told = await ask();
    if (hasTurned.at === -1) break;
    changed += 1;
    for (const honest of told.slice(0, 2)) {
      if (honest.ok) expect(numbersOf(honest)).toEqual(right);
      else {
        const { code, facts: said = {} } = honest.problem as { code: string; facts?: Record<string, string> };
        expect(["party-cheated", "party-failed"]).toContain(code);
        if (code === "party-cheated") {
          named += 1;
          expect(said.suspects?.split(",")).toContain(String(cheater));
        }
      }
    }
    if (told.slice(0, 2).some(({ ok }) => !ok)) noticed += 1;
  }
  // The rest are marks, of which nothing but their coming matters.
  expect(noticed).toBeGreaterThan(changed / 2);
  expect(named).toBeGreaterThan(noticed / 2);
});

test("without the check a cheating party makes the asker's numbers wrong, and nobody notices", async () => {
  const told = await Promise.all(
    Array.from({ length: 12 }, async (_, at) => {
      const { ask, table } = world("replicated");
      table.twist = turning(at, { at: -1 });
      const summands = (await ask({ mask: [] })).map((one) => [...wholeOf(one).summand!]);
      return summands.reduce((sum, one) => sum.map((word, place) => BigInt.asIntN(64, word + one[place]!)));
    }),
  );
  expect(told.some((numbers) => String(numbers) !== String(right))).toBe(true);
});

test("a result is checked before it is kept, and what was kept can be computed with", async () => {
  const before = world();
  expect((await before.ask({ keepAs: "y", mask: [] })).every(({ ok }) => ok)).toBe(true);
  const ofKept = wholeOf(
    makeProgram({
      nodes: [
        { kind: "input", name: "y", shape: [2] },
        { kind: "operation", operation: "Neg", inputs: [0], attributes: {} },
      ],
      outputs: [1],
    }),
  );
  const told = await before.ask({ program: ofKept });
  expect(told.map(before.numbersOf)).toEqual([
    [-145n, -10n],
    [-145n, -10n],
    [-145n, -10n],
  ]);
  const { ask, table, all } = world();
  table.twist = turning(0, { at: -1 });
  await ask({ keepAs: "y", mask: [] });
  expect(all.slice(0, 2).map(({ shares }) => shares.list(ada))).toEqual([["x"], ["x"]]);
});

test("a party that begins with other shares than it was given is found out", async () => {
  const { put, ask } = world();
  put(cheater, [BigUint64Array.of(2n, 1n), BigUint64Array.of(5n, 1n)]);
  expect((await ask()).slice(0, 2).some(({ ok }) => ok)).toBe(false);
});

test("a mask that is not as long as the result, or is of one summand, is refused before anything runs", async () => {
  const { ask, table } = world();
  const short = [BigUint64Array.of(1n), BigUint64Array.of(1n)];
  for (const mask of [[], short, [BigUint64Array.of(1n, 1n)]]) {
    const told = await ask({ mask });
    expect(told.map((one) => !one.ok && (one.problem as { code: string }).code)).toEqual([
      "message-malformed",
      "message-malformed",
      "message-malformed",
    ]);
  }
  expect(table.sent).toEqual([]);
});
