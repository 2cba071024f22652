// The walk of a training, on one page. Data goes forward; nothing calls back but how many steps are done.

import { err, ok, type Problem, type Result } from "@unseen/base";
import { afterRelease, releasedTogether } from "@unseen/privacy";
import type { AskedTraining, SentAnswers, SentTrained } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { notComputed } from "../engine/index.ts";
import { permit, type RemainingText, remainingTexts } from "../questions/index.ts";
import { digestOfData } from "./digest-of-data.ts";
import { type PricedTraining, planTrainingAtOwner, trainingHash } from "./price-training.ts";
import { personMsOf, runTraining, slotOrStop } from "./run-training.ts";
import { isStoppedByAsker, type Listener, type Place, trainingStopped } from "./training-desk.ts";
import { decodeTrainingOutcome, encodeTrainingOutcome, type TrainingOutcome } from "./training-outcome.ts";
import type { TrainingPorts } from "./training-ports.ts";

export type TrainedAtOwner = RemainingText & { readonly trained: SentTrained | SentAnswers };

/** How many steps, or teachers, there are, and where the training stands. */
export type ToldSteps = Parameters<Listener>[0] & { readonly steps: number };

/**
 * Trains a model, or teachers that answer, once, however often it is asked for under one id. Charged before a row is read,
 * durably; never refunded. The asker learns how many steps or teachers are done, and in the end the weights or the answers; the
 * price and every refusal but that noised weights diverged are the same whatever the rows say. What was broken off goes on from its
 * last checkpoint, teachers from the first: nothing of what was lost was told to anybody.
 */
export async function trainAtOwner(
  ports: TrainingPorts,
  caller: Caller,
  asked: AskedTraining,
  tell: (told: ToldSteps) => void,
): Promise<Result<TrainedAtOwner, Problem>> {
  const earlier = await recordedTraining(ports, caller.id, asked);
  if (!earlier.ok) return earlier;
  const outcome = earlier.value ?? (await trained(ports, caller, asked, tell));
  if (!outcome.ok) return outcome;
  const remaining = await remainingTexts(ports.ledger, asked, caller.id);
  return ok({ ...remaining, trained: outcome.value });
}

async function recordedTraining(
  { ledger }: TrainingPorts,
  asker: string,
  asked: AskedTraining,
): Promise<Result<TrainingOutcome | undefined, Problem>> {
  const recorded = await ledger.recorded({ asker, askId: asked.askId }, trainingHash(asked));
  if (!recorded.ok) return recorded;
  return ok(recorded.value && decodeTrainingOutcome(recorded.value));
}

async function trained(
  ports: TrainingPorts,
  caller: Caller,
  asked: AskedTraining,
  tell: (told: ToldSteps) => void,
): Promise<TrainingOutcome> {
  const permitted = permit(caller);
  if (!permitted.ok) return permitted;
  const priced = await planTrainingAtOwner(ports, caller.id, asked);
  if (!priced.ok) return priced;
  const outcome = await underway(ports, caller.id, asked, priced.value, (stands) =>
    tell({ ...stands, steps: priced.value.steps }),
  );
  return outcome.ok ? outcome.value : outcome;
}

function underway(
  ports: TrainingPorts,
  asker: string,
  asked: AskedTraining,
  priced: PricedTraining,
  listener: Listener,
): Promise<Result<TrainingOutcome, Problem>> {
  const { askId } = asked;
  const key = JSON.stringify([asker, askId, priced.questionHash]);
  return ports.desk.run({ key, asker, askId }, listener, (place) =>
    paidTraining(ports, asker, asked, priced, place),
  );
}

/**
 * Goes on with what was paid for when the node was last served. Nobody waits for it: its askers ask again, and hear then what
 * kept one from going on here. Never rejects: a home that cannot be read must not end a node that answers questions.
 */
export async function resumeTrainings(ports: TrainingPorts): Promise<void> {
  await goOnWithAll(ports).catch(() => undefined);
}

async function goOnWithAll(ports: TrainingPorts): Promise<void> {
  for (const { key, asker, asked } of await ports.kept.unfinished()) {
    const earlier = await recordedTraining(ports, asker, asked);
    if (!earlier.ok) continue;
    if (earlier.value !== undefined) {
      await ports.kept.drop(key);
      continue;
    }
    const priced = await planTrainingAtOwner(ports, asker, asked);
    if (priced.ok) underway(ports, asker, asked, priced.value, () => undefined).catch(() => undefined);
  }
}

/** Charges, and from there on all is paid for. Only the bytes that the ledger gives back may leave. */
async function paidTraining(
  ports: TrainingPorts,
  asker: string,
  asked: AskedTraining,
  priced: PricedTraining,
  place: Place,
): Promise<Result<TrainingOutcome, Problem>> {
  const { ledger, kept, clock, nodeId } = ports;
  const { epsilon, delta, event, questionHash, dataset, work, guarantee, steps } = priced;
  // Whoever was priced while the same training came to its end would watch another one of it, at no charge.
  const earlier = await recordedTraining(ports, asker, asked);
  if (!earlier.ok) return earlier;
  if (earlier.value !== undefined) return ok(earlier.value);
  const receipt = await ledger.charge({
    asker,
    askId: asked.askId,
    datasets: [asked.dataset],
    questionHash,
    epsilon,
    delta,
    event,
  });
  if (!receipt.ok) return receipt;
  const sinceMs = clock.nowMs();
  // Other rows under the same name are another training, which begins anew.
  const key = digestOfData([asker, asked.askId, questionHash, dataset.snapshot]);
  try {
    await kept.keepAsk(key, { asker, asked });
    await place.turn();
    const run = await runTraining(ports, priced, { receipt: receipt.value, key, place, sinceMs });
    const isMade = run.ok || run.problem.code === "training-diverged";
    // Not recorded before its slot: what is recorded is told at once to whoever asks again, and who stops it would hear from the
    // refusal, to the millisecond, that it was not through.
    if (isMade) await slotOrStop(ports.slots, { sinceMs, place }, personMsOf(work, steps));
    if (place.signal.aborted) {
      if (!isStoppedByAsker(place.signal)) return err(notComputed());
      await kept.dropAsk(key);
      return err(trainingStopped());
    }
    if (!isMade) return run;
    // The thread gives nothing but what was noised; that weights diverged is seen on noised ones.
    const released = afterRelease(releasedTogether<[]>([]), () => run);
    const recorded = await ledger.record(
      receipt.value,
      encodeTrainingOutcome(released, { receipt: receipt.value, nodeId, work, guarantee }),
    );
    if (!recorded.ok) return recorded;
    await kept.drop(key);
    return ok(decodeTrainingOutcome(recorded.value));
  } catch {
    // A disk that is full, or a home that was closed: nothing was told, and the same ask goes on.
    return err(notComputed());
  }
}
