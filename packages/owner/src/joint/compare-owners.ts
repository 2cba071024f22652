// Whose answer is greatest, without any of them being opened: each owner's noised answer goes in as shares, the place of the
// greatest is found on shares, and the place alone is opened.

import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { RingMemory } from "@unseen/compute";
import {
  evaluateOnShares,
  type PartyIndex,
  type Peers,
  type Protocol,
  type SharesValue,
  usualFractionBits,
} from "@unseen/mpc";
import { afterRelease, type Finished, type Released } from "@unseen/privacy";
import { makeProgram, type Program, type ProgramNode } from "@unseen/program";
import type { JointKind } from "@unseen/wire";
import { type AgreedParties, openProtocol } from "../shares/index.ts";
import type { PaidJointly, Traffic } from "./joint-ports.ts";
import type { JointParties } from "./plan-jointly.ts";

/** Answers are held to this size, in their own unit, so that they fit into shares beside 16 digits after the point. */
const answerAtMost = 2 ** 40;
const comparingMebibytes = 64;

/**
 * The owners learn the place; so does the asker. As the answers are noised and paid for, an owner that cheats here can make
 * the place wrong and can learn what was paid for anyway.
 */
export async function compareOwners(
  { asked, parties, peers, traffic }: PaidJointly,
  own: Result<Released<Result<Finished, Problem>>, Problem>,
): Promise<Result<Released<Result<Finished, Problem>>, Problem>> {
  if (!own.ok) return own;
  const place = await placeOfGreatest(parties, peers, answerOf(own.value, asked.kind), traffic);
  return place.ok
    ? ok(
        afterRelease(own.value, () =>
          ok({ values: [numberTensor(place.value)], plusMinus: [numberTensor(0)], choices: [] }),
        ),
      )
    : place;
}

/** What this owner puts in. The least is the greatest of what is negated; an answer without a finite value is neither. */
function answerOf({ value }: Released<Result<Finished, Problem>>, kind: JointKind): number {
  if (!value.ok) return -answerAtMost;
  const answer = value.value.values[0]!.data[0]!;
  return Math.min(Math.max(kind === "least" ? -answer : answer, -answerAtMost), answerAtMost);
}

/** Run alike by all owners, and by a provider, who puts nothing in. */
export async function placeOfGreatest(
  { owners, provider, me }: JointParties,
  peers: Peers,
  mine: number | undefined,
  traffic: Traffic = { rounds: 0, sentBytes: 0 },
): Promise<Result<number, Problem>> {
  const memory = await RingMemory.open(comparingMebibytes);
  const agreed: AgreedParties = {
    protocol: provider === undefined ? "replicated" : "provider",
    parties: provider === undefined ? owners : [...owners, provider],
    me,
  };
  const protocol = openProtocol(agreed, peers, memory);
  const inputs = new Map<string, SharesValue>();
  for (const place of owners.keys()) inputs.set(nameAt(place), await shareFrom(protocol, place, mine));
  const outcome = await evaluateOnShares(protocol, comparison(owners.length), inputs);
  if (!outcome.ok) return err(outcome.problem);
  const [result] = outcome.value;
  invariant(result?.kind === "secret" && result.fractionBits === 0, "a place is a whole secret number");
  const opened = await protocol.openToEveryone(result.shared);
  const { rounds, sentBytes } = protocol.session.traffic;
  traffic.rounds += rounds;
  traffic.sentBytes += sentBytes;
  return ok(Number(BigInt.asIntN(64, memory.words(opened)[0]!)));
}

async function shareFrom(
  protocol: Protocol,
  from: PartyIndex,
  mine: number | undefined,
): Promise<SharesValue> {
  const { memory, me } = protocol.session;
  const word = BigInt.asUintN(64, BigInt(Math.round((mine ?? 0) * 2 ** usualFractionBits)));
  const column = me === from ? memory.columnOf(BigUint64Array.of(word)) : undefined;
  const shared = await protocol.share(from, 1, column);
  return {
    kind: "secret",
    shape: [1],
    shared,
    fractionBits: usualFractionBits,
    least: -answerAtMost,
    greatest: answerAtMost,
  };
}

function comparison(owners: number): Program {
  const places = Array.from({ length: owners }, (_, place) => place);
  const nodes: ProgramNode[] = places.map((place) => ({ kind: "input", name: nameAt(place), shape: [1] }));
  nodes.push({ kind: "operation", operation: "Concat", inputs: places, attributes: { axis: 0 } });
  nodes.push({ kind: "operation", operation: "ArgMax", inputs: [owners], attributes: { axis: 0 } });
  const program = makeProgram({ nodes, outputs: [owners + 1] });
  invariant(program.ok, "the comparison is a program");
  return program.value;
}

function nameAt(place: PartyIndex): string {
  return `owner ${place}`;
}

function numberTensor(value: number) {
  return { shape: [], data: Float64Array.of(value) };
}
