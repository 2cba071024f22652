import type { Clock } from "@unseen/base";
import type { Engine } from "../engine/index.ts";
import type { Ledger } from "../ledger/index.ts";
import type { AnswerSlots, Datasets } from "../questions/index.ts";
import type { KeptTrainings } from "./kept-trainings.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainingDesk } from "./training-desk.ts";
import type { TrainingPolicy } from "./training-policy.ts";

/** What of the engine a training uses. */
export type RowsEngine = Pick<Engine, "trainingRows">;

export type TrainingPorts = {
  readonly nodeId: string;
  readonly datasets: Datasets;
  readonly ledger: Ledger;
  readonly engine: RowsEngine;
  readonly clock: Clock;
  readonly slots: AnswerSlots;
  readonly trainer: Trainer;
  readonly kept: KeptTrainings;
  readonly desk: TrainingDesk;
  readonly policy: TrainingPolicy;
};
