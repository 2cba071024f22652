// How a result becomes known to the asker and to nobody else: what this party tells it.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { RingMemory } from "@unseen/compute";
import { maskedSummand, type Peers, type Protocol, Shared } from "@unseen/mpc";
import type { Shape } from "@unseen/program";
import type { AgreedParties } from "./agree-on-parties.ts";
import { summandStreams } from "./open-protocol.ts";

/** What a result is opened under, as this party holds of any number: some of its summands. Only the asker has all. */
export type AskersMask = readonly BigUint64Array[];

/**
 * Where all follow the protocol: this party's summand, masked afresh; the sum of all is the result. No message. Undefined at a
 * provider, who has nothing to tell.
 *
 * Where one may cheat, a summand could be anything and nobody would know. So all that led to the result is checked, it is
 * opened to the parties under a mask that the asker alone knows, and each tells the asker what it saw. Two of the three say
 * the same, whoever cheats. The check, one round, and 8 bytes a number.
 */
export async function tellAsker(
  { parties, protocol: name, me }: AgreedParties,
  { protocol, peers, memory }: { protocol: Protocol; peers: Peers; memory: RingMemory },
  result: Shared,
  mask: AskersMask,
): Promise<BigUint64Array | undefined> {
  if (name === "verified") {
    using under = new Shared(
      memory,
      mask.map((part) => memory.columnOf(part)),
    );
    using masked = protocol.add(result, under);
    return memory.words(await protocol.openToEveryone(masked)).slice();
  }
  const computing = name === "provider" ? parties.length - 1 : parties.length;
  if (me >= computing) return undefined;
  const others = Array.from({ length: computing }, (_, place) => place).filter((place) => place !== me);
  const streams = summandStreams(peers, others, memory);
  return BigUint64Array.from(maskedSummand([...memory.words(result.parts[0]!)], 64, me, streams, memory));
}

/** What the same costs on a protocol that only counts. */
export async function priceOfTelling(
  name: AgreedParties["protocol"],
  protocol: Protocol,
  result: Shared,
): Promise<void> {
  if (name === "verified") protocol.session.memory.free(await protocol.openToEveryone(result));
}

/** Refuses a mask that is not as the protocol opens a result of this shape, before anything runs. */
export function checkMask(
  { protocol }: AgreedParties,
  shape: Shape,
  mask: AskersMask,
): Result<undefined, Problem> {
  const length = shape.reduce<number>((product, size) => product * Number(size), 1);
  const summands = protocol === "verified" ? 2 : 0;
  if (mask.length === summands && mask.every((part) => part.length === length)) return ok(undefined);
  return err(
    problem("message-malformed", "the mask of the result is not as this protocol opens it", {
      hint: "verified: two summands of it at each party, as long as the result; other protocols take none",
    }),
  );
}
