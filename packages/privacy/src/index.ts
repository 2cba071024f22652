export {
  type EventProblem,
  eventFrom,
  type NeighbouringRelation,
  type PrivacyEvent,
  parseEvent,
  parseRelation,
  printEvent,
} from "./accounting/event.ts";
export { type AttoDelta, attoDeltaOf, formatDelta, noDelta, parseDelta } from "./budget/atto-delta.ts";
export {
  epsilonAsRational,
  formatEpsilon,
  type NanoEpsilon,
  nanoEpsilonOf,
  parseEpsilon,
} from "./budget/nano-epsilon.ts";
export type { Offer } from "./budget/offer.ts";
export {
  addRationals,
  compareRationals,
  divideRationals,
  formatRational,
  fromDoubleRoundedDown,
  fromDoubleRoundedUp,
  multiplyRationals,
  type Rational,
  rational,
  rationalFromStored,
  rationalToNumber,
} from "./budget/rational.ts";
export { epsilonAtLeast, rhoAtMost } from "./mechanisms/concentrated.ts";
export { gaussianMeasurement, laplaceMeasurement, type Measurement } from "./mechanisms/measurement.ts";
export { lossOf, type MechanismEvent, type PrivacyLoss } from "./mechanisms/mechanism-event.ts";
export { afterRelease, type Released, releasedTogether } from "./mechanisms/released.ts";
export type { Contribution, Grid } from "./planner/contribution.ts";
export { mostRows, quantise } from "./planner/contribution.ts";
export { type DatasetFacts, datasetFacts, type Neighbours, unitInWords } from "./planner/dataset-facts.ts";
export { describeRelease } from "./planner/describe-releases.ts";
export { type Columns, exactSums } from "./planner/exact-sums.ts";
export {
  confidence,
  expectFinish,
  type Finished,
  finish,
  type ReleasedSum,
  readSum,
} from "./planner/finish.ts";
export { type Plan, planAnswer } from "./planner/plan-answer.ts";
export { type ChargedEvent, measurementFor, type Price, priceOf } from "./planner/price.ts";
export { type Sensitivity, sensitivityOf } from "./planner/sensitivity.ts";
export { type ReleasedValues, type SumQuestion, sumsOfStage } from "./planner/stage.ts";
