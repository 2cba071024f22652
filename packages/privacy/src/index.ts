export type { Accountant, EventNotSupported } from "./accounting/accountant.ts";
export {
  type AlikeMechanisms,
  dworkRothblumVadhan,
  largestEpsilonEach,
  optimalCompositionAtLeast,
} from "./accounting/advanced-composition.ts";
export {
  deltaOfGaussianAtLeast,
  epsilonOfGaussianAtLeast,
  gaussianNoiseAtLeast,
} from "./accounting/analytic-gaussian.ts";
export {
  type AccuracyTarget,
  type CalibrationTarget,
  epsilonForAccuracy,
  type NotCalibrated,
  noiseMultiplierFor,
} from "./accounting/calibration.ts";
export { type DescribedRun, describeRun, type Run } from "./accounting/describe-run.ts";
export {
  type EventProblem,
  eventFrom,
  type NeighbouringRelation,
  type PrivacyEvent,
  parseEvent,
  parseRelation,
  printEvent,
} from "./accounting/event.ts";
export {
  defaultFilterOrders,
  type NotAdmitted,
  type PrivacyFilter,
  pureFilter,
  type RdpFilterCap,
  rdpFilter,
  zcdpFilter,
} from "./accounting/filter.ts";
export {
  centralLimitEpsilonNeverForAGuarantee,
  centralLimitMuNeverForAGuarantee,
  type GdpAccountant,
  gdpAccountant,
} from "./accounting/gdp.ts";
export { type OrderOfCap, orderOfCap } from "./accounting/one-order/order-of-cap.ts";
export { pureRhoAtLeast } from "./accounting/one-order/pure-rho-at-least.ts";
export { sampledRhoAtLeast } from "./accounting/one-order/sampled-gaussian-at-least.ts";
export {
  type SmoothedEpsilon,
  sensitivityIsBounded,
  smoothedVoteEpsilon,
  type VotedRun,
  type Votes,
  voteLoss,
} from "./accounting/pate/smoothed-epsilon.ts";
export { type Bracket, PldAccountant, type PldOptions } from "./accounting/pld/pld-accountant.ts";
export { type PureAccountant, pureAccountant } from "./accounting/pure.ts";
export type { ConvertedAt, RdpConversion } from "./accounting/rdp/conversions.ts";
export { defaultOrders, type RdpAccountant, type RdpSettings, rdpAccountant } from "./accounting/rdp.ts";
export {
  largestLocalEpsilon,
  type ShuffledReports,
  shuffledDeltaAtLeast,
  shuffledEpsilonAtLeast,
  shuffledEpsilonClosedForm,
} from "./accounting/shuffling.ts";
export { type ZcdpAccountant, zcdpAccountant } from "./accounting/zcdp.ts";
export { probabilityAtLeast, probabilityAtMost } from "./audit/clopper-pearson.ts";
export { type RunOnce, type SeenLeak, seenDelta, seenLeak, type TestPlan } from "./audit/epsilon-tester.ts";
export {
  beliefAtMost,
  type PrivacyPromise,
  rightGuessesAtMost,
  truePositiveRateAtMost,
} from "./audit/membership-odds.ts";
export { chanceOfGuesses, epsilonShown, type Guessed } from "./audit/one-run-epsilon.ts";
export { areaUnder, type Roc, type RocPoint, rateWithin, rocOf, truePositiveRateAt } from "./audit/roc.ts";
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
export { type AboveEach, aboveEach } from "./mechanisms/above-each.ts";
export {
  type AboveThreshold,
  aboveThreshold,
  type ThresholdParameters,
  type ThresholdWatch,
} from "./mechanisms/above-threshold.ts";
export type { Choice, ChoiceParameters } from "./mechanisms/choice.ts";
export { type ChoiceEvent, costOf, type LocalEvent } from "./mechanisms/choice-event.ts";
export { epsilonAtLeast, rhoAtMost } from "./mechanisms/concentrated.ts";
export type { Cost } from "./mechanisms/cost.ts";
export { exponentialChoice } from "./mechanisms/exponential.ts";
export { forAccounting } from "./mechanisms/for-accounting.ts";
export { type GaussianVector, gaussianVector, largestDeviation } from "./mechanisms/gaussian-vector.ts";
export {
  type CountMeanSketch,
  countMeanSketch,
  drawSketchHashes,
  type SketchReport,
} from "./mechanisms/local/count-mean-sketch.ts";
export {
  type HadamardReport,
  type HadamardResponse,
  hadamardResponse,
} from "./mechanisms/local/hadamard-response.ts";
export { type HashedReport, type LocalHashing, localHashing } from "./mechanisms/local/local-hashing.ts";
export type { HashSeed } from "./mechanisms/local/pairwise-hash.ts";
export {
  memoryFromStore,
  type Rappor,
  type RapporMemory,
  type RapporParameters,
  rappor,
  rapporLosses,
} from "./mechanisms/local/rappor.ts";
export { type UnaryEncoding, unaryEncoding } from "./mechanisms/local/unary-encoding.ts";
export { gaussianMeasurement, laplaceMeasurement, type Measurement } from "./mechanisms/measurement.ts";
export { lossOf, type MechanismEvent, type PrivacyLoss } from "./mechanisms/mechanism-event.ts";
export { releasedTotal } from "./mechanisms/noise-of-all.ts";
export {
  type AnswersInTurn,
  areVoteRules,
  type NoisedVotes,
  noisedVotes,
  type TellingOfAgreement,
  type VoteRules,
} from "./mechanisms/noised-votes.ts";
export { type MaxNoise, noisyMax } from "./mechanisms/noisy-max.ts";
export {
  type GroupSizes,
  type PartitionSelection,
  partitionSelection,
} from "./mechanisms/partition-selection.ts";
export { permuteAndFlip } from "./mechanisms/permute-and-flip.ts";
export { type QuantileChoice, quantileChoice } from "./mechanisms/quantile-choice.ts";
export { type RandomizedResponse, randomizedResponse } from "./mechanisms/randomized-response.ts";
export { consistentLeaves, quantileBin, rangeSum, runningSums } from "./mechanisms/read-tree.ts";
export { afterRelease, type Released, releasedTogether } from "./mechanisms/released.ts";
export { type RunningSum, type RunningSumSteps, runningSum } from "./mechanisms/running-sum.ts";
export { sensitivityFromMostEach } from "./mechanisms/sensitivity-of-vectors.ts";
export { type SharedVotes, sharedVotes, winnersOfTotal } from "./mechanisms/shared-votes.ts";
export { type Staircase, staircase } from "./mechanisms/staircase.ts";
export {
  gaussianThresholdAtLeast,
  laplaceThresholdAtLeast,
  type ThresholdOf,
} from "./mechanisms/threshold-selection.ts";
export { type TopChoices, topChoices } from "./mechanisms/top-choices.ts";
export { type NoisedTree, type TreePrice, type TreeSums, treeSums } from "./mechanisms/tree-sums.ts";
export { type BoundedCount, truncatedGeometric } from "./mechanisms/truncated-geometric.ts";
export { type Scores, unanswered, undisputed, type VoteAggregator } from "./mechanisms/vote-winners.ts";
export type { Texts } from "./planner/coded-texts.ts";
export { confidence } from "./planner/confidence.ts";
export type { Across, AcrossPeople, Contribution, Grid } from "./planner/contribution.ts";
export { acrossRows, mostRows, quantise } from "./planner/contribution.ts";
export { type DatasetFacts, datasetFacts, type Neighbours, unitInWords } from "./planner/dataset-facts.ts";
export { describeRelease } from "./planner/describe-releases.ts";
export { type Columns, ExactSums, exactSums, type People } from "./planner/exact-sums.ts";
export {
  expectFinish,
  type Finished,
  finish,
  mechanismOfAll,
  type ReleasedCut,
  readTotal,
  releaseCut,
} from "./planner/finish.ts";
export { joinFacts, unitOfJoinInWords } from "./planner/join-facts.ts";
export {
  coversCard,
  type JointColumn,
  type JointFacts,
  jointDatasetFacts,
} from "./planner/joint-facts.ts";
export { type Plan, planAnswer } from "./planner/plan-answer.ts";
export {
  type ChargedEvent,
  type CutMechanism,
  measurementFor,
  mechanismFor,
  type Price,
  priceOf,
} from "./planner/price.ts";
export { type Sensitivity, sensitivityOf } from "./planner/sensitivity.ts";
export { type ReleasedValues, type SumQuestion, sumsOfStage } from "./planner/stage.ts";
export { PoissonSample } from "./samplers/poisson-sample.ts";
