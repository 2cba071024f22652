export { type Ingested, type IngestInput, type IngestProblem, ingestFile } from "./ingest-file.ts";
export type { ColumnReport, IngestReport } from "./ingest-report.ts";
export { ingestTable, removeTableSnapshot } from "./ingest-table.ts";
export { type LabelledRows, readLabelledRows } from "./read-labelled-rows.ts";
export { readPublicRows } from "./read-public-rows.ts";
export { type CardDraft, suggestCard } from "./suggest-card.ts";
