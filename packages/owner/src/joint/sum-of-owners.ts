// The secure sum of a joint question: each owner masks its noised sums with what it draws together with each other owner, and
// tells all of them the result. The masks vanish in the total. An owner that tells something else makes the total wrong, and
// sees of the others what it would have seen anyway: masked sums, whose noise is whole at each owner.

import type { RingMemory } from "@unseen/compute";
import {
  ChannelFailure,
  maskedSummand,
  type PairStreams,
  type PartyIndex,
  type Peers,
  sumOfMasked,
} from "@unseen/mpc";
import { type Released, releasedTotal } from "@unseen/privacy";
import type { Traffic } from "./joint-ports.ts";
import { bytesOfSums, sumBits, sumsOfBytes } from "./sums-as-bytes.ts";

/** One round; 16 bytes an element to each other owner. Rejects with a `ChannelFailure` that names who broke it. */
export async function totalOfOwners(
  mine: Released<readonly bigint[]>,
  of: {
    readonly me: PartyIndex;
    readonly peers: Peers;
    readonly streams: PairStreams;
    readonly memory: RingMemory;
    readonly traffic: Traffic;
  },
): Promise<Released<readonly bigint[]>> {
  const masked = maskedSummand(mine.value, sumBits, of.me, of.streams, of.memory);
  const bytes = bytesOfSums(masked);
  of.traffic.rounds += 1;
  of.traffic.sentBytes += bytes.length * of.peers.size;
  const told = await tellAll(of.peers, bytes);
  const total = sumOfMasked([masked, ...told.map(sumsOfBytes)], sumBits);
  return releasedTotal(
    mine,
    total.map((sum, at) => sum - mine.value[at]!),
  );
}

/** Sends the same to everybody and gives what each sent back: as long as ours, or the party is named and nothing goes on. */
export async function tellAll(peers: Peers, bytes: Uint8Array): Promise<readonly Uint8Array[]> {
  for (const { channel } of peers.values()) channel.send(bytes);
  return Promise.all(
    [...peers].map(async ([party, { channel }]) => {
      const told = await channel.receive(bytes.length);
      if (told.length === bytes.length) return told;
      const words = `party ${party} sent ${told.length} bytes where ${bytes.length} were to come`;
      throw new ChannelFailure("malformed", party, words);
    }),
  );
}
