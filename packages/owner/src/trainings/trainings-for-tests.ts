// A world of a node's trainings with a trainer that trains nothing.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ok, type Problem, type Result, Secret } from "@unseen/base";
import type { Answers } from "@unseen/learning";
import type { AskedTraining, TrainingRecipe } from "@unseen/wire";
import type { TrainingRows } from "../engine/index.ts";
import { amount } from "../ledger/index.ts";
import { openLedger } from "../ledger/ledger-for-tests.ts";
import { ada, cardOf } from "../questions/questions-for-tests.ts";
import { testHome } from "../store/home-for-tests.ts";
import { KeptTrainings } from "./kept-trainings.ts";
import { priceTeaching, type TeachingSetup } from "./teaching-setup.ts";
import { type ToldSteps, trainAtOwner } from "./train-at-owner.ts";
import type { TeachingRun, Trainer, TrainingRun } from "./trainer.ts";
import { TrainingDesk } from "./training-desk.ts";
import { usualTrainingPolicy } from "./training-policy.ts";
import type { TrainingPorts } from "./training-ports.ts";
import { priceSetup, type TrainingSetup } from "./training-setup.ts";
import type { TrainedWeights } from "./training-thread.ts";

export const clinic = {
  name: "clinic",
  description: "",
  tags: [],
  columns: {
    age: { type: "integer", bounds: [20, 90] },
    ill: { type: "category", categories: ["no", "yes"] },
  },
  unit: "row",
  people: { isPublic: false, band: [10, 1000] },
  budget: { epsilon: 10, delta: 1e-4 },
  mock: [],
} as const;

export const card = cardOf(clinic);

export const recipe: TrainingRecipe = {
  x: [{ column: "age", as: "scaled" }],
  y: "ill",
  layers: [{ kind: "dense", units: 2 }],
  loss: "cross-entropy",
  optimizer: { kind: "sgd", rate: { kind: "constant", rate: 0.5 }, momentum: 0, nesterov: false },
  batches: { kind: "drawn", rate: 0.1, steps: 40, expects: 20 },
  privacy: { clip: 1, delta: "0.000001", noiseMultiplier: 1 },
  seed: 1,
};
export const asking = (more: Partial<AskedTraining> = {}): AskedTraining => ({
  askId: "ask-00001",
  dataset: "clinic",
  recipe,
  ...more,
});

/** Prices for real; what it trains is what the test says. */
export class FakeTrainer implements Trainer {
  readonly runs: TrainingRun[] = [];
  next: (run: TrainingRun) => Promise<Result<TrainedWeights, Problem>> = async () => weightsOf(7);

  readonly taught: TeachingRun[] = [];
  nextTaught: (run: TeachingRun) => Promise<Result<Answers, Problem>> = async () => answersOf(1);

  price = async (setup: TrainingSetup) => priced(setup);
  priceTeaching = async (setup: TeachingSetup) => priceTeaching(setup);
  teach(run: TeachingRun) {
    this.taught.push(run);
    return this.nextTaught(run);
  }
  countVotes: Trainer["countVotes"] = async () => ok([]);
  train(run: TrainingRun) {
    this.runs.push(run);
    return this.next(run);
  }
  close() {}
}

const prices = new Map<string, ReturnType<typeof priceSetup>>();

function priced(setup: TrainingSetup) {
  const key = JSON.stringify(setup);
  const known = prices.get(key) ?? priceSetup(setup);
  prices.set(key, known);
  return known;
}

export function weightsOf(byte: number): Result<TrainedWeights, Problem> {
  return ok({ weights: Uint8Array.of(byte, byte), steps: 40 });
}

/** Two queries, both answered so. */
export function answersOf(place: number): Result<Answers, Problem> {
  return ok({ answers: [place, place], agreement: undefined });
}

export async function worldOf(more: Partial<TrainingPorts> = {}) {
  const home = testHome();
  const { ledger, policy } = openLedger(home.store);
  const cap = amount(10n * 10n ** 9n, 10n ** 14n);
  await policy.setBudget("clinic", { cap, filter: "renyi" });
  const trainer = new FakeTrainer();
  const told: ToldSteps[] = [];
  const log: string[] = [];
  const rows: TrainingRows = {
    rowCount: 1,
    columns: [Float64Array.of(30), Float64Array.of(1)],
    people: undefined,
  };
  const trainings = join(home.directory, "trainings");
  const ports: TrainingPorts = {
    nodeId: "node_test",
    datasets: {
      find: async (name) => (name === card.name ? { card, snapshot: "rows-1", peopleCount: 200 } : undefined),
      all: async () => [],
    },
    ledger,
    engine: {
      trainingRows: async () => {
        log.push(`read after ${(await ledger.budget("clinic")).charges} charges`);
        return ok(Secret.of(rows));
      },
    },
    clock: { nowMs: () => 1_800_000_000_000 },
    slots: { next: async () => undefined },
    trainer,
    kept: new KeptTrainings(trainings),
    desk: new TrainingDesk(usualTrainingPolicy),
    policy: usualTrainingPolicy,
    ...more,
  };
  return {
    ports,
    ledger,
    policy,
    trainer,
    told,
    log,
    files: () => (existsSync(trainings) ? readdirSync(trainings) : []),
    ask: (asked = asking(), caller = ada) => trainAtOwner(ports, caller, asked, (step) => told.push(step)),
    charges: async () => (await ledger.budget("clinic")).charges,
    [Symbol.dispose]: () => home[Symbol.dispose](),
  };
}
