import { Secret } from "@unseen/base";
import { portableAead } from "@unseen/crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ChannelFailure } from "./channel.ts";
import { failureOf, patterned } from "./channel-contract-for-tests.ts";
import { headerBytes, payloadAtMost, readHeader, writeHeader } from "./frame.ts";
import { aeadSeal, type FrameSeal, noSeal } from "./frame-seal.ts";
import { FramedChannel } from "./framed-channel.ts";
import { blockOf } from "./link.ts";
import { memoryLinks } from "./memory-links.ts";
import { costOf, windowCost } from "./outbox.ts";
import { type Interference, interfered } from "./session-for-tests.ts";
import { realTimers } from "./timers-for-tests.ts";

const mebi = 2 ** 20;

function keys(from: number) {
  const key = (lane: number) => Secret.of<Uint8Array>(new Uint8Array(32).fill(from * 2 + lane));
  return { data: key(0), control: key(1) };
}

const seals: Record<string, readonly [FrameSeal, FrameSeal]> = {
  sealed: [aeadSeal(portableAead, keys(0), keys(1)), aeadSeal(portableAead, keys(1), keys(0))],
  "not sealed": [noSeal, noSeal],
};

function channel(party: number, seal: FrameSeal, silenceMs = 5_000) {
  return new FramedChannel({ party, seal, timers: realTimers, silenceMs, resumeMs: 0 });
}

/** Party 0 sends to party 1 over a link that somebody sits on. */
function pair([first, second]: readonly [FrameSeal, FrameSeal], interfere: Interference, silenceMs?: number) {
  const [here, there] = memoryLinks();
  const [zero, one] = [channel(1, first, silenceMs), channel(0, second, silenceMs)];
  zero.begin(interfered(here, interfere));
  one.begin(there);
  return { zero, one };
}

for (const [name, seal] of Object.entries(seals)) {
  test(`${name}: a frame that is repeated, left out, moved or brought back later is refused by its counter`, async () => {
    let kept: Uint8Array | undefined;
    const attacks: Record<string, Interference> = {
      repeated: (frame, at) => (at === 1 ? [frame, frame] : [frame]),
      "left out": (frame, at) => (at === 1 ? [] : [frame]),
      moved: (frame, at) => {
        if (at === 1) kept = frame;
        if (at === 1) return [];
        return at === 2 ? [frame, kept!] : [frame];
      },
      "brought back": (frame, at) => {
        if (at === 0) kept = frame;
        return at === 3 ? [kept!] : [frame];
      },
    };
    for (const interfere of Object.values(attacks)) {
      const { zero, one } = pair(seal, interfere);
      for (let at = 0; at < 4; at += 1) zero.send(Uint8Array.of(at));
      const told: number[] = [];
      let failure: unknown;
      while (failure === undefined) {
        await one.receive(1).then(
          ([at]) => told.push(at!),
          (error: unknown) => {
            failure = error;
          },
        );
      }
      expect(failure).toMatchObject({ kind: "replayed", party: 0 });
      expect(told).toEqual([0, 1, 2, 3].slice(0, told.length));
      expect(await failureOf(zero.receive(1))).toMatchObject({ kind: "closed", party: 1 });
    }
  });

  test(`${name}: a message announced with a gigabyte fails at its first frame, before it is held`, async () => {
    const announced: Interference = (frame) => {
      const changed = frame.slice();
      writeHeader(changed, 0, { kind: "data", counter: 0, amount: 2 ** 30 });
      return [changed];
    };
    const { zero, one } = pair([noSeal, noSeal], announced);
    const waiting = failureOf(one.receive(mebi));
    zero.send(patterned(payloadAtMost, 1));
    expect(await waiting).toMatchObject({ kind: "too-large", party: 0 });
    const honest = pair(seal, (frame) => [frame]);
    const late = failureOf(honest.one.receive(mebi));
    honest.zero.send(new Uint8Array(4 * mebi));
    expect(await late).toMatchObject({ kind: "too-large", party: 0 });
  });

  test(`${name}: whatever bytes arrive, the channel fails cleanly and throws nothing`, async () => {
    const frames = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .tuple(fc.nat(6), fc.nat(3), fc.nat(40), fc.uint8Array({ maxLength: 40 }))
        .map(([kind, counter, amount, payload]) => {
          const frame = new Uint8Array(headerBytes + payload.length);
          writeHeader(frame, 0, { kind: "data", counter, amount });
          frame[0] = kind;
          frame.set(payload, headerBytes);
          return frame;
        }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 4 }), async (strange) => {
        const [here, there] = memoryLinks();
        const one = channel(0, seal[1]);
        one.begin(there);
        for (const frame of strange) here.send(blockOf(frame));
        await Promise.resolve();
        await Promise.resolve();
        one.close();
        expect((await failureOf(one.receive(100))).party).toBe(0);
      }),
      { numRuns: 5_000 },
    );
  });
}

