export { KeptTrainings } from "./kept-trainings.ts";
export { priceTraining } from "./price-training.ts";
export { resumeTrainings, type ToldSteps, type TrainedAtOwner, trainAtOwner } from "./train-at-owner.ts";
export { ThreadTrainer, type Trainer } from "./trainer.ts";
export { TrainingDesk } from "./training-desk.ts";
export { type TrainingPolicy, trainsNothing, usualTrainingPolicy } from "./training-policy.ts";
export type { TrainingPorts } from "./training-ports.ts";
