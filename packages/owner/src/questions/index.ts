export { type Answered, answerQuestion } from "./answer-question.ts";
export { defaultSlotMs, evenSlots } from "./answer-slots.ts";
export { budgetText, type RemainingText, remainingTexts } from "./budget-text.ts";
export {
  chargedDatasets,
  factsOf,
  findDataset,
  type OpenSource,
  openSource,
} from "./open-source.ts";
export type { Outcome } from "./outcome.ts";
export type { AnswerSlots, Caller, Datasets, OpenDataset, QuestionPorts, SumEngine } from "./ports.ts";
export { priceQuestion } from "./price-question.ts";
export { questionKey } from "./question.ts";
export { SingleFlight } from "./single-flight.ts";
