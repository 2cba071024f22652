// A paid training on the rows: what is read, what a thread does with it, and what is told on the way.

import { err, type Problem, type Result, Secret } from "@unseen/base";
import { notComputed } from "../engine/index.ts";
import type { Receipt } from "../ledger/index.ts";
import { slowestStepMs } from "../questions/index.ts";
import type { PricedTraining } from "./price-training.ts";
import type { Place } from "./training-desk.ts";
import type { MadeByTraining } from "./training-outcome.ts";
import type { TrainingPorts } from "./training-ports.ts";
import type { TrainingWork } from "./training-work.ts";

export type PaidRun = {
  readonly receipt: Receipt;
  /** Names what is kept of it. */
  readonly key: string;
  readonly place: Place;
  /** When it was charged: slots are counted from there. */
  readonly sinceMs: number;
};

/**
 * A fit goes on from the checkpoint that is kept. Teachers begin anew: nothing of them is ever written down, and nothing was told of
 * those that were lost.
 */
export async function runTraining(
  { engine, trainer, kept, slots }: Pick<TrainingPorts, "engine" | "trainer" | "kept" | "slots">,
  { work, dataset }: PricedTraining,
  { receipt, key, place, sinceMs }: PaidRun,
): Promise<Result<MadeByTraining, Problem>> {
  const { recipe } = work.setup;
  if (place.signal.aborted) return err(notComputed());
  const names = [...recipe.x.map(({ column }) => column), recipe.y];
  const read = await engine.trainingRows(dataset.snapshot, names, receipt);
  if (!read.ok) return read;
  const rows = Secret.reveal(read.value);
  const onProgress = tellInSlots(slots, { sinceMs, place }, (step) => personMsOf(work, step));
  const { signal } = place;
  if (work.kind === "teaching") {
    const { setup } = work;
    return trainer.teach({ setup, rows, onProgress: (teachers) => onProgress(teachers, 0), signal });
  }
  const { setup, priced } = work;
  const { noiseMultiplier } = priced.promise;
  const saveCheckpoint = (bytes: Uint8Array) => kept.keepCheckpoint(key, bytes);
  const attempt = async (checkpoint: Uint8Array | undefined) =>
    trainer.train({ setup, noiseMultiplier, rows, checkpoint, saveCheckpoint, onProgress, signal });
  const first = await attempt(await kept.checkpoint(key));
  const isForeign = !first.ok && /^checkpoint-/.test(first.problem.code);
  if (isForeign) await kept.dropCheckpoint(key);
  return isForeign ? attempt(undefined) : first;
}

/** Each step that is told leaves in a slot of time; what comes meanwhile is not told. */
export function tellInSlots(
  slots: TrainingPorts["slots"],
  { sinceMs, place }: Pick<PaidRun, "sinceMs" | "place">,
  personMs: (step: number) => number,
): (step: number, epsilon: number) => void {
  let isTelling = false;
  return (step, epsilon) => {
    if (isTelling) return;
    isTelling = true;
    void slots.next(sinceMs, personMs(step)).then(() => {
      isTelling = false;
      place.tell(step, epsilon);
    });
  };
}

/** Resolves when an outcome may leave, or at once where it is stopped: whether there was an outcome is then told to nobody. */
export async function slotOrStop(
  slots: TrainingPorts["slots"],
  { sinceMs, place: { signal } }: Pick<PaidRun, "place" | "sinceMs">,
  personMs: number,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  await Promise.race([slots.next(sinceMs, personMs), stopped]);
}

/**
 * How much longer so many steps may take because of one person: one who is in as many batches as the rate says, or one who spoils
 * the numbers of a whole teacher.
 */
export function personMsOf({ kind, priced }: TrainingWork, steps: number): number {
  if (kind === "teaching") return priced.workEachPerson * slowestStepMs;
  return priced.rate * steps * priced.workEachPerson * slowestStepMs;
}
