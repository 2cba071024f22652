// What a question is asked of: a dataset, or two whose rows are joined on the person.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type DatasetFacts, datasetFacts, joinFacts } from "@unseen/privacy";
import { type JoinedCard, joinCards } from "@unseen/program";
import type { DatasetRef } from "@unseen/wire";
import { isEarlierSnapshot, isPostgresSnapshot, type RowSource } from "../engine/index.ts";
import type { ChargedDatasets } from "../ledger/index.ts";
import type { Datasets, OpenDataset } from "./ports.ts";

export type OpenSource =
  | { readonly kind: "dataset"; readonly sides: readonly [OpenDataset] }
  | { readonly kind: "join"; readonly card: JoinedCard; readonly sides: readonly [OpenDataset, OpenDataset] };

/** Finds what is named. Each refusal is free, and follows from cards alone. */
export async function openSource(
  datasets: Datasets,
  { dataset, joined }: DatasetRef,
): Promise<Result<OpenSource, Problem>> {
  const first = await findDataset(datasets, dataset);
  if (!first.ok) return first;
  if (joined === undefined) return ok({ kind: "dataset", sides: [first.value] });
  const second = await findDataset(datasets, joined);
  if (!second.ok) return second;
  const card = joinCards(first.value.card, second.value.card);
  const far = [first.value, second.value].find(({ snapshot }) => isPostgresSnapshot(snapshot));
  if (card.ok && far !== undefined) return err(notInTheHome(far.card.name));
  return card.ok ? ok({ kind: "join", card: card.value, sides: [first.value, second.value] }) : card;
}

export async function findDataset(
  datasets: Datasets,
  name: string,
): Promise<Result<OpenDataset, Problem<"dataset-unknown">>> {
  const dataset = await datasets.find(name);
  if (dataset !== undefined) return ok(dataset);
  return err(
    problem("dataset-unknown", `this node has no dataset called ${JSON.stringify(name.slice(0, 80))}`, {
      hint: "search() without words lists them all",
    }),
  );
}

/** Whose lines a question about it is charged to: all of them, each the full price. */
export function chargedDatasets({ sides: [first, second] }: OpenSource): ChargedDatasets {
  return second === undefined ? [first.card.name] : [first.card.name, second.card.name];
}

/** What the planner may know of it. */
export function factsOf(source: OpenSource): DatasetFacts {
  const [first, second] = source.sides.map(({ card, peopleCount }) =>
    datasetFacts(card, card.people.isPublic ? peopleCount : undefined),
  );
  return source.kind === "dataset" ? first! : joinFacts(source.card, first!, second!);
}

/** What the engine reads of it. Refused, free of charge, where an earlier version wrote a snapshot. */
export function rowsOf(source: OpenSource): Result<RowSource, Problem<"dataset-outdated">> {
  const earlier = source.sides.find(({ snapshot }) => isEarlierSnapshot(snapshot));
  if (earlier !== undefined) return err(outdated(earlier.card.name));
  if (source.kind === "dataset") return ok(source.sides[0].snapshot);
  const [first, second] = source.sides;
  return ok({ snapshots: [first.snapshot, second.snapshot], origins: source.card.origins });
}

function notInTheHome(name: string): Problem<"join-refused"> {
  return problem(
    "join-refused",
    `the rows of ${name} are kept in a database, and joins are of files in the home`,
    {
      hint: "the owner can register it from a file",
    },
  );
}

function outdated(name: string): Problem<"dataset-outdated"> {
  return problem(
    "dataset-outdated",
    `an earlier version took the dataset ${JSON.stringify(name)} in, and this one cannot read what it kept`,
    { hint: "its owner removes it and registers it again; what was spent under its name stays spent" },
  );
}
