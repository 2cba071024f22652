export { eventOfTeaching, guaranteeOfTeaching, teachingSetupOf } from "./charge-for-teaching.ts";
export { digestOfData } from "./digest-of-data.ts";
export { factsFor } from "./facts-for-training.ts";
export { KeptTrainings } from "./kept-trainings.ts";
export {
  epsilonCharged,
  outdated,
  type PricedTraining,
  priceInWords,
  priceTraining,
} from "./price-training.ts";
export { personMsOf, slotOrStop, tellInSlots } from "./run-training.ts";
export { resumeTrainings, type ToldSteps, type TrainedAtOwner, trainAtOwner } from "./train-at-owner.ts";
export { ThreadTrainer, type Trainer } from "./trainer.ts";
export { isStoppedByAsker, TrainingDesk, trainingStopped } from "./training-desk.ts";
export { decodeTrainingOutcome, encodeTrainingOutcome } from "./training-outcome.ts";
export { type TrainingPolicy, trainsNothing, usualTrainingPolicy } from "./training-policy.ts";
export type { TrainingPorts } from "./training-ports.ts";
export type { TrainingWork } from "./training-work.ts";
