// What the tab of `browser-party-test.mjs` does: it is party 2 of 3, and holds its channels to the contract of all channels.

import { platformEntropy } from "@unseen/base";
import {
  type Channel,
  ChannelFailure,
  connectParties,
  type Fingerprint,
  freshIdentity,
} from "unseen/parties";
import { computeTogether } from "./compute-together.ts";

const identity = freshIdentity(platformEntropy(globalThis.crypto));
const mebi = 2 ** 20;

type Told = {
  readonly parties: readonly { readonly fingerprint: Fingerprint; readonly url?: string }[];
  readonly computationId: readonly number[];
};

async function takePart({ parties, computationId }: Told) {
  const met = await connectParties({
    identity,
    parties,
    me: 2,
    computationId: Uint8Array.from(computationId),
    computationHash: new Uint8Array(32),
    deadlines: { silenceMs: 20_000, resumeMs: 10_000 },
  });
  if (!met.ok) throw met.problem;
  const [zero, one] = [met.value.get(0)!, met.value.get(1)!];
  // Nobody but the tester sees these.
  const seeds = [zero, one].map(({ seed }) => Array.from(seed.take("a test")));

  const computed = await computeTogether(2, met.value);
  const echoed = await echo(zero.channel, [0, 1, 300, 65_536, 262_144, 262_145, 3 * mebi, 64 * mebi]);
  const begun = performance.now();
  for (let round = 0; round < 200; round += 1) await echo(one.channel, [1_024]);
  const roundTripMs = (performance.now() - begun) / 200;
  // While these go round, the tester cuts the connection.
  const overCuts = await echo(
    one.channel,
    Array.from({ length: 40 }, (_, at) => at * 10_000),
  );

  zero.channel.send(Uint8Array.of(9));
  const tooLong = await failureOf(zero.channel.receive(100));
  one.channel.close("the tab has seen enough");
  return { seeds, computed, echoed, overCuts, roundTripMs, tooLong };
}

/** Sends messages of these lengths, and says how many came back whole and in order. */
async function echo(channel: Channel, lengths: readonly number[]): Promise<number> {
  for (const [at, length] of lengths.entries()) channel.send(patterned(length, at));
  let whole = 0;
  for (const [at, length] of lengths.entries()) {
    const back = await channel.receive(length);
    const sent = patterned(length, at);
    if (back.length === length && back.every((byte, place) => byte === sent[place])) whole += 1;
  }
  return whole;
}

function patterned(length: number, which: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >> 8) + which * 7) & 255;
  return bytes;
}

async function failureOf(receiving: Promise<unknown>): Promise<{ kind: string; party: number } | undefined> {
  try {
    await receiving;
    return undefined;
  } catch (failure) {
    if (!(failure instanceof ChannelFailure)) throw failure;
    return { kind: failure.kind, party: failure.party };
  }
}

Object.assign(globalThis, { fingerprint: identity.fingerprint, takePart });