test("sealed: one flipped bit anywhere in any frame is refused, and nothing of that message is given", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.nat(), fc.nat(300), async (which, bit, length) => {
      const { zero, one } = pair(seals.sealed!, (frame, at) => {
        if (at !== which) return [frame];
        const changed = frame.slice();
        changed[(bit >> 3) % frame.length]! ^= 1 << (bit & 7);
        return [changed];
      });
      for (let at = 0; at < 3; at += 1) zero.send(patterned(length, at));
      let failure: ChannelFailure | undefined;
      for (let at = 0; failure === undefined; at += 1) {
        const outcome = await one.receive(300).catch((error: ChannelFailure) => error);
        if (outcome instanceof ChannelFailure) failure = outcome;
        else expect([at < which, outcome]).toEqual([true, patterned(length, at)]);
      }
      expect(["malformed", "replayed"]).toContain(failure.kind);
      expect(failure.party).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test("sealed: what is said back under way cannot be forged or repeated", async () => {
  for (const interfere of [
    (frame: Uint8Array) => [frame, frame],
    (frame: Uint8Array) => {
      const changed = frame.slice();
      changed[15]! ^= 1;
      return [changed];
    },
  ]) {
    const [here, there] = memoryLinks();
    const [zero, one] = [channel(1, seals.sealed![0]), channel(0, seals.sealed![1])];
    zero.begin(here);
    one.begin(interfered(there, interfere));
    const failure = failureOf(zero.receive(1));
    zero.send(new Uint8Array(8 * mebi));
    await one.receive(8 * mebi).catch(() => {});
    expect(["malformed", "replayed"]).toContain((await failure).kind);
  }
});

test("a sender that disregards the window is cut off when the window is full", async () => {
  const [here, there] = memoryLinks();
  const one = channel(0, noSeal);
  one.begin(there);
  const frames = Math.floor(windowCost / costOf(payloadAtMost)) + 1;
  for (let counter = 0; counter < frames; counter += 1) {
    const frame = new Uint8Array(headerBytes + payloadAtMost);
    writeHeader(frame, 0, { kind: "data", counter, amount: payloadAtMost });
    here.send(blockOf(frame));
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await failureOf(one.receive(mebi))).toMatchObject({ kind: "too-large", party: 0 });
});

test("a party that stops in the middle of a message is named when its time is over", async () => {
  const { zero, one } = pair([noSeal, noSeal], (frame, at) => (at < 2 ? [frame] : []), 150);
  zero.send(new Uint8Array(mebi));
  expect(await failureOf(one.receive(mebi))).toMatchObject({ kind: "deadline", party: 0 });
});

test("a reason of another party prints nothing that a terminal would obey", async () => {
  const { zero, one } = pair([noSeal, noSeal], (frame) => [frame]);
  zero.close("\u001b[2Jgone\nfor good");
  expect((await failureOf(one.receive(1))).message).toBe("party 0 closed the channel: ?[2Jgone?for good");
});

test("a header is read as it was written, and 10,000 random ones never throw", () => {
  const counters = fc.maxSafeNat().map((counter) => counter % 2 ** 48);
  const kinds = fc.constantFrom(
    "data" as const,
    "end" as const,
    "taken" as const,
    "again" as const,
    "abort" as const,
  );
  fc.assert(
    fc.property(kinds, counters, fc.maxSafeNat(), (kind, counter, amount) => {
      const frame = new Uint8Array(20);
      writeHeader(frame, 2, { kind, counter, amount });
      expect(readHeader(frame.subarray(2))).toEqual({ kind, counter, amount });
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (frame) => void readHeader(frame)),
    { numRuns: 10_000 },
  );
});
