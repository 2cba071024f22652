// The walk of a question to several owners, as each owner goes it. What another owner or the asker says can make the answer
// wrong, and can make nobody's rows say more than was charged for: own card, own price, own ledger, and own whole noise or, where
// this owner's settings count on other owners' noise, a check that theirs is for the same question and drawn once.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { RingMemory } from "@unseen/compute";
import { digestOf } from "@unseen/crypto";
import type { PairStreams } from "@unseen/mpc";
import {
  afterRelease,
  type Finished,
  finish,
  measurementFor,
  type Released,
  type ReleasedCut,
  readTotal,
  releasedTogether,
  sumsOfStage,
} from "@unseen/privacy";
import type { PlainTensor } from "@unseen/program";
import type { AskedJointly } from "@unseen/wire";
import { partyFailed } from "../peers/index.ts";
import {
  type Answered,
  answered,
  type Caller,
  chargedDatasets,
  chargedEvent,
  encodeOutcome,
  permit,
  personMs,
} from "../questions/index.ts";
import { summandStreams } from "../shares/index.ts";
import { agreeToBegin } from "./agree-to-begin.ts";
import { compareOwners } from "./compare-owners.ts";
import { jointGuarantee } from "./joint-guarantee.ts";
import type { JointPorts, PaidJointly } from "./joint-ports.ts";
import { countsOn, type JointParties, jointDigest, jointParties, planJointly } from "./plan-jointly.ts";
import { agreeOnNoise, agreeOnTotals } from "./shared-noise-guard.ts";
import { totalOfOwners } from "./sum-of-owners.ts";

/** Masks of one sum are drawn at once; pages are lent when they are written. */
const maskMebibytes = 64;

/**
 * Answers under one id once, however often it is asked. All owners are met before anybody is charged; each charges before it
 * reads, and never gives back. What an owner noised is kept before it is sent, so a question that broke off goes on with the
 * same noise. The other owners learn that this one takes part, and the total; so does the asker.
 */
export async function answerJointly(
  ports: JointPorts,
  caller: Caller,
  asked: AskedJointly,
): Promise<Result<Answered, Problem>> {
  const { questions, party } = ports;
  const digest = jointDigest(asked);
  const questionHash = Buffer.from(digest).toString("hex");
  const key = { asker: caller.id, askId: asked.askId };
  const parties = jointParties(asked, party);
  if (!parties.ok) return parties;
  const own = asked.owners[parties.value.me];
  if (own === undefined) return err(providersOnly());
  const counted = countsOn(ports, asked);
  if (!counted.ok) return counted;
  const earlier = await questions.ledger.recorded(key, questionHash);
  if (!earlier.ok) return earlier;
  if (earlier.value !== undefined) return answered(questions, caller, own, earlier.value);

  const question = await planJointly(questions, asked, parties.value.me);
  if (!question.ok) return question;
  const permitted = permit(caller);
  if (!permitted.ok) return permitted;
  const inside = party.room.enter(caller);
  if (!inside.ok) return inside;
  using _inside = inside.value;
  const peers = await party.meet({
    ...gatheringOf(parties.value),
    id: asked.computationId,
    hash: meetingHash(digest, asked),
  });
  if (!peers.ok) return peers;
  try {
    const { price } = question.value;
    const charge = {
      ...key,
      datasets: chargedDatasets(question.value.source),
      questionHash,
      epsilon: price.epsilon,
      delta: price.delta,
      event: chargedEvent(question.value),
    };
    const { ledger } = questions;
    const affords = asked.again || (await ledger.isCharged(key)) || (await ledger.affords(charge));
    const begun = await agreeToBegin(peers.value, affords);
    if (!begun.ok) return begun;
    const receipt = await ledger.charge(charge);
    if (!receipt.ok) return receipt;
    const traffic = { rounds: 1, sentBytes: peers.value.size };
    const told = { asked, parties: parties.value, question: question.value, receipt: receipt.value };
    const recorded = await computeAndRecord({ ...ports, ...told, peers: peers.value, traffic });
    return recorded.ok ? await answered(questions, caller, own, recorded.value) : recorded;
  } catch (failure) {
    return err(partyFailed(failure));
  } finally {
    for (const { channel } of peers.value.values()) channel.close("the question is over");
  }
}

/** Only the bytes that the ledger gives back may leave. */
async function computeAndRecord(paid: PaidJointly): Promise<Result<Uint8Array, Problem>> {
  const { asked, question, receipt, questions } = paid;
  const finished =
    asked.kind === "sum" ? await releaseTotal(paid) : await compareOwners(paid, await releaseOwn(paid));
  if (!finished.ok) return finished;
  const said = {
    receipt,
    nodeId: questions.nodeId,
    guarantee: jointGuarantee(question, asked, paid.traffic),
  };
  return questions.ledger.record(receipt, encodeOutcome(finished.value, said));
}

