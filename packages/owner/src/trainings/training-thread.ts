// The thread in which trainings are priced and run, so that a node goes on answering meanwhile. It has the platform's
// randomness for samples, parts and noise, no files, no network and no keys. Nothing leaves it but prices, which depend on no
// row, weights and checkpoints, which were noised, winners of noised votes, and noised votes.

import { parentPort } from "node:worker_threads";
import { type Problem, platformEntropy, type Result } from "@unseen/base";
import { wasmBackend } from "@unseen/compute";
import { type Answers, trainOn, writeFeatures, writeLabels, writeSafetensors } from "@unseen/learning";
import type { TrainingRows } from "../engine/index.ts";
import { teachAndAnswer, teachAndCount } from "./teach-and-answer.ts";
import { type PricedTeaching, priceTeaching, type TeachingSetup } from "./teaching-setup.ts";
import { layOut, type PricedSetup, planOf, priceSetup, type TrainingSetup } from "./training-setup.ts";
import { unitsOfTraining } from "./units-of-training.ts";

export type ThreadJob =
  | { readonly kind: "price"; readonly setup: TrainingSetup }
  | { readonly kind: "price-teaching"; readonly setup: TeachingSetup }
  | { readonly kind: "teach"; readonly setup: TeachingSetup; readonly rows: TrainingRows }
  | {
      readonly kind: "count-votes";
      readonly setup: TeachingSetup;
      readonly rows: TrainingRows;
      readonly parts: number;
    }
  | {
      readonly kind: "train";
      readonly setup: TrainingSetup;
      readonly noiseMultiplier: number;
      readonly rows: TrainingRows;
      readonly checkpoint: Uint8Array | undefined;
    }
  /** The checkpoint that came last is on the disk. */
  | { readonly kind: "saved" };

export type ThreadReply =
  | { readonly kind: "ready" }
  | { readonly kind: "priced"; readonly priced: Result<PricedSetup | PricedTeaching, Problem> }
  | { readonly kind: "checkpoint"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "progress"; readonly step: number; readonly epsilon: number }
  | { readonly kind: "trained"; readonly trained: Result<TrainedWeights, Problem> }
  | { readonly kind: "taught"; readonly taught: Result<Answers, Problem> }
  | { readonly kind: "counted"; readonly counted: Result<readonly bigint[], Problem> };

/** As safetensors. */
export type TrainedWeights = { readonly weights: Uint8Array<ArrayBuffer>; readonly steps: number };

const port = parentPort!;
const ports = { backend: wasmBackend, entropy: platformEntropy(globalThis.crypto) };
let saved: () => void = () => undefined;

port.on("message", (job: ThreadJob) => {
  switch (job.kind) {
    case "price":
      return tell({ kind: "priced", priced: priceSetup(job.setup) });
    case "price-teaching":
      return tell({ kind: "priced", priced: priceTeaching(job.setup) });
    case "teach":
      return void teachAndAnswer(job.setup, job.rows, ports, tellTaught).then((taught) =>
        tell({ kind: "taught", taught }),
      );
    case "count-votes":
      return void teachAndCount(job.setup, job.rows, job.parts, ports, tellTaught).then((counted) =>
        tell({ kind: "counted", counted }),
      );
    case "train":
      return void train(job).then((trained) => tell({ kind: "trained", trained }));
    case "saved":
      return saved();
    default:
      return job satisfies never;
  }
});
tell({ kind: "ready" });

function tellTaught(teachers: number): void {
  tell({ kind: "progress", step: teachers, epsilon: 0 });
}

function tell(reply: ThreadReply): void {
  port.postMessage(reply);
}

async function train(job: Extract<ThreadJob, { kind: "train" }>): Promise<Result<TrainedWeights, Problem>> {
  const { setup, noiseMultiplier, rows, checkpoint } = job;
  const laid = layOut(setup);
  if (!laid.ok) return laid;
  const planned = planOf(setup, laid.value, noiseMultiplier);
  if (!planned.ok) return planned;
  const unitRows = unitsOfTraining(setup, rows);
  if (!unitRows.ok) return unitRows;
  const { features, label, network } = laid.value;
  const { x, isUsable } = writeFeatures(features, rows.columns, rows.rowCount);
  const y = writeLabels(label, rows.columns.at(-1)!, isUsable);
  const prepared = { rows: rows.rowCount, x, y, isUsable };
  const plan = { ...planned.value.plan, rows: prepared, unitRows: unitRows.value };
  const trained = await trainOn(
    plan,
    {
      ...planned.value.options,
      ...(checkpoint === undefined ? {} : { resumeFrom: checkpoint }),
      saveCheckpoint: (bytes) =>
        new Promise((resolve) => {
          saved = resolve;
          tell({ kind: "checkpoint", bytes: new Uint8Array(bytes) });
        }),
      onProgress: ({ step, epsilon = 0 }) => tell({ kind: "progress", step, epsilon }),
    },
    ports,
  );
  if (!trained.ok) return trained;
  const { weights, steps, epsilon } = trained.value;
  const tensors = new Map(
    network.parameters.map(({ name, shape }) => [name, { shape, data: weights.get(name)! }]),
  );
  const metadata = new Map([
    ["model", network.description],
    ["promise", JSON.stringify(epsilon)],
  ]);
  const bytes = new Uint8Array(writeSafetensors({ tensors, metadata }));
  return { ok: true, value: { weights: bytes, steps } };
}
