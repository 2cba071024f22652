// What a party sees of products, comparisons and their check: the same whatever the secrets are.

import { expect, test } from "vitest";
import { chachaStream, type StreamMaker } from "../session/seed-stream.ts";
import { sessionsInMemory } from "../testing/in-memory.ts";
import { Verified } from "./verified.ts";

/** All that party 0 is sent while two numbers are multiplied, compared and checked, from seeds of its own for each run. */
async function seen(run: number, secret: bigint, streamOf: StreamMaker): Promise<Uint8Array> {
  const messages: Uint8Array[] = [];
  let isStarted = false;
  const sessions = await sessionsInMemory(3, {
    mebibytes: 4,
    meddle: (_, to, message) => {
      // Marks are alike in every run.
      if (isStarted && to === 0 && message.length > 8) messages.push(Uint8Array.from(message));
      return message;
    },
  });
  await Promise.all(
    sessions.map(async (session) => {
      const seed = (summand: number) =>
        Uint8Array.from({ length: 32 }, (_, at) => (at < 4 ? run >> (8 * at) : 1 + summand));
      const p = new Verified(
        session,
        { withPrevious: seed(session.me), withNext: seed((session.me + 1) % 3) },
        streamOf,
      );
      const mine = session.memory.columnOf(BigUint64Array.of(secret, secret, secret));
      const x = await p.share(1, 3, session.me === 1 ? mine : undefined);
      isStarted = true;
      const product = await p.multiply(x, x);
      await p.sign(product, 4);
      await p.settle();
    }),
  );
  const all = new Uint8Array(messages.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const message of messages) {
    all.set(message, at);
    at += message.length;
  }
  return all;
}

/** The greatest distance, in standard deviations, of how often a bit was set from half of the runs. */
async function unevenness(secret: bigint, streamOf: StreamMaker): Promise<number> {
  const runs = 64;
  const views: Uint8Array[] = [];
  for (let run = 0; run < runs; run++) views.push(await seen(run, secret, streamOf));
  let worst = 0;
  for (let byte = 0; byte < views[0]!.length; byte++)
    for (let bit = 0; bit < 8; bit++) {
      const set = views.filter((view) => ((view[byte]! >> bit) & 1) === 1).length;
      // Elements of the field are 48 of 64 bits.
      if (set > 0) worst = Math.max(worst, Math.abs(set - runs / 2) / Math.sqrt(runs / 4));
    }
  return worst;
}

// Below 300 000 bits each time: one of them is 6.5 deviations off in fewer than one of 100 000 runs of the test.
test("all that a party is sent is even, whatever the secret; without masks it is not", {
  timeout: 120_000,
}, async () => {
  for (const secret of [0n, 2n ** 64n - 1n]) expect(await unevenness(secret, chachaStream)).toBeLessThan(6.5);
  let made = 0;
  const unmasked: StreamMaker = (memory, seed) => {
    made += 1;
    const stream = chachaStream(memory, seed);
    // Of the ten streams of each party, the third and fourth mask its proofs.
    return [2, 3].includes((made - 1) % 10) ? { next: (place) => memory.bytes(place).fill(0) } : stream;
  };
  expect(await unevenness(0n, unmasked)).toBeGreaterThan(6.5);
});
