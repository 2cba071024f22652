// The public part of a card, as it travels. Nothing here is read from rows, but a row count declared public.

import { unitInWords } from "@unseen/privacy";
import type { JoinedCard } from "@unseen/program";
import type { DatasetDescription, RowsDescription, SampleRows } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import {
  budgetText,
  describeColumn,
  factsOf,
  type OpenDataset,
  type OpenSource,
  type QuestionPorts,
} from "../questions/index.ts";

/** A dataset, or two that are joined: then with both columns, both lines, and as many rows as pairs may be. */
export async function describeSource(
  ports: Pick<QuestionPorts, "ledger">,
  caller: Caller,
  source: OpenSource,
): Promise<DatasetDescription> {
  if (source.kind === "dataset") return describeDataset(ports, caller, source.sides[0]);
  const [first, second] = await Promise.all(source.sides.map((side) => describeDataset(ports, caller, side)));
  const { unitInWords: privacyUnit, mostRows } = factsOf(source);
  return {
    ...first!,
    description: [first!, second!].map(({ name, description }) => `${name}: ${description}`).join("\n"),
    tags: [...new Set([...first!.tags, ...second!.tags])],
    columns: Object.entries(source.card.columns).map(([name, column]) => describeColumn(name, column)),
    rows: { kind: "band", least: 0, greatest: mostRows },
    privacyUnit,
    joined: { name: second!.name, budget: second!.budget },
  };
}

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
    mostRowsEach: card.unit.kind === "row" ? 1 : card.unit.mostRowsEach,
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

/** Mock rows, of a join side by side. There is no code path from real rows to here. */
export function sampleOf(source: OpenSource, mostRows: number | undefined): SampleRows {
  const { columns, mock }: Pick<JoinedCard, "columns" | "mock"> =
    source.kind === "join" ? source.card : source.sides[0].card;
  const names = Object.keys(columns);
  return {
    origin: mock.origin,
    columns: names,
    rows: mock.rows
      .slice(0, mostRows)
      .map((row) => names.map((name) => row[name] ?? columns[name]!.missing ?? "")),
  };
}
