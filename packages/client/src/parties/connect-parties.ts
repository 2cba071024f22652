// A tab of a browser as a party of a computation. It cannot be dialed, so it dials everybody, and two tabs cannot meet.

import { err, type Result } from "@unseen/base";
import { type Fingerprint, type Identity, portableAead } from "@unseen/crypto";
import {
  agreedComputation,
  ChannelFailure,
  connect,
  type Deadlines,
  defaultDeadlines,
  type PartyIndex,
  type Peers,
} from "@unseen/mpc";
import { entropy } from "../platform.ts";
import { dialerTo } from "./web-socket-link.ts";

export type ConnectPartiesOptions = {
  readonly identity: Identity;
  /** In the order that all agreed on. Every other party has an address, as "wss://host:7710/peers". */
  readonly parties: readonly { readonly fingerprint: Fingerprint; readonly url?: string }[];
  readonly me: PartyIndex;
  /** 32 bytes, new for every computation, and the same at every party. */
  readonly computationId: Uint8Array;
  /** 32 bytes: the hash of program, protocol, ring and policy. */
  readonly computationHash: Uint8Array;
  readonly deadlines?: Partial<Deadlines>;
};

/**
 * Meets every other party under a signed handshake, or fails with the first that cannot be met. A browser shows no certificate
 * and cannot bind to TLS, so every frame is sealed under keys that the two parties alone have.
 */
export async function connectParties(options: ConnectPartiesOptions): Promise<Result<Peers, ChannelFailure>> {
  const { identity, parties, me, computationId, computationHash } = options;
  const agreed = agreedComputation({
    id: computationId,
    hash: computationHash,
    parties: parties.map(({ fingerprint }) => fingerprint),
  });
  if (!agreed.ok) return agreed;
  const unreachable = parties.findIndex(({ url }, them) => them !== me && url?.startsWith("wss://") !== true);
  if (unreachable !== -1)
    return err(
      new ChannelFailure(
        "closed",
        unreachable,
        `party ${unreachable} has no address that begins with wss://`,
      ),
    );
  return connect(
    {
      computation: agreed.value,
      me,
      identity,
      entropy,
      wayTo: (them) => ({ dial: dialerTo(parties[them]!.url!), binding: "nothing" }),
    },
    { timers, aead: portableAead, deadlines: { ...defaultDeadlines, ...options.deadlines } },
  );
}

const timers = {
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
