// Teachers at several owners, as each owner goes it. Each has teachers of its own people, noises their votes by itself and keeps them
// before anybody else sees anything; all are added up behind masks, and the winners of the total are the answers.
//
// It takes two calls, because owners' teachers take minutes and not equally many: one to meet, charge, teach and keep, and one to
// open, when all are ready. Either may be repeated: what is kept stands.

import { err, ok, type Problem, type Result, Secret } from "@unseen/base";
import { RingMemory } from "@unseen/compute";
import { digestOf } from "@unseen/crypto";
import type { Peers } from "@unseen/mpc";
import { afterRelease, type Released, releasedTogether, winnersOfTotal } from "@unseen/privacy";
import type { AskedTeachers, SentAnswers, SentTrainingPrice } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { notComputed } from "../engine/index.ts";
import type { Receipt } from "../ledger/index.ts";
import { partyFailed } from "../peers/index.ts";
import { permit, type RemainingText, remainingTexts } from "../questions/index.ts";
import { summandStreams } from "../shares/index.ts";
import {
  decodeTrainingOutcome,
  encodeTrainingOutcome,
  isStoppedByAsker,
  personMsOf,
  priceInWords,
  slotOrStop,
  type ToldSteps,
  type TrainingPorts,
  tellInSlots,
  trainingStopped,
} from "../trainings/index.ts";
import { agreeToBegin } from "./agree-to-begin.ts";
import { gatheringOf } from "./answer-jointly.ts";
import type { JointPorts } from "./joint-ports.ts";
import { type PricedTeachers, planJointTeaching, teachersDigest } from "./plan-joint-teaching.ts";
import { countsOn, type JointParties, jointParties } from "./plan-jointly.ts";
import { agreeOnNoise } from "./shared-noise-guard.ts";
import { totalOfOwners } from "./sum-of-owners.ts";

export type JointTeachingPorts = JointPorts & { readonly trainings: TrainingPorts };

/** `taught` is undefined where votes are kept and nothing was opened yet. */
export type TaughtJointly = RemainingText & { readonly taught: SentAnswers | undefined };

/** Masks of one sum are drawn at once; pages are lent when they are written. */
const maskMebibytes = 64;

/** What this owner's part would cost. No other owner is called. */
export async function priceTeachJointly(
  ports: JointTeachingPorts,
  caller: Caller,
  asked: AskedTeachers,
): Promise<Result<SentTrainingPrice, Problem>> {
  const parties = partiesOf(ports, asked);
  if (!parties.ok) return parties;
  const planned = await plannedFor(ports, caller, asked, parties.value);
  if (!planned.ok) return planned;
  const { priced, dataset } = planned.value;
  return ok(await priceInWords(ports.questions.ledger, caller, dataset, priced));
}

/**
 * All owners are met before anybody is charged; each charges before it reads, and never gives back. One charge never pays for two
 * noises. The other owners and the asker learn the noised counts of all together, and when this owner was ready, in a slot of time.
 */
export async function teachJointly(
  ports: JointTeachingPorts,
  caller: Caller,
  asked: AskedTeachers,
  tell: (told: ToldSteps) => void,
): Promise<Result<TaughtJointly, Problem>> {
  const { ledger } = ports.questions;
  const parties = partiesOf(ports, asked);
  if (!parties.ok) return parties;
  const { dataset } = asked.owners[parties.value.me]!;
  const questionHash = Buffer.from(teachersDigest(asked)).toString("hex");
  const earlier = await ledger.recorded({ asker: caller.id, askId: asked.askId }, questionHash);
  if (!earlier.ok) return earlier;
  const answered = async (bytes: Uint8Array): Promise<Result<TaughtJointly, Problem>> => {
    const outcome = decodeTrainingOutcome(bytes);
    if (!outcome.ok) return outcome;
    const taught = "answers" in outcome.value ? outcome.value : undefined;
    return ok({ ...(await remainingTexts(ledger, { dataset }, caller.id)), taught });
  };
  if (earlier.value !== undefined) return answered(earlier.value);
  const planned = await plannedFor(ports, caller, asked, parties.value);
  if (!planned.ok) return planned;
  const own = { ...planned.value, caller, asked, tell };
  if (!asked.opens) {
    const receipt = await among(ports, own, (peers) => paid(ports, own, peers));
    if (!receipt.ok) return receipt;
    const kept = await keptVotes(ports, own, receipt.value);
    if (!kept.ok) return kept;
    return ok({ ...(await remainingTexts(ledger, { dataset }, caller.id)), taught: undefined });
  }
  const recorded = await among(ports, own, async (peers) => {
    const receipt = await paid(ports, own, peers);
    if (!receipt.ok) return receipt;
    const mine = await keptVotes(ports, own, receipt.value);
    return mine.ok ? opened(ports, own, receipt.value, mine.value, peers) : mine;
  });
  return recorded.ok ? answered(recorded.value) : recorded;
}

type Planned = {
  readonly parties: JointParties;
  readonly dataset: string;
  readonly priced: PricedTeachers;
};

type Own = Planned & {
  readonly caller: Caller;
  readonly asked: AskedTeachers;
  readonly tell: (told: ToldSteps) => void;
};

function partiesOf(
  { party, honestOwnersAtMost }: JointTeachingPorts,
  asked: AskedTeachers,
): Result<JointParties, Problem> {
  const { owners, honestOwners } = asked;
  const parties = jointParties({ owners, honestOwners, provider: undefined, kind: "sum" }, party);
  if (!parties.ok) return parties;
  const counted = countsOn({ honestOwnersAtMost }, asked);
  return counted.ok ? parties : counted;
}

