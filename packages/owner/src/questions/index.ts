export { type Answered, answered, answerQuestion } from "./answer-question.ts";
export { defaultSlotMs, evenSlots, personMs, slowestStepMs } from "./answer-slots.ts";
export { budgetText, type RemainingText, remainingTexts } from "./budget-text.ts";
export { chargedEvent } from "./charged-event.ts";
export { describeColumn } from "./describe-column.ts";
export { guaranteeInWords } from "./guarantee.ts";
export {
  chargedDatasets,
  factsOf,
  findDataset,
  type OpenSource,
  openSource,
  rowsOf,
} from "./open-source.ts";
export { encodeOutcome, type Outcome } from "./outcome.ts";
export { permit } from "./permit.ts";
export type {
  AnswerSlots,
  Caller,
  ColumnEngine,
  Datasets,
  OpenDataset,
  QuestionPorts,
  SumEngine,
} from "./ports.ts";
export { priceOfPlanned, priceQuestion } from "./price-question.ts";
export { type PlannedProgram, type PlannedQuestion, questionKey, readOffer } from "./question.ts";
export { SingleFlight } from "./single-flight.ts";
