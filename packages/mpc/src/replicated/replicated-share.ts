import { invariant } from "@unseen/base";
import type { Column } from "@unseen/compute";
import { Shared } from "../protocol/shared.ts";
import type { PartyIndex } from "../session/channel.ts";
import type { ReplicatedParty } from "./replicated-party.ts";

/**
 * The dealer p draws summand p with the party before, sends the rest as summand p + 1 to the next, and p + 2 is zero.
 * Whatever the dealer sends are shares of some number. One round.
 */
export async function shareSummands(
  { session, memory, masks }: ReplicatedParty,
  from: PartyIndex,
  length: number,
  values: Column | undefined,
): Promise<Shared> {
  const role = session.after(-from);
  if (role === 0) {
    invariant(values?.length === length, "the party that shares brings the numbers");
    const drawn = masks.drawn(0, length);
    const rest = memory.column(length);
    memory.kernels.sub(values.at, drawn.at, rest.at, length);
    await session.exchange([{ to: session.after(1), from: rest }], []);
    return new Shared(memory, [drawn, rest]);
  }
  if (role === 1) {
    const rest = memory.column(length);
    await session.exchange([], [{ from, into: rest }]);
    return new Shared(memory, [rest, memory.zeros(length)]);
  }
  const drawn = masks.drawn(1, length);
  await session.exchange([], []);
  return new Shared(memory, [memory.zeros(length), drawn]);
}
