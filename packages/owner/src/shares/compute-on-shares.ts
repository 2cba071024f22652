// A program on shares that one asker put at several nodes, as one of the nodes runs it.

import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Column, RingMemory, RingMemoryFull, workOf } from "@unseen/compute";
import { digestOf } from "@unseen/crypto";
import { Cheated, evaluateOnShares, type Peers, Shared, type SharesValue } from "@unseen/mpc";
import { printProgram, sizeOf } from "@unseen/program";
import type { AskedComputation, SentRun, SharedFacts } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { LedgerFailed } from "../ledger/index.ts";
import { type PartyPorts, partyFailed } from "../peers/index.ts";
import { type AgreedParties, agreeOnParties } from "./agree-on-parties.ts";
import type { ComputingRoom } from "./computing-room.ts";
import type { HeldShare, HeldShares } from "./held-shares.ts";
import { mayOpen, type OpeningPorts } from "./may-open.ts";
import { openProtocol } from "./open-protocol.ts";
import { checkMask, tellAsker } from "./tell-asker.ts";

export type SharesPorts = PartyPorts &
  OpeningPorts & { readonly shares: HeldShares; readonly room: ComputingRoom };

/**
 * Steps of one program. A step costs a party about a hundred times what it costs in the open, and others wait. Parties that
 * check each other keep what they have not checked yet: five thousand sigmoids, the heaviest of them, fit into the memory (seen
 * in November 2026; twenty thousand do not).
 */
const workAtMost = { replicated: 4e6, verified: 1e5, provider: 4e6 } as const;
/** What one computation may hold at once. Pages are lent when they are written. */
export const mebibytesAtMost = 512;

/** What a node knows of a computation before it meets anybody. */
export type Prepared = {
  readonly parties: AgreedParties;
  readonly inputs: ReadonlyMap<string, HeldShare>;
  /** 32 bytes: equal at all parties exactly if they were told the same program over the same shared tensors. */
  readonly hash: Uint8Array;
};

/**
 * Only what the caller put here can be named, or had an owner share under a permit, and then `mayOpen` decides. The result goes
 * to the caller and nowhere else. The other parties learn
 * that it ran; the asker learns this party's summand of the result, masked afresh, and gets the numbers from the sum of all.
 */
export async function computeOnShares(
  ports: SharesPorts,
  caller: Caller,
  asked: AskedComputation,
): Promise<Result<SentRun, Problem>> {
  const prepared = prepare(ports, caller, asked);
  if (!prepared.ok) return prepared;
  const isTold = asked.keepAs === undefined;
  const { program } = asked;
  if (isTold) {
    const mask = checkMask(prepared.value.parties, program.shapes[program.outputs[0]!]!, asked.mask);
    if (!mask.ok) return mask;
  }
  const opening = mayOpen(ports, caller, asked, prepared.value);
  if (!opening.ok) return opening;
  const place = ports.room.enter(caller);
  if (!place.ok) return place;
  using _inside = place.value;
  const { parties, inputs, hash } = prepared.value;
  const peers = await ports.meet({ id: asked.id, hash, parties: parties.parties, me: parties.me });
  if (!peers.ok) return peers;
  try {
    for (const own of opening.value.own)
      await ports.permits.noteUse(
        { id: own.permitId, dataset: own.dataset },
        caller,
        "opened",
        opening.value.digest,
      );
    const ran = await run(parties, peers.value, asked, inputs);
    if (!ran.ok) return ran;
    const { parts, ...said } = ran.value;
    if (asked.keepAs === undefined) return ok(said);
    const kept = ports.shares.put(caller, asked.keepAs, {
      parties,
      facts: said.facts,
      parts,
      provenance: undefined,
    });
    return kept.ok ? ok(said) : kept;
  } catch (failure) {
    if (failure instanceof RingMemoryFull) return err(tooLarge());
    if (failure instanceof Cheated) return err(cheated(failure));
    if (failure instanceof LedgerFailed) return err(failure.problem);
    return err(partyFailed(failure));
  } finally {
    for (const { channel } of peers.value.values()) channel.close("the computation is over");
  }
}

