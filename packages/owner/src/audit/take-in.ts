// Synthetic people go through the same door as real ones: cleaned and bounded by ingest, in a directory that is
// deleted at once, then read back.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entropy, invariant, Secret } from "@unseen/base";
import type { Columns } from "@unseen/privacy";
import type { Card } from "@unseen/program";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { identifier, pathLiteral, snapshotColumn } from "../engine/sql-text.ts";
import { ingestFile } from "../ingest/index.ts";
import { asCsv, type SyntheticPerson } from "./synthetic-people.ts";

/** What is left of people once their rows were bounded. */
export type BoundedRows = {
  readonly columns: Columns;
  readonly rowCount: number;
  readonly peopleCount: number;
};

/** Some 0.1 s. */
export async function takeIn(
  card: Card,
  people: readonly SyntheticPerson[],
  entropy: Entropy,
): Promise<BoundedRows> {
  const directory = await mkdtemp(join(tmpdir(), "unseen-audit-"));
  try {
    const file = join(directory, "people.csv");
    await writeFile(file, asCsv(card, people));
    const boundingKey = Secret.of<Uint8Array>(entropy.fill(new Uint8Array(32)));
    const ingested = await ingestFile({ file, card, dataDirectory: directory, boundingKey, entropy });
    invariant(ingested.ok, "synthetic people fit the card that they were drawn from");
    const { snapshot, rowCount } = ingested.value;
    return { ...(await readBack(card, join(directory, snapshot))), rowCount, peopleCount: people.length };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readBack(card: Card, path: string): Promise<{ readonly columns: Columns }> {
  using session = await DuckDbSession.open(":memory:", {});
  const names = Object.keys(card.columns);
  const selected = names.map((name) => identifier(snapshotColumn(name))).join(", ");
  const rows = await session.rows(`SELECT ${selected} FROM read_parquet(${pathLiteral(path)})`);
  return {
    columns: new Map(names.map((name, at) => [name, Float64Array.from(rows, (row) => Number(row[at]))])),
  };
}
