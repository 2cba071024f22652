// A question to several owners as one of them sees it: who takes part, whether what was said of all covers its own card, the
// plan and the price. Each owner does this by itself and takes nobody's word. Nothing private has been read so far.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { digestOf, type Fingerprint, parseFingerprint } from "@unseen/crypto";
import { coversCard, jointDatasetFacts, planAnswer, priceOf } from "@unseen/privacy";
import { printProgram } from "@unseen/program";
import type { AskedJointly } from "@unseen/wire";
import type { PartyPorts } from "../peers/index.ts";
import {
  openSource,
  type PlannedProgram,
  type QuestionPorts,
  readOffer,
  rowsOf,
} from "../questions/index.ts";
import { notAllowed } from "../shares/index.ts";

export type JointParties = {
  readonly owners: readonly Fingerprint[];
  readonly provider: Fingerprint | undefined;
  /** One's own place; a provider's is behind the owners. */
  readonly me: number;
};

/** All owners' fingerprints, once each is somebody else, one of them is this node, and its owner allowed all others. */
export function jointParties(
  asked: Pick<AskedJointly, "owners" | "provider" | "kind" | "honestOwners">,
  { identity, allowed }: Pick<PartyPorts, "identity" | "allowed">,
): Result<JointParties, Problem> {
  const { owners, provider, kind } = asked;
  const named = owners.map(({ fingerprint }) => fingerprint).concat(provider ?? []);
  const parties: Fingerprint[] = [];
  for (const text of named) {
    const fingerprint = parseFingerprint(text);
    if (fingerprint === undefined)
      return err(invalid("a party is named by something else than a fingerprint"));
    if (parties.includes(fingerprint))
      return err(
        invalid(
          `party ${parties.length} is party ${parties.indexOf(fingerprint)} too: each must be somebody else`,
        ),
      );
    parties.push(fingerprint);
  }
  if (owners.length < 2) return err(invalid("a joint question goes to two to five owners"));
  if (kind === "sum" && provider !== undefined) return err(invalid("a joint sum needs no crypto provider"));
  if (kind !== "sum" && provider === undefined && owners.length !== 3)
    return err(invalid("a comparison among other than three owners needs a crypto provider"));
  if (asked.honestOwners > owners.length) return err(invalid("no more owners can be honest than there are"));
  if (kind !== "sum" && asked.honestOwners !== 1)
    return err(invalid("in a comparison each owner adds the whole noise, and counts on nobody's"));
  const me = parties.indexOf(identity.fingerprint);
  if (me === -1) return err(invalid("this node is none of the parties"));
  const stranger = parties.findIndex((one, place) => place !== me && allowed.find(one) === undefined);
  if (stranger !== -1) return err(notAllowed(stranger, parties[stranger]!));
  const count = owners.length;
  return ok({ owners: parties.slice(0, count), provider: parties[count], me });
}

/** Whether this owner is ready to count on so many honest owners: it says so in its own settings. */
export function countsOn(
  { honestOwnersAtMost }: { readonly honestOwnersAtMost: number },
  { honestOwners }: Pick<AskedJointly, "honestOwners">,
): Result<undefined, Problem<"honest-owners-too-many">> {
  if (honestOwners <= honestOwnersAtMost) return ok(undefined);
  const ready =
    honestOwnersAtMost === 1
      ? "on no other owner's noise"
      : `on at most ${honestOwnersAtMost} honest owners, itself among them`;
  return err(
    problem("honest-owners-too-many", `this owner counts ${ready}, and the question needs ${honestOwners}`, {
      hint: "ask with fewer honestOwners: each then adds more noise; or the owner starts its node with --honest-owners",
      facts: { honestOwnersAtMost: String(honestOwnersAtMost) },
    }),
  );
}

/** The same plan at every owner: made of the question and the facts alone, once they cover this owner's card. */
export async function planJointly(
  { datasets }: Pick<QuestionPorts, "datasets">,
  asked: AskedJointly,
  me: number,
): Promise<Result<PlannedProgram, Problem>> {
  const offer = readOffer(asked.offer);
  if (!offer.ok) return offer;
  const source = await openSource(datasets, asked.owners[me]!);
  if (!source.ok) return source;
  const rows = rowsOf(source.value);
  if (!rows.ok) return rows;
  const [{ card }] = source.value.sides;
  const [, greatest] = card.people.isPublic ? [0, 0] : card.people.band;
  const covered = coversCard(asked.facts, card, { greatest });
  if (!covered.ok) return covered;
  const plan = planAnswer(asked.program, jointDatasetFacts(asked.facts));
  if (!plan.ok) return plan;
  if (plan.value.cuts.length === 0)
    return err(problem("program-malformed", "the question reads no row, so there is nothing to answer"));
  // A total of each person needs to know which rows are one person's, and a choice needs all sums in the open: each owner has
  // both only of its own rows.
  if (plan.value.cuts.some(({ across, release }) => across.kind !== "rows" || release.by !== "sum")) {
    return err(
      problem(
        "no-rule",
        "what people have in total, and what is chosen and not summed, is asked of each owner alone",
        {
          hint: "ask about rows: sum, mean, count; or ask each owner and add up at home",
        },
      ),
    );
  }
  if (asked.kind !== "sum" && !isOneNumber(asked)) {
    return err(
      problem(
        "shapes-do-not-fit",
        "owners are compared by one number each, and the question has another shape",
        {
          hint: 'joint.greatest(joint.column("bmi").mean(), { epsilon: 0.5 })',
        },
      ),
    );
  }
  const price = priceOf(plan.value, offer.value);
  return ok({
    kind: "program",
    source: source.value,
    rows: rows.value,
    plan: plan.value,
    price,
    offer: offer.value,
  });
}

function isOneNumber({ program }: AskedJointly): boolean {
  return program.outputs.length === 1 && program.shapes[program.outputs[0]!]!.length === 0;
}

/** 32 bytes of everything that the owners must agree on: equal asks, and nothing else, have equal digests. */
export function jointDigest(asked: AskedJointly): Uint8Array {
  const { askId, kind, owners, provider, honestOwners, facts, program, offer } = asked;
  const text = JSON.stringify([
    askId,
    kind,
    owners,
    provider,
    honestOwners,
    facts,
    printProgram(program),
    offer,
  ]);
  return digestOf("unseen question to several owners 2", new TextEncoder().encode(text));
}

function invalid(message: string): Problem<"parties-invalid"> {
  return problem("parties-invalid", message);
}
