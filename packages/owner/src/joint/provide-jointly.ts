import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { AskedJointly } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { partyFailed } from "../peers/index.ts";
import type { SharesPorts } from "../shares/index.ts";
import { gatheringOf, meetingHash } from "./answer-jointly.ts";
import { placeOfGreatest } from "./compare-owners.ts";
import { jointDigest, jointParties } from "./plan-jointly.ts";

/** The crypto provider's part of a comparison: it makes randomness, holds no share, and learns that the owners compare. */
export async function provideJointly(
  party: SharesPorts,
  caller: Caller,
  asked: AskedJointly,
): Promise<Result<undefined, Problem>> {
  const parties = jointParties(asked, party);
  if (!parties.ok) return parties;
  if (parties.value.provider !== party.identity.fingerprint)
    return err(problem("parties-invalid", "this node is not the crypto provider of the question"));
  const inside = party.room.enter(caller);
  if (!inside.ok) return inside;
  using _inside = inside.value;
  const hash = meetingHash(jointDigest(asked), asked);
  const peers = await party.meet({ ...gatheringOf(parties.value), id: asked.computationId, hash });
  if (!peers.ok) return peers;
  try {
    // The owners ask each other, and everybody they met, whether to begin.
    for (const { channel } of peers.value.values()) channel.send(Uint8Array.of(1));
    const said = await Promise.all([...peers.value.values()].map(({ channel }) => channel.receive(1)));
    if (said.some(([one]) => one !== 1))
      return err(problem("party-failed", "an owner does not begin: its budget does not cover the offer"));
    const place = await placeOfGreatest(parties.value, peers.value, undefined);
    return place.ok ? ok(undefined) : place;
  } catch (failure) {
    return err(partyFailed(failure));
  } finally {
    for (const { channel } of peers.value.values()) channel.close("the question is over");
  }
}
