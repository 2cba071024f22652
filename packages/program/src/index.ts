export type {
  BudgetCard,
  CardFields,
  CategoryColumn,
  ColumnCard,
  MockRows,
  NumberColumn,
  PeopleCount,
  PrivacyUnit,
  TextColumn,
} from "./card/card.ts";
export type { CardProblem } from "./card/card-fields.ts";
export {
  type JoinedCard,
  type JoinedColumn,
  type JoinRefused,
  joinCards,
  mostPairsEach,
} from "./card/join-cards.ts";
export { hidingCharacters, isKeyText, unseenCharacters } from "./card/key-text.ts";
export { type Card, cardToJson, parseCard, withSyntheticRows } from "./card/parse-card.ts";
export { type GradOptions, grad } from "./gradient/grad.ts";
export { readAttributes } from "./graph/attributes.ts";
export { programLimits } from "./graph/limits.ts";
export { printProgram } from "./graph/print-program.ts";
export {
  type ConstantNode,
  type InputNode,
  makeProgram,
  type OperationNode,
  type Program,
  type ProgramDraft,
  type ProgramNode,
  programVersion,
} from "./graph/program.ts";
export { averageCounts } from "./operations/average-pool.ts";
export { isFiniteEverywhere } from "./operations/bounds.ts";
export { type ChoiceRule, choosePlainly, chosenShape } from "./operations/choice-rule.ts";
export { convLayout } from "./operations/conv.ts";
export { convTransposeLayout } from "./operations/conv-transpose.ts";
export { operations } from "./operations/index.ts";
export type {
  Attributes,
  AttributeValue,
  Facts,
  Lowering,
  Operation,
  PeopleHeld,
  Planned,
  PublicFacts,
  RowsFacts,
  SensitivityRule,
} from "./operations/operation.ts";
export { poolTaps } from "./operations/pooling.ts";
export type { ConvolutionLayout } from "./operations/tap-sums.ts";
export { type AxisWindows, reachOf, readWindows, Taps, type Windows } from "./operations/windows.ts";
export { nestedOf, tensorOf } from "./recorder/nested-numbers.ts";
export { type Expression, nodeKey, programOf } from "./recorder/program-builder.ts";
export { ProgramWriter } from "./recorder/program-writer.ts";
export {
  type AveragePoolOptions,
  type Axes,
  type ConvOptions,
  type ConvTransposeOptions,
  type GemmOptions,
  type GroupsEach,
  type NestedNumbers,
  type NormalizationOptions,
  type Operand,
  type PoolOptions,
  type QuantileOptions,
  TensorMethods,
  type WindowOptions,
} from "./recorder/tensor-methods.ts";
export { type Dimension, elementsARow, printShape, rowAxisOf, type Shape, sameShape } from "./shape/shape.ts";
export {
  aroundAxis,
  broadcastPlaces,
  type PlainTensor,
  plainTensor,
  scalar,
  sizeOf,
  stridesOf,
} from "./tensor/plain-tensor.ts";
