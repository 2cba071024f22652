// Where the guarantee counts on other owners' noise, theirs must be noise for the same question, and the same noise each time.
//
// Two ways to break that would not touch any owner's own noise:
//
// - An ask that broke off is played again, and one owner noises anew, because it was asked by another account, or has lost its
//   book. Two totals with one owner's old noise and another's old and new tell more than was charged for. So each owner draws a
//   name for its noise once a charge, tells all others, and keeps theirs beside its own: an ask goes on with the same names or
//   not at all.
// - An owner tells two others two different totals. Of a later stage each would then ask something else, with noise for a
//   sensitivity of its own. So before anything of a later stage is noised, all tell each other a digest of the totals so far.
//
// Each honest owner compares what each other honest one says, over a channel that nobody else speaks on. What others say does
// not matter: they can end the question, and nothing else.

import { type Entropy, err, ok, type Problem, problem, type Result } from "@unseen/base";
import { digestOf } from "@unseen/crypto";
import type { PartyIndex, Peers } from "@unseen/mpc";
import { afterRelease, type Released, releasedTogether } from "@unseen/privacy";
import type { Receipt } from "../ledger/index.ts";
import type { PaidJointly, Traffic } from "./joint-ports.ts";
import type { NoisedBook } from "./noised-book.ts";
import { tellAll } from "./sum-of-owners.ts";
import { bytesOfSums, sumsOfBytes } from "./sums-as-bytes.ts";

const nameBytes = 32;

/** Before this owner noises anything: one round of 32 bytes. Refuses to go on with other noise than its own was drawn beside. */
export async function agreeOnNoise({
  book,
  receipt,
  peers,
  traffic,
  questions: { entropy },
}: Pick<PaidJointly, "book" | "receipt" | "peers" | "traffic" | "questions">): Promise<
  Result<undefined, Problem>
> {
  const own = await book.keep(receipt, "name of the noise", async () => ok(freshName(entropy)));
  if (!own.ok) return own;
  const told = await tellEach(peers, bytesOfSums(own.value.value), traffic);
  for (const [party, name] of told) {
    const kept = await keptName({ book, receipt }, party, name);
    if (!kept.ok) return kept;
    if (!isSame(bytesOfSums(kept.value.value), name)) return err(otherNoise(party));
  }
  return ok(undefined);
}

/** Before a later stage is noised: one round of 32 bytes. */
export async function agreeOnTotals(
  totals: readonly (readonly bigint[])[],
  peers: Peers,
  traffic: Traffic,
): Promise<Result<undefined, Problem>> {
  const mine = digestOf("unseen totals of a joint question 1", ...totals.map(withLength));
  for (const [party, theirs] of await tellEach(peers, mine, traffic))
    if (!isSame(mine, theirs)) return err(otherTotals(party));
  return ok(undefined);
}

async function tellEach(
  peers: Peers,
  bytes: Uint8Array,
  traffic: Traffic,
): Promise<readonly (readonly [PartyIndex, Uint8Array])[]> {
  traffic.rounds += 1;
  traffic.sentBytes += bytes.length * peers.size;
  const told = await tellAll(peers, bytes);
  return [...peers.keys()].map((party, at) => [party, told[at]!] as const);
}

function keptName(
  { book, receipt }: { readonly book: NoisedBook; readonly receipt: Receipt },
  party: PartyIndex,
  name: Uint8Array,
): ReturnType<NoisedBook["keep"]> {
  return book.keep(receipt, `name of the noise of ${party}`, async () => ok(asReleased(name)));
}

function freshName(entropy: Entropy): Released<readonly bigint[]> {
  return asReleased(entropy.fill(new Uint8Array(nameBytes)));
}

/** Random bytes, and what others told: nothing of any row is in them. */
function asReleased(bytes: Uint8Array): Released<readonly bigint[]> {
  return afterRelease(releasedTogether<[]>([]), () => sumsOfBytes(bytes));
}

function withLength(total: readonly bigint[]): Uint8Array {
  return bytesOfSums([BigInt(total.length), ...total]);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function otherNoise(party: PartyIndex): Problem<"outcomes-differ"> {
  return problem(
    "outcomes-differ",
    `party ${party} goes on with other noise than when this question was asked before`,
    {
      hint: "this ask id has no answer any more; what was charged stays charged",
      facts: { party: String(party) },
    },
  );
}

function otherTotals(party: PartyIndex): Problem<"outcomes-differ"> {
  return problem("outcomes-differ", `party ${party} has another total of an earlier stage than this owner`, {
    hint: "an owner told two others different sums; what was charged stays charged",
    facts: { party: String(party) },
  });
}
