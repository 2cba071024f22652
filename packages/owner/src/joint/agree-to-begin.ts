import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Peers } from "@unseen/mpc";

/**
 * Before anybody is charged, each says whether its budget allows it, so that one that is used up costs the others nothing.
 * One round of one byte. The asker may ask each owner the same; nothing is promised by it.
 */
export async function agreeToBegin(peers: Peers, affords: boolean): Promise<Result<undefined, Problem>> {
  for (const { channel } of peers.values()) channel.send(Uint8Array.of(affords ? 1 : 0));
  const told = await Promise.all(
    [...peers].map(async ([party, { channel }]) => ({ party, said: await channel.receive(1) })),
  );
  if (!affords) {
    return err(
      problem(
        "budget-exhausted",
        "what is left of the dataset's budget at this owner does not cover the offer",
        {
          hint: "nothing was charged at any owner; price() says what is left at each",
        },
      ),
    );
  }
  const unready = told.find(({ said }) => said[0] !== 1);
  if (unready === undefined) return ok(undefined);
  return err(
    problem("party-failed", `party ${unready.party} does not begin: its budget does not cover the offer`, {
      hint: "nothing was charged",
      facts: { party: String(unready.party) },
    }),
  );
}
