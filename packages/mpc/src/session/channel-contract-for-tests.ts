// What every channel must do, whatever carries it: one suite for memory, ports, sockets and browsers.

import { afterEach, describe, expect, test } from "vitest";
import { type Channel, ChannelFailure } from "./channel.ts";

export type Pair = {
  /** The channel of party 0, to party 1. */
  readonly zero: Channel;
  /** The channel of party 1, to party 0. */
  readonly one: Channel;
  close(): void | Promise<void>;
};

export type Opening = { readonly silenceMs: number };

const mebi = 2 ** 20;
const lengths = [0, 1, 7, 15, 16, 17, 4_096, 65_535, 65_536, 262_127, 262_144, 262_145, 600_001, 3 * mebi];

/** @param open Two fresh parties with a channel between them. */
export function channelContract(name: string, open: (opening: Opening) => Promise<Pair>): void {
  describe(`a channel over ${name}`, () => {
    let pair: Pair | undefined;
    const fresh = async (opening: Opening = { silenceMs: 10_000 }) => {
      pair = await open(opening);
      return pair;
    };
    afterEach(async () => {
      await pair?.close();
      pair = undefined;
    });

    test("gives messages of every length whole and in their order, both ways at once", async () => {
      const { zero, one } = await fresh();
      for (const [from, other] of [
        [zero, 3],
        [one, 5],
      ] as const)
        for (const [at, length] of lengths.entries()) from.send(patterned(length, at * other));
      for (const [to, other] of [
        [one, 3],
        [zero, 5],
      ] as const)
        for (const [at, length] of lengths.entries())
          expect(same(await to.receive(4 * mebi), patterned(length, at * other))).toBe(true);
    });

    test("gives a message to a reader that waited for it, and to one that came late", async () => {
      const { zero, one } = await fresh();
      for (let round = 0; round < 50; round += 1) {
        const waiting = one.receive(8);
        zero.send(Uint8Array.of(round));
        expect(await waiting).toEqual(Uint8Array.of(round));
        one.send(Uint8Array.of(round, 1));
        expect(await zero.receive(2)).toEqual(Uint8Array.of(round, 1));
      }
    });

    test("copies what is sent before send returns, and gives bytes that belong to the reader", async () => {
      const { zero, one } = await fresh();
      const message = patterned(300_000, 1);
      zero.send(message);
      message.fill(0);
      zero.send(message);
      const first = await one.receive(mebi);
      expect(same(first, patterned(300_000, 1))).toBe(true);
      first.fill(9);
      expect((await one.receive(mebi)).every((byte) => byte === 0)).toBe(true);
      expect(first.every((byte) => byte === 9)).toBe(true);
    });

    test("writes a message where its reader says if it is just as long, and nothing there otherwise", async () => {
      for (const comesLate of [false, true]) {
        const { zero, one, close } = await fresh();
        const pause = () => comesLate && new Promise((resolve) => setTimeout(resolve, 20));
        const whole = new Uint8Array(3 * mebi).fill(7);
        const into = whole.subarray(8, 8 + 2 * mebi);
        for (const length of [2 * mebi, 2 * mebi - 1, 0]) zero.send(patterned(length, length));
        await pause();
        expect(await one.receive(2 * mebi, into)).toBe(into);
        expect(same(into, patterned(2 * mebi, 2 * mebi))).toBe(true);
        expect(whole.subarray(0, 8).every((byte) => byte === 7)).toBe(true);
        expect(whole.subarray(8 + 2 * mebi).every((byte) => byte === 7)).toBe(true);
        whole.fill(7);
        expect(same(await one.receive(2 * mebi, into), patterned(2 * mebi - 1, 2 * mebi - 1))).toBe(true);
        expect((await one.receive(2 * mebi, into)).length).toBe(0);
        const waiting = failureOf(one.receive(2 * mebi, into));
        one.close();
        zero.send(patterned(2 * mebi, 1));
        await waiting;
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(whole.every((byte) => byte === 7)).toBe(true);
        await close();
      }
    });

    test("fails when a message is longer than its reader takes, whether it waited or came late", async () => {
      for (const comesLate of [false, true]) {
        const { zero, one, close } = await fresh();
        zero.send(patterned(100, 1));
        zero.send(patterned(1_001, 2));
        expect((await one.receive(100)).length).toBe(100);
        if (comesLate) await new Promise((resolve) => setTimeout(resolve, 20));
        const failure = await failureOf(one.receive(1_000));
        expect(failure).toMatchObject({ kind: "too-large", party: 0 });
        expect(await failureOf(one.receive(10_000))).toBe(failure);
        expect(await failureOf(zero.receive(10))).toMatchObject({ kind: "closed", party: 1 });
        await close();
      }
    });

    test("names the party that is silent when its time is over, and not while it sends", async () => {
      const { zero, one } = await fresh({ silenceMs: 200 });
      for (let round = 0; round < 3; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 120));
        zero.send(Uint8Array.of(round));
        await one.receive(1);
      }
      const begun = performance.now();
      const failure = await failureOf(one.receive(1));
      expect(failure).toMatchObject({ kind: "deadline", party: 0 });
      expect(failure.message).toContain("party 0");
      expect(performance.now() - begun).toBeGreaterThan(150);
      zero.send(Uint8Array.of(1));
      expect(await failureOf(one.receive(1))).toBe(failure);
    });

    test("gives all that came before an end, and then its reason", async () => {
      const { zero, one } = await fresh();
      zero.send(patterned(500_000, 4));
      zero.send(new Uint8Array());
      zero.close("the policy of party 0 forbids it");
      zero.send(Uint8Array.of(1));
      expect(await failureOf(zero.receive(1))).toMatchObject({ kind: "closed", party: 1 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(same(await one.receive(mebi), patterned(500_000, 4))).toBe(true);
      expect((await one.receive(mebi)).length).toBe(0);
      const failure = await failureOf(one.receive(mebi));
      expect(failure).toMatchObject({ kind: "closed", party: 0 });
      expect(failure.message).toContain("the policy of party 0 forbids it");
      one.close();
    });

    test("an end reaches a reader that waits", async () => {
      const { zero, one } = await fresh();
      const waiting = failureOf(one.receive(1));
      zero.close("over");
      expect(await waiting).toMatchObject({ kind: "closed", party: 0 });
    });

    test("holds what a slow reader does not take, and gives all of it later", async () => {
      const { zero, one } = await fresh();
      const count = 40;
      for (let at = 0; at < count; at += 1) zero.send(patterned(mebi, at));
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (let at = 0; at < count; at += 1)
        expect(same(await one.receive(mebi), patterned(mebi, at))).toBe(true);
    });

    test("carries thousands of small messages behind a sleeping reader", async () => {
      const { zero, one } = await fresh();
      for (let at = 0; at < 20_000; at += 1) zero.send(Uint8Array.of(at, at >> 8));
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (let at = 0; at < 20_000; at += 1) {
        const [low, high] = await one.receive(2);
        if (low! + 256 * high! !== at) throw new Error(`message ${at} is another`);
      }
    });

    test("carries a message of 64 MiB each way at once", async () => {
      const { zero, one } = await fresh();
      const long = patterned(64 * mebi, 3);
      zero.send(long);
      one.send(long);
      const [there, here] = await Promise.all([one.receive(64 * mebi), zero.receive(64 * mebi)]);
      expect(same(there, long)).toBe(true);
      expect(same(here, long)).toBe(true);
    });
  });
}

export async function failureOf(receiving: Promise<unknown>): Promise<ChannelFailure> {
  const outcome = await receiving.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(outcome instanceof ChannelFailure)) throw new Error("a channel gave a message where it had to fail");
  return outcome;
}

/** Bytes that differ from place to place and from message to message. */
export function patterned(length: number, which: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >> 8) + which * 7) & 255;
  return bytes;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