/** Whatever does not fit is refused before anybody is met or charged. */
async function plannedFor(
  { trainings }: JointTeachingPorts,
  caller: Caller,
  asked: AskedTeachers,
  parties: JointParties,
): Promise<Result<Planned, Problem>> {
  const permitted = permit(caller);
  if (!permitted.ok) return permitted;
  const { me } = parties;
  const priced = await planJointTeaching(trainings, caller.id, asked, me);
  if (!priced.ok) return priced;
  return ok({ parties, dataset: asked.owners[me]!.dataset, priced: priced.value });
}

/** Meets the others, under what all of them have to have been told, and leaves them. */
async function among<T>(
  { party }: JointTeachingPorts,
  { caller, asked, parties }: Own,
  together: (peers: Peers) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const inside = party.room.enter(caller);
  if (!inside.ok) return inside;
  using _inside = inside.value;
  const hash = meetingHash(asked);
  const peers = await party.meet({ ...gatheringOf(parties), id: asked.computationId, hash });
  if (!peers.ok) return peers;
  try {
    return await together(peers.value);
  } catch (failure) {
    return err(partyFailed(failure));
  } finally {
    for (const { channel } of peers.value.values()) channel.close("the teaching is over");
  }
}

/** What the parties of a meeting agree on: the teaching, and what they are about to do. */
function meetingHash(asked: AskedTeachers): Uint8Array {
  const flags = Uint8Array.of(asked.again ? 1 : 0, asked.opens ? 1 : 0);
  return digestOf("unseen meeting of owners of teachers 1", teachersDigest(asked), flags);
}

async function paid(
  { questions, book }: JointTeachingPorts,
  { caller, asked, dataset, priced }: Own,
  peers: Peers,
): Promise<Result<Receipt, Problem>> {
  const { ledger } = questions;
  const { epsilon, delta, event, questionHash } = priced;
  const datasets = [dataset] as const;
  const charge = { asker: caller.id, askId: asked.askId, datasets, questionHash, epsilon, delta, event };
  const affords = asked.again || (await ledger.isCharged(charge)) || (await ledger.affords(charge));
  const begun = await agreeToBegin(peers, affords);
  if (!begun.ok) return begun;
  const receipt = await ledger.charge(charge);
  if (!receipt.ok || asked.honestOwners === 1) return receipt;
  const traffic = { rounds: 0, sentBytes: 0 };
  const agreed = await agreeOnNoise({ book, receipt: receipt.value, peers, traffic, questions });
  return agreed.ok ? receipt : agreed;
}

/** This owner's noised votes: kept under the charge, durably, before they are given. */
async function keptVotes(
  { book, trainings }: JointTeachingPorts,
  { caller, asked, priced, tell }: Own,
  receipt: Receipt,
): Promise<Result<Released<readonly bigint[]>, Problem>> {
  const { desk, engine, trainer, slots, clock } = trainings;
  const { work, dataset, questionHash, steps } = priced;
  const { setup } = work;
  const names = [...setup.recipe.x.map(({ column }) => column), setup.recipe.y];
  const sinceMs = clock.nowMs();
  const { askId } = asked;
  const key = JSON.stringify(["jointly", caller.id, askId, questionHash]);
  const part = "noised votes";
  // What is kept stands, whatever the desk says.
  const held = await book.held(receipt, part);
  if (!held.ok) return held;
  if (held.value !== undefined) return ok(held.value);
  return desk.run(
    { key, asker: caller.id, askId },
    (stands) => tell({ ...stands, steps }),
    // Kept before it leaves the desk, or whoever asks meanwhile would watch other teachers, at no charge.
    (place) =>
      book.keep(receipt, part, async () => {
        await place.turn();
        const { signal } = place;
        const rows = signal.aborted
          ? err(notComputed())
          : await engine.trainingRows(dataset.snapshot, names, receipt);
        if (!rows.ok) return isStoppedByAsker(signal) ? err(trainingStopped()) : rows;
        const onStep = tellInSlots(slots, { sinceMs, place }, () => personMsOf(work, steps));
        const counted = await trainer.countVotes({
          setup,
          rows: Secret.reveal(rows.value),
          parts: asked.honestOwners,
          onProgress: (teachers) => onStep(teachers, 0),
          signal,
        });
        // When it is told that this owner is ready, or that it was stopped before it was, says as little of the rows as an answer does.
        if (counted.ok) await slotOrStop(slots, { sinceMs, place }, personMsOf(work, steps));
        if (signal.aborted) return err(isStoppedByAsker(signal) ? trainingStopped() : notComputed());
        if (!counted.ok) return counted;
        // The thread gives nothing but noised counts.
        return ok(afterRelease(releasedTogether<[]>([]), () => counted.value));
      }),
  );
}

/** Only the bytes that the ledger gives back may leave. */
async function opened(
  { questions }: JointTeachingPorts,
  { parties, priced }: Own,
  receipt: Receipt,
  mine: Released<readonly bigint[]>,
  peers: Peers,
): Promise<Result<Uint8Array, Problem>> {
  const memory = await RingMemory.open(maskMebibytes);
  const streams = summandStreams(peers, [...peers.keys()], memory);
  const traffic = { rounds: 0, sentBytes: 0 };
  const total = await totalOfOwners(mine, { me: parties.me, peers, streams, memory, traffic });
  const { work, guarantee, options } = priced;
  const answers = afterRelease(total, (counts) =>
    ok({ answers: winnersOfTotal(counts, options), agreement: undefined }),
  );
  const { nodeId, ledger } = questions;
  return ledger.record(receipt, encodeTrainingOutcome(answers, { receipt, nodeId, work, guarantee }));
}
