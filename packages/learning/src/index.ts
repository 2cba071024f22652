export { type PresentBackend, presentBackends } from "./backends/present-backends.ts";
export { readSafetensors, type Tensors, writeSafetensors } from "./checkpoint/safetensors.ts";
export {
  areFeatures,
  declaredColumn,
  type FeaturePlan,
  planFeatures,
  rangeOf,
  scaledBack,
  type WrittenFeatures,
  writeFeatures,
} from "./features/features.ts";
export { groupNormalised } from "./features/group-normalised.ts";
export { type LabelPlan, planLabel, writeClasses, writeLabels } from "./features/labels.ts";
export { Scattering, type ScatteringOptions } from "./features/scattering.ts";
export { type Examples, type Prepared, prepared, rowsOf } from "./fit/examples.ts";
export { fit, type Trained, trainOn } from "./fit/fit.ts";
export type { FitOptions, FitPorts, Progress } from "./fit/fit-options.ts";
export { type Measured, Measurer, resultsOn, rowsAtOnce } from "./fit/measure.ts";
export { planSteps, type StepsOf, type StepsPlan, type TrainingPlan } from "./fit/plan-training.ts";
export { mostRowsEach, rowsByPerson, type UnitRows } from "./fit/unit-rows.ts";
export { type Activation, activation } from "./layers/activation.ts";
export { type Conv2dOptions, conv2d } from "./layers/conv2d.ts";
export { dense } from "./layers/dense.ts";
export { dropout } from "./layers/dropout.ts";
export { averagePositions, embedding } from "./layers/embedding.ts";
export { flatten } from "./layers/flatten.ts";
export { layerNorm } from "./layers/layer-norm.ts";
export { averagePool2d, maxPool2d } from "./layers/pool2d.ts";
export { type Attack, type AuditOptions, auditTraining, type TrainingAudit } from "./leak/audit-training.ts";
export { crossEntropy, logisticLoss, squaredError, type TrainingLoss } from "./loss/training-loss.ts";
export { layerOf, lossNamed, optimizerOf } from "./model/from-recipe.ts";
export type { Layer } from "./model/layer.ts";
export { learntNumbers, type Network, planNetwork } from "./model/network.ts";
export { fitsNetwork, type Weights } from "./model/weights.ts";
export { type AdamOptions, adam } from "./optimise/adam.ts";
export type { Optimizer } from "./optimise/optimizer.ts";
export { cosine, type LearningRate, type Schedule, stepDecay, warmUp } from "./optimise/schedule.ts";
export { type SgdOptions, sgd } from "./optimise/sgd.ts";
export type { Asking } from "./pate/ask-in-turns.ts";
export { type Answers, answersOf, type PateOptions, type PateRun, pate, type Queries } from "./pate/pate.ts";
export { planTeachers, type TeachersOptions, type TeachersPlan } from "./pate/plan-teachers.ts";
export { type PatePromised, type PateRules, pricePate } from "./pate/price-pate.ts";
export { checkStudent, type StudentOptions, studentOf } from "./pate/student.ts";
export { type TeachersOf, type TeachingOptions, votesOfTeachers } from "./pate/teachers.ts";
export type { AdaptiveClip } from "./private/clip.ts";
export type { CorrelatedNoise } from "./private/correlated-noise.ts";
export { checkPrivacy, noiseOf, type PrivacyOptions, type Promised, promised } from "./private/promise.ts";
export { type PoissonOptions, type PoissonRelation, PoissonSampler } from "./sampling/poisson-sampler.ts";
export type { Sampler } from "./sampling/sampler.ts";
export { type ShuffledOptions, ShuffledSampler } from "./sampling/shuffled-sampler.ts";
