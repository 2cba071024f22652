// How a node comes to its channels and seeds: over TLS to the addresses that its owner allowed, or in memory in tests.

import { type Entropy, err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Fingerprint, Identity } from "@unseen/crypto";
import { ChannelFailure, type Deadlines, type Peers } from "@unseen/mpc";
import type { PeerList } from "./allowed-peers.ts";
import { connectParties } from "./connect-parties.ts";
import type { PeerListener } from "./peer-door.ts";

export type Gathering = {
  /** 32 bytes, new for every computation. */
  readonly id: Uint8Array;
  /** 32 bytes: the hash of everything that the parties must agree on. */
  readonly hash: Uint8Array;
  readonly parties: readonly Fingerprint[];
  readonly me: number;
};

/** One fresh channel and seed for each other party, or the problem that names the party which did not come. */
export type MeetPeers = (gathering: Gathering) => Promise<Result<Peers, Problem<"party-failed">>>;

/** What a node needs to be a party. */
export type PartyPorts = {
  readonly identity: Identity;
  readonly allowed: PeerList;
  readonly meet: MeetPeers;
};

/** An asker waits for the answer; a party that is up comes within a second. */
const usualJoinMs = 10_000;
const deadlines: Partial<Deadlines> = { silenceMs: 20_000, resumeMs: 3_000 };

export function meetOverTls(of: {
  readonly identity: Identity;
  readonly allowed: PeerList;
  readonly listener: PeerListener;
  readonly entropy: Entropy;
  /** How long the others are waited for. */
  readonly joinMs?: number | undefined;
}): MeetPeers {
  return async ({ id, hash, parties, me }) => {
    const { identity, entropy, listener } = of;
    const met = await connectParties({
      identity,
      parties: parties.map((fingerprint, place) => {
        const url = place === me ? listener.url : of.allowed.find(fingerprint)?.url;
        return { fingerprint, ...(url === undefined ? {} : { url }) };
      }),
      me,
      computationId: id,
      computationHash: hash,
      entropy,
      door: listener,
      deadlines: { ...deadlines, joinMs: of.joinMs ?? usualJoinMs },
    });
    return met.ok ? ok(met.value) : err(partyFailed(met.problem));
  };
}

/** A channel's failure, to be told to the asker: which party, and what went wrong. Nothing in it is secret. */
export function partyFailed(failure: unknown): Problem<"party-failed"> {
  if (!(failure instanceof ChannelFailure)) throw failure;
  return problem("party-failed", `the computation ended: ${failure.message}`, {
    hint: "ask again when the party is there and was told the same",
    facts: { party: String(failure.party), kind: failure.kind },
  });
}
