// The public part of a card, as it travels. Nothing here is read from rows, but a row count declared public.

import { unitInWords } from "@unseen/privacy";
import type { Card, ColumnCard } from "@unseen/program";
import type { ColumnDescription, DatasetDescription, RowsDescription, SampleRows } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { budgetText, type OpenDataset, type QuestionPorts } from "../questions/index.ts";

export async function describeDataset(
  { ledger }: Pick<QuestionPorts, "ledger">,
  caller: Caller,
  dataset: OpenDataset,
): Promise<DatasetDescription> {
  const { card } = dataset;
  return {
    name: card.name,
    description: card.description,
    tags: card.tags,
    columns: Object.entries(card.columns).map(([name, column]) => describeColumn(name, column)),
    rows: describeRows(dataset),
    privacyUnit: unitInWords(card),
    budget: budgetText(await ledger.budget(card.name, caller.id)),
  };
}

function describeRows({ card, peopleCount }: OpenDataset): RowsDescription {
  const { people, unit } = card;
  if (!people.isPublic) return { kind: "band", least: people.band[0], greatest: people.band[1] };
  if (unit.kind === "row") return { kind: "exact", exact: peopleCount };
  // The number of people is public; each has from one to the declared most rows.
  return { kind: "band", least: peopleCount, greatest: peopleCount * unit.mostRowsEach };
}

function describeColumn(name: string, column: ColumnCard): ColumnDescription {
  const about = column.description === undefined ? {} : { description: column.description };
  if (column.type === "category") return { name, type: "category", categories: column.categories, ...about };
  const [least, greatest] = column.bounds;
  return {
    name,
    type: column.type,
    least,
    greatest,
    ...(column.unit === undefined ? {} : { unit: column.unit }),
    ...about,
  };
}

/** The card's mock rows. There is no code path from real rows to here. */
export function sampleOf(card: Card, mostRows: number | undefined): SampleRows {
  const columns = Object.keys(card.columns);
  const rows = card.mock.rows.slice(0, mostRows);
  return {
    origin: card.mock.origin,
    columns,
    rows: rows.map((row) => columns.map((name) => row[name] ?? card.columns[name]!.missing)),
  };
}
