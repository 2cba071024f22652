// Whether a party takes part in a program over owners' columns. Each party decides by itself, before it meets anybody.
//
// What a program is about (its inputs with where they come from) is in the hash that all parties sign when they meet. An owner's
// node signs only what its owner reviewed, and it is one of the parties wherever its columns are computed on. So for another
// party, having met the owner's node under this hash is the owner's word that this very program may be opened to this asker.

import { type Clock, err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Identity } from "@unseen/crypto";
import { type AskedComputation, reviewedProgram } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { digestOfReviewed, type SharePermits } from "../share-permits/index.ts";
import type { AgreedParties } from "./agree-on-parties.ts";
import type { HeldShare } from "./held-shares.ts";
import type { Provenance } from "./provenance.ts";

export type OpeningPorts = {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly permits: Pick<SharePermits, "permitted" | "letsOpen" | "noteUse">;
};

/** What this party's own owner lets be opened: to be written down before it is. Nothing where no column is this owner's. */
export type Opening = { readonly digest: string; readonly own: readonly Provenance[] };

/**
 * Refuses, wherever a column of an owner is an input: to keep the result, to take anything secret besides such columns (an
 * asker could choose it so that one row shows), what an owner has not reviewed, and shares whose permit has ended.
 */
export function mayOpen(
  { identity, clock, permits }: OpeningPorts,
  caller: Caller,
  asked: AskedComputation,
  { parties, inputs }: { readonly parties: AgreedParties; readonly inputs: ReadonlyMap<string, HeldShare> },
): Result<Opening, Problem> {
  const from = [...inputs.values()].map(({ provenance }) => provenance);
  const sources = from.filter((one) => one !== undefined);
  if (sources.length === 0) return ok({ digest: "", own: [] });
  if (asked.keepAs !== undefined)
    return err(
      refused("what is computed from owners' columns is opened as one reviewed program, and not kept"),
    );
  if (sources.length < from.length)
    return err(
      refused("a program over owners' columns takes no other shared numbers: they could single out a row"),
    );
  if (sources.some(({ owner }) => !parties.parties.includes(owner)))
    return err(refused("an owner of a column is none of the parties"));
  if (sources.some(({ untilMs }) => clock.nowMs() >= untilMs)) return err(refused("a permit has ended"));
  const reviewed = reviewedProgram(asked.program, (input) => inputs.get(input)?.provenance);
  if (reviewed === undefined) return err(refused("the program cannot be reviewed"));
  const digest = digestOfReviewed(reviewed);
  const own = sources.filter(({ owner }) => owner === identity.fingerprint);
  if (own.some(({ permitId }) => !permits.letsOpen(permitId, caller, digest, parties)))
    return err(refused("the owner of a column has not reviewed this program for you"));
  return ok({ digest, own });
}

function refused(why: string): Problem<"opening-not-permitted"> {
  return problem("opening-not-permitted", why, {
    hint: "send the owners what review() gives, or ask for a noised answer: dataset.column(NAME).mean().get({ epsilon: 0.5 })",
  });
}