export function prepare(
  ports: SharesPorts,
  caller: Caller,
  asked: AskedComputation,
): Result<Prepared, Problem> {
  const parties = agreeOnParties(asked.parties, ports);
  if (!parties.ok) return parties;
  const { program } = asked;
  if (workOf(program) > workAtMost[parties.value.protocol]) return err(tooLarge());
  const inputs = new Map<string, HeldShare>();
  for (const node of program.nodes) {
    if (node.kind !== "input") continue;
    const share = ports.shares.get(caller, node.name);
    if (!share.ok) return share;
    if (!isSameGroup(share.value.parties, parties.value)) {
      return err(
        problem("parties-invalid", "a tensor of the program is shared among other parties than those named"),
      );
    }
    inputs.set(node.name, share.value);
  }
  const facts = [...inputs].map(([name, share]) => [name, share.facts, share.provenance ?? null]);
  const text = JSON.stringify([parties.value.protocol, printProgram(program), facts, asked.keepAs ?? null]);
  const hash = digestOf("unseen computation on shares 2", new TextEncoder().encode(text));
  return ok({ parties: parties.value, inputs, hash });
}

type Ran = SentRun & { readonly parts: readonly BigUint64Array[] };

async function run(
  parties: AgreedParties,
  peers: Peers,
  { program, keepAs, mask }: AskedComputation,
  inputs: ReadonlyMap<string, HeldShare>,
): Promise<Result<Ran, Problem>> {
  const memory = await RingMemory.open(mebibytesAtMost);
  const protocol = openProtocol(parties, peers, memory);
  const values = new Map([...inputs].map(([name, share]) => [name, sharedValue(share, memory)]));
  const outcome = await evaluateOnShares(protocol, program, values);
  if (!outcome.ok) return outcome;
  const [result] = outcome.value;
  invariant(result !== undefined, "a program on shares has one output");
  if (result.kind === "public") return err(nothingSecret());
  const { shape, fractionBits, least, greatest, shared } = result;
  const facts: SharedFacts = { shape, fractionBits, least, greatest };
  // What is kept outlives the check that would find it wrong.
  await protocol.settle();
  const summand =
    keepAs === undefined ? await tellAsker(parties, { protocol, peers, memory }, shared, mask) : undefined;
  const parts = shared.parts.map((part) => memory.words(part).slice());
  const { rounds, sentBytes } = protocol.session.traffic;
  return ok({ facts, summand, parts, rounds, sentBytes });
}

function sharedValue({ parts, facts }: HeldShare, memory: RingMemory): SharesValue {
  const columns: Column[] = parts.map((part) => memory.columnOf(part));
  return { kind: "secret", ...facts, shared: new Shared(memory, columns, sizeOf(facts.shape)) };
}

function isSameGroup(one: AgreedParties, other: AgreedParties): boolean {
  return (
    one.protocol === other.protocol &&
    one.parties.length === other.parties.length &&
    one.parties.every((party, place) => party === other.parties[place])
  );
}

function nothingSecret(): Problem<"not-on-shares"> {
  return problem("not-on-shares", "the result depends on no shared number, so there is nothing to open", {
    hint: "compute it with local tensors",
  });
}

/** Who it was, as far as this party can know. What it says is for the asker to weigh: a party that cheats may say so too. */
function cheated({ step, suspects }: Cheated): Problem<"party-cheated"> {
  const who = suspects.map((place) => `party ${place}`).join(" or ");
  return problem("party-cheated", `${who} did not follow the protocol: ${step}`, {
    hint: "nothing was opened. Do not compute with these nodes before their owners have found out which one it was",
    facts: { suspects: suspects.join(",") },
  });
}

export function tooLarge(): Problem<"program-too-large"> {
  return problem("program-too-large", "the program is more work than this node does on shares at once", {
    hint: "run it in parts, keep() what is between, or share smaller tensors",
  });
}
