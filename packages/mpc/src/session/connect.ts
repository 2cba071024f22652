// Meets all other parties of a computation at once: dials those that it should dial, and waits for the others at the door.

import { type Entropy, err, ok, type Result } from "@unseen/base";
import type { Identity } from "@unseen/crypto";
import { ChannelFailure, type PartyIndex } from "./channel.ts";
import type { Computation } from "./computation.ts";
import { type Dial, dialPeer } from "./dial-peer.ts";
import type { Door } from "./door.ts";
import type { Binding } from "./handshake.ts";
import type { Peer, Surroundings } from "./met.ts";

/** How to come to another party: by dialing it, or by waiting for it at the door. */
export type Way = { readonly dial: Dial; readonly binding: Binding } | { readonly waitAt: Door };

export type Connection = {
  readonly computation: Computation;
  readonly me: PartyIndex;
  readonly identity: Identity;
  readonly entropy: Entropy;
  /** One for each other party. Of a pair, one dials and the other waits. */
  readonly wayTo: (party: PartyIndex) => Way;
};

/** By place; one's own is empty. */
export type Peers = ReadonlyMap<PartyIndex, Peer>;

/**
 * One channel and one seed for each other party, or the failure of the first that could not be met; then all others are
 * closed. Nothing is told to anybody but that we take part.
 */
export async function connect(
  { computation, me, identity, entropy, wayTo }: Connection,
  around: Surroundings,
): Promise<Result<Peers, ChannelFailure>> {
  if (computation.parties[me] !== identity.fingerprint)
    return err(new ChannelFailure("identity", me, `party ${me} is not who we are`));
  const others = computation.parties.map((_, party) => party).filter((party) => party !== me);
  const doors = new Set<Door>();
  const met = others.map(async (them) => {
    const way = wayTo(them);
    const meeting = { computation, me, them, identity, entropy };
    if (!("waitAt" in way)) return dialPeer({ ...meeting, binding: way.binding }, way.dial, around);
    doors.add(way.waitAt);
    return way.waitAt.expect(meeting, around);
  });
  const failure = await firstFailure(met);
  if (failure === undefined) {
    const peers = await Promise.all(met);
    return ok(new Map(peers.flatMap((peer, at) => (peer.ok ? [[others[at]!, peer.value]] : []))));
  }
  for (const door of doors) door.forget(computation.id);
  for (const one of met) void one.then((peer) => peer.ok && peer.value.channel.close("a party did not join"));
  return err(failure);
}

function firstFailure(
  met: readonly Promise<Result<Peer, ChannelFailure>>[],
): Promise<ChannelFailure | undefined> {
  return new Promise((resolve, reject) => {
    for (const one of met) one.then((peer) => (peer.ok ? undefined : resolve(peer.problem)), reject);
    Promise.all(met).then(() => resolve(undefined), reject);
  });
}
