// A computation among machines: this party meets all others over TLS, and has one channel and one seed for each.

import { type Entropy, err, ok, type Result } from "@unseen/base";
import type { Fingerprint, Identity } from "@unseen/crypto";
import {
  agreedComputation,
  ChannelFailure,
  connect,
  type Deadlines,
  defaultDeadlines,
  type PartyIndex,
  type Peers,
  type Way,
} from "@unseen/mpc";
import { type Believed, dialerTo } from "./dial-socket.ts";
import { nativeAead } from "./native-aead.ts";
import { nodeTimers } from "./node-timers.ts";
import type { PeerDoor } from "./peer-door.ts";

export type Party = {
  readonly fingerprint: Fingerprint;
  /** Where it takes others in, as "wss://host:7710/peers". A party without one dials everybody else. */
  readonly url?: string;
  /** By its identity unless said otherwise. */
  readonly believed?: Believed;
};

export type ConnectPartiesOptions = {
  readonly identity: Identity;
  /** In the order that all agreed on; `me` is one's own place. */
  readonly parties: readonly Party[];
  readonly me: PartyIndex;
  /** 32 bytes, new for every computation, and the same at every party. */
  readonly computationId: Uint8Array;
  /** 32 bytes: the hash of program, protocol, ring and policy. */
  readonly computationHash: Uint8Array;
  readonly entropy: Entropy;
  /** Where this party takes others in, if it has an address. */
  readonly door?: PeerDoor;
  readonly deadlines?: Partial<Deadlines>;
};

/**
 * Meets every other party, each under a signed handshake, or fails with the first that cannot be met. Of a pair, the party
 * at the higher place dials, unless only the lower one can. The others learn that we take part, and nothing more.
 */
export async function connectParties(options: ConnectPartiesOptions): Promise<Result<Peers, ChannelFailure>> {
  const { identity, parties, me, entropy } = options;
  const computation = agreedComputation({
    id: options.computationId,
    hash: options.computationHash,
    parties: parties.map(({ fingerprint }) => fingerprint),
  });
  if (!computation.ok) return computation;
  const ways = new Map<PartyIndex, Way>();
  for (const [them, party] of parties.entries()) {
    if (them === me) continue;
    const way = wayTo(them, party, options);
    if (!way.ok) return way;
    ways.set(them, way.value);
  }
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  return connect(
    { computation: computation.value, me, identity, entropy, wayTo: (them) => ways.get(them)! },
    { timers: nodeTimers, aead: nativeAead, deadlines },
  );
}

function wayTo(
  them: PartyIndex,
  { url, fingerprint, believed = { by: "identity" } }: Party,
  { parties, me, identity, door }: ConnectPartiesOptions,
): Result<Way, ChannelFailure> {
  const takesIn = parties[me]?.url !== undefined && door !== undefined;
  if (url !== undefined && (me > them || !takesIn)) {
    if (!URL.canParse(url) || new URL(url).protocol !== "wss:")
      return err(
        new ChannelFailure("closed", them, `the address of party ${them} is none that begins with wss://`),
      );
    const binding = believed.by === "identity" ? "identities" : "nothing";
    return ok({ dial: dialerTo(new URL(url), fingerprint, identity, believed), binding });
  }
  if (takesIn) return ok({ waitAt: door.door });
  return err(new ChannelFailure("closed", them, `neither party ${them} nor this one has an address`));
}
