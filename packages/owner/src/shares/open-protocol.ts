import type { RingMemory } from "@unseen/compute";
import {
  chachaStream,
  type PairStreams,
  type Peers,
  type Protocol,
  Provided,
  Replicated,
  Session,
  Verified,
} from "@unseen/mpc";
import type { AgreedParties } from "./agree-on-parties.ts";

/** One turn of Node's event loop. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * The protocol over channels to parties that were just met. Seeds are those of this meeting alone, so a party that begins
 * again never draws a mask that was drawn before.
 */
export function openProtocol(
  { protocol, parties, me }: AgreedParties,
  peers: Peers,
  memory: RingMemory,
): Protocol {
  const channels = parties.map((_, place) => peers.get(place)?.channel);
  const session = new Session({ me, channels, memory, nextTurn });
  const seeds = parties.map((_, place) => seedWith(peers, place, "unseen, masks of shares"));
  if (protocol === "provider") return new Provided(session, seeds);
  const count = parties.length;
  const pair = { withPrevious: seeds[(me + count - 1) % count]!, withNext: seeds[(me + 1) % count]! };
  return protocol === "verified" ? new Verified(session, pair) : new Replicated(session, pair);
}

/** What this party draws together with each of `others`, for masking summands. Apart from the protocol's own masks. */
export function summandStreams(peers: Peers, others: readonly number[], memory: RingMemory): PairStreams {
  return new Map(
    others.map((place) => [
      place,
      chachaStream(memory, seedWith(peers, place, "unseen, masks of summands")!),
    ]),
  );
}

function seedWith(peers: Peers, place: number, purpose: string): Uint8Array | undefined {
  return peers.get(place)?.seed.take(purpose);
}