type Outcome = Result<Released<Result<Finished, Problem>>, Problem>;

/** The answer over all rows: each stage's total is opened, and nothing before it. */
async function releaseTotal(paid: PaidJointly): Promise<Outcome> {
  const { asked, peers, parties, book, receipt, traffic } = paid;
  const isShared = asked.honestOwners > 1;
  if (isShared) {
    const agreed = await agreeOnNoise(paid);
    if (!agreed.ok) return agreed;
  }
  const totals: (readonly bigint[])[] = [];
  const memory = await RingMemory.open(maskMebibytes);
  const streams: PairStreams = summandStreams(peers, [...peers.keys()], memory);
  return release(paid, {
    owners: parties.owners.length,
    begin: async (stage) => (isShared && stage > 0 ? agreeOnTotals(totals, peers, traffic) : ok(undefined)),
    open: async (mine, part) => {
      const total = await totalOfOwners(mine, { me: parties.me, peers, streams, memory, traffic });
      // A later stage asks about this total, so it must be the one that was there when its noise was drawn.
      const kept = await book.keep(receipt, `total ${part}`, async () => ok(total));
      if (!kept.ok) return kept;
      if (!isSame(kept.value.value, total.value)) return err(changed());
      totals.push(total.value);
      return kept;
    },
  });
}

/** This owner's own answer, noised by itself. It is told to nobody. */
function releaseOwn(paid: PaidJointly): Promise<Outcome> {
  return release(paid, { owners: 1, begin: async () => ok(undefined), open: async (mine) => ok(mine) });
}

/** How owners go through the stages together. */
type Together = {
  readonly owners: number;
  /** Before a stage is noised. */
  begin(stage: number): Promise<Result<undefined, Problem>>;
  open(
    mine: Released<readonly bigint[]>,
    part: string,
  ): Promise<Result<Released<readonly bigint[]>, Problem>>;
};

/** Stage by stage: sums exactly, noises, keeps, opens, and goes on with what was opened. */
async function release(
  { asked: { honestOwners }, questions, question: { plan, price, rows }, receipt, book }: PaidJointly,
  { owners, begin, open }: Together,
): Promise<Outcome> {
  const { engine, entropy, clock, slots } = questions;
  const sums: Released<ReleasedCut>[] = [];
  const values = new Map<number, PlainTensor>();
  for (let stage = 0; stage < plan.stages; stage++) {
    const begun = await begin(stage);
    if (!begun.ok) return begun;
    const asked = sumsOfStage(plan, stage, values);
    if (!asked.ok) return ok(afterRelease(releasedTogether<ReleasedCut[]>(sums), () => asked));
    for (const [at, question] of asked.value.entries()) {
      const part = `${stage}.${at}`;
      const measurement = measurementFor(price, question, honestOwners);
      const sinceMs = clock.nowMs();
      const mine = await book.keep(receipt, `noised ${part}`, async () => {
        const exact = await engine.sums(rows, question.contribution, receipt);
        const noised = exact.ok ? ok(measurement.release(exact.value, entropy)) : exact;
        // When the other owners hear of it says as little of the rows as when an asker does; and before that it is not kept, or
        // who asks again would see that it is there.
        await slots.next(sinceMs, personMs(plan));
        return noised;
      });
      if (!mine.ok) return mine;
      const opened = await open(mine.value, part);
      if (!opened.ok) return opened;
      const sum = readTotal(question, measurement, opened.value, owners);
      sums.push(sum);
      values.set(question.cut.node, sum.value.value);
    }
  }
  return ok(finish(plan, sums, entropy));
}

/** What the parties of a meeting agree on: the question, and whether they ask each other about their budgets. */
export function meetingHash(digest: Uint8Array, { again }: AskedJointly): Uint8Array {
  return digestOf("unseen meeting of owners 1", digest, Uint8Array.of(again ? 1 : 0));
}

export function gatheringOf({ owners, provider, me }: JointParties) {
  return { parties: provider === undefined ? owners : [...owners, provider], me };
}

function isSame(one: readonly bigint[], other: readonly bigint[]): boolean {
  return one.length === other.length && one.every((sum, at) => sum === other[at]);
}

function changed(): Problem<"outcomes-differ"> {
  return problem("outcomes-differ", "an owner told another sum than when this question was asked before", {
    hint: "this ask id has no answer any more; what was charged stays charged",
  });
}

function providersOnly(): Problem<"parties-invalid"> {
  return problem(
    "parties-invalid",
    "this node is the crypto provider of the question, and holds no data for it",
  );
}
