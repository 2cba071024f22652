export type { Problem, Result } from "@unseen/base";
export type { Backend } from "@unseen/compute";
export {
  type Activation,
  type AdaptiveClip,
  activation,
  adam,
  averagePool2d,
  averagePositions,
  type CorrelatedNoise,
  conv2d,
  cosine,
  crossEntropy,
  dense,
  dropout,
  type Examples,
  embedding,
  type FitOptions,
  flatten,
  groupNormalised,
  type Layer,
  layerNorm,
  logisticLoss,
  type Measured,
  maxPool2d,
  type Optimizer,
  type PateOptions,
  type PatePromised,
  type PateRules,
  PoissonSampler,
  type PrivacyOptions,
  type Progress,
  type Promised,
  pricePate,
  type Queries,
  type Sampler,
  Scattering,
  type ScatteringOptions,
  ShuffledSampler,
  sgd,
  squaredError,
  stepDecay,
  type TeachingOptions,
  type TrainingLoss,
  type Weights,
  warmUp,
} from "@unseen/learning";
export type { GroupsEach, NestedNumbers } from "@unseen/program";
export { AnalysisQuestion } from "./analysis/analysis-question.ts";
export type { HeldByPerson } from "./analysis/by-person.ts";
export { ChoiceQuestion } from "./analysis/choice-question.ts";
export { ChosenGroups } from "./analysis/chosen-groups.ts";
export { combineSums } from "./analysis/combine.ts";
export { FilteredRows } from "./analysis/filtered-rows.ts";
export { FilteredTensor } from "./analysis/filtered-tensor.ts";
export type { KeysOfTexts } from "./analysis/group-keys.ts";
export type { GroupedBy } from "./analysis/grouped-by.ts";
export { GroupedRows } from "./analysis/grouped-rows.ts";
export { type AboveOrNot, GroupsAbove } from "./analysis/groups-above.ts";
export type { KMeans } from "./analysis/k-means.ts";
export { type Estimate, Labelled, LabelledAnswer, type Labels } from "./analysis/labelled.ts";
export type { LinearRegression } from "./analysis/linear-regression.ts";
export type { LogisticRegression } from "./analysis/logistic-regression.ts";
export type { PrincipalComponents } from "./analysis/principal-components.ts";
export type { Ranges } from "./analysis/scaled-columns.ts";
export { Answer, hasHalfWidth, type Receipt } from "./datasets/answer.ts";
export type { Budget } from "./datasets/budget.ts";
export type { ColumnList } from "./datasets/column-list.ts";
export { KeysAnswer, type KeysOffer } from "./datasets/keys-answer.ts";
export type { AnswerOffer, Loss, Offer } from "./datasets/offer.ts";
export { Price } from "./datasets/price.ts";
export { answers, PrivateTensor } from "./datasets/private-tensor.ts";
export { RemoteDataset } from "./datasets/remote-dataset.ts";
export { type SampleOrigin, SampleTable } from "./datasets/sample-table.ts";
export { type ClaimOptions, claimNode } from "./grid/claim-node.ts";
export { type ConnectOptions, GridClient, type JointOptions } from "./grid/grid-client.ts";
export { type MissingNode, SearchResults } from "./grid/search-results.ts";
export { JointAnswer } from "./joint/joint-answer.ts";
export { JointDataset, type JointPlace } from "./joint/joint-dataset.ts";
export { Model, sequential, type TeachOptions } from "./learning/model.ts";
export { ModelFromOwner } from "./learning/model-from-owner.ts";
export { progressLine } from "./learning/progress-line.ts";
export type {
  RemoteBatches,
  RemoteColumns,
  RemoteFitOptions,
  RemoteFitRun,
  RemoteProgress,
} from "./learning/remote-fit.ts";
export type {
  RemoteStudentOptions,
  RemoteTeachersOptions,
  RemoteTeachOptions,
  RemoteTeachRun,
  TeachersProgress,
} from "./learning/remote-teach.ts";
export type { Prediction, RowToPredict } from "./learning/rows-to-predict.ts";
export { TaughtByOwners } from "./learning/taught-by-owners.ts";
export { StudentOfTeachers, TaughtFromOwner } from "./learning/taught-from-owner.ts";
export { TaughtModel } from "./learning/taught-model.ts";
export { TrainedModel } from "./learning/trained-model.ts";
export { TrainingPrice } from "./learning/training-price.ts";
export { AskRefused, CannotRequestPrivateData } from "./refusals/ask-refused.ts";
export type { ShareColumnsOptions } from "./shares/share-columns.ts";
export { SharedTensor } from "./shares/shared-tensor.ts";
export { type Network, SharesPrice } from "./shares/shares-price.ts";
export type { SqlOffer } from "./sql/ask-sql.ts";
export { type SqlCell, SqlTable } from "./sql/sql-table.ts";
export { type ShareOptions, type Sharer, Tensor, tensor } from "./tensors/tensor.ts";
export { PointerTensor } from "./workers/pointer-tensor.ts";
export { VirtualWorker } from "./workers/virtual-worker.ts";
export { RemoteWorker } from "./workers/worker.ts";
