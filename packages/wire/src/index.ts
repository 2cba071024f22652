export {
  type BudgetText,
  decodeBudget,
  decodeLoss,
  decodeOffer,
  decodeOptionalLoss,
  encodeBudget,
  encodeLoss,
  encodeOffer,
  type LossText,
  type OfferText,
} from "./codec/amounts.ts";
export {
  decodeAnswer,
  decodeReceipt,
  encodeAnswer,
  encodeReceipt,
  type SentAnswer,
  type SentReceipt,
} from "./codec/answer-codec.ts";
export {
  answerFromBytes,
  answerToBytes,
  programFromBytes,
  programToBytes,
} from "./codec/bytes.ts";
export {
  type AskedColumns,
  columnsFromBytes,
  columnsToBytes,
  decodeColumns,
  encodeColumns,
  readShareColumns,
  type SentColumns,
} from "./codec/columns-codec.ts";
export {
  type CategoryColumnDescription,
  type ColumnDescription,
  type DatasetDescription,
  decodeDataset,
  encodeDataset,
  type NumberColumnDescription,
  type RowsDescription,
  type TextColumnDescription,
} from "./codec/dataset-codec.ts";
export { floatsFromBytes, floatsToBytes } from "./codec/floats.ts";
export {
  type AskedJointly,
  encodeJointAsk,
  type JointKind,
  readJointAsk,
  type SentJointColumn,
  type SentJointFacts,
} from "./codec/joint-codec.ts";
export { decodeKeys, encodeKeys, type SentKeys } from "./codec/keys-codec.ts";
export { decodePrice, encodePrice, type SentPrice } from "./codec/price-codec.ts";
export { decodeProgram, encodeProgram } from "./codec/program-codec.ts";
export {
  type ColumnSource,
  printReviewed,
  type ReviewedProgram,
  readReviewed,
  reviewedProgram,
  writeReviewed,
} from "./codec/reviewed-program.ts";
export { decodeSample, encodeSample, type SampleRows } from "./codec/sample-codec.ts";
export {
  decodeGreeting,
  decodeSession,
  encodeGreeting,
  encodeSession,
  type NodeGreeting,
  type Role,
  type Session,
} from "./codec/session-codec.ts";
export {
  type AskedParties,
  decodeIntroduction,
  decodeRun,
  decodeSharesPrice,
  encodeFacts,
  encodeParties,
  encodeRun,
  encodeSharesPrice,
  type SentRun,
  type SentSharesPrice,
  type SharedFacts,
  type SharesProtocol,
} from "./codec/shares-codec.ts";
export {
  decodeTranslation,
  encodeTranslation,
  type GivenKeys,
  type SentTranslation,
  type TableColumnLayout,
  type TableLayout,
  type WantedKeys,
} from "./codec/table-layout-codec.ts";
export { decodeTensor, encodeTensor } from "./codec/tensor-codec.ts";
export { wordsFromBytes, wordsToBytes } from "./codec/words.ts";
export {
  AnswerSchema,
  AskRequestSchema,
  AskResponseSchema,
  BudgetRequestSchema,
  BudgetResponseSchema,
  ClaimRequestSchema,
  DatasetSchema,
  DescribeRequestSchema,
  DescribeResponseSchema,
  GridService,
  HelloRequestSchema,
  HelloResponseSchema,
  KeysAnswerSchema,
  PriceRequestSchema,
  PriceResponseSchema,
  ReceiptSchema,
  SampleRequestSchema,
  SampleResponseSchema,
  SearchRequestSchema,
  SearchResponseSchema,
  SignInRequestSchema,
  SignInResponseSchema,
  TranslateRequestSchema,
  TranslateResponseSchema,
} from "./gen/unseen/v1/grid_pb.ts";
export {
  LearningService,
  TrainingRecipeSchema,
  TrainRequestSchema,
  type TrainResponse,
  TrainResponseSchema,
} from "./gen/unseen/v1/learning_pb.ts";
export { ProblemSchema } from "./gen/unseen/v1/problem_pb.ts";
export { type Parties, SharesService } from "./gen/unseen/v1/shares_pb.ts";
export { ProgramSchema, TensorSchema } from "./gen/unseen/v1/tensor_pb.ts";
export {
  DeleteRequestSchema,
  DeleteResponseSchema,
  FetchRequestSchema,
  FetchResponseSchema,
  ListRequestSchema,
  ListResponseSchema,
  PutRequestSchema,
  PutResponseSchema,
  RunRequestSchema,
  RunResponseSchema,
  WorkspaceService,
} from "./gen/unseen/v1/workspace_pb.ts";
export { wireLimits } from "./limits.ts";
export { type ExportOptions, exportOnnx } from "./onnx/export-onnx.ts";
export { type ImportedModel, type ImportOptions, importOnnx } from "./onnx/import-onnx.ts";
export { plainText } from "./plain-text.ts";
export { connectCodes } from "./problems/connect-codes.ts";
export { problemFromError } from "./problems/problem-from-error.ts";
export { problemToConnectError } from "./problems/problem-to-connect.ts";
export { valueOrRefusal } from "./problems/value-or-refusal.ts";
export {
  type AskedKeys,
  type AskedQuestion,
  type AskedTranslation,
  type Claim,
  type Credentials,
  type DatasetRef,
  isAskId,
  type KeysWish,
  type PricedKeys,
  type PricedQuestion,
  readAsk,
  readClaim,
  readDatasetName,
  readDatasetRef,
  readPrice,
  readSample,
  readSearch,
  readSignIn,
  readTranslate,
  type SampleWish,
} from "./requests/grid-requests.ts";
export {
  type AskedTraining,
  encodeTraining,
  type PricedTraining,
  readPricedTraining,
  readTraining,
  readTrainingName,
} from "./requests/learning-requests.ts";
export {
  type AskedComputation,
  readCompute,
  readPutShare,
  type SentShare,
} from "./requests/shares-requests.ts";
export {
  type AskedRun,
  readObjectId,
  readPut,
  readRun,
  type SentObject,
} from "./requests/workspace-requests.ts";
export {
  type AskedTeachers,
  encodeJointTeaching,
  readJointTeaching,
} from "./training/joint-teaching-codec.ts";
export type {
  ActivationName,
  BatchesRecipe,
  FeatureRecipe,
  LayerRecipe,
  LossName,
  ModelRecipe,
  OptimizerRecipe,
  PrivacyRecipe,
  ScheduleRecipe,
  TrainingRecipe,
} from "./training/recipe.ts";
export { recipeFromBytes, recipeToBytes } from "./training/recipe-codec.ts";
export { teachingFromBytes, teachingToBytes } from "./training/teaching-codec.ts";
export {
  type AggregatorRecipe,
  isTeaching,
  type LearningRecipe,
  type TeachingRecipe,
} from "./training/teaching-recipe.ts";
export {
  answersFromBytes,
  answersToBytes,
  encodeAnswers,
  type SentAgreement,
  type SentAnswers,
  type SentTeachingPromise,
} from "./training/teaching-replies.ts";
export {
  decodeTold,
  decodeTrainingPrice,
  encodeProgress,
  encodeTrained,
  encodeTrainingPrice,
  type SentProgress,
  type SentPromise,
  type SentTrained,
  type SentTrainingPrice,
  type ToldOfTraining,
  trainedFromBytes,
  trainedToBytes,
} from "./training/training-replies.ts";
export { routeOptions, type WorkspaceOf, workspaceRoutes } from "./workspace-routes.ts";
