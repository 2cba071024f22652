import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platformEntropy, Secret } from "@unseen/base";
import { type Card, parseCard } from "@unseen/program";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { identifier, pathLiteral, snapshotColumn } from "../engine/sql-text.ts";
import { type Ingested, type IngestProblem, ingestFile } from "./ingest-file.ts";

export const entropy = platformEntropy(globalThis.crypto);
export const boundingKey = Secret.of<Uint8Array>(new Uint8Array(32).fill(7));

/** A card over the given columns, with each row a person unless the unit says otherwise. */
export function cardOf(columns: object, unit: object | "row" = "row"): Card {
  const card = parseCard({
    name: "test",
    columns,
    unit,
    people: { isPublic: false, band: [1, 1000] },
    budget: { epsilon: 1 },
  });
  if (!card.ok) throw new Error(card.problem.message);
  return card.value;
}

/** A fresh data directory; `using` removes it. */
export function testFolder(suffix = ""): Disposable & {
  readonly path: string;
  write(name: string, content: string | Uint8Array): string;
} {
  const path = mkdtempSync(join(tmpdir(), `unseen-data-${suffix}`));
  return {
    path,
    write(name, content) {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

export async function ingested(
  folder: { readonly path: string },
  file: string,
  card: Card,
  key = boundingKey,
): Promise<Ingested & { readonly rows: readonly (readonly number[])[] }> {
  const result = await ingestFile({ file, card, dataDirectory: folder.path, boundingKey: key, entropy });
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return { ...result.value, rows: await snapshotRows(join(folder.path, result.value.snapshot), card) };
}

export async function refusal(
  folder: { readonly path: string },
  file: string,
  card: Card,
): Promise<IngestProblem> {
  const result = await ingestFile({ file, card, dataDirectory: folder.path, boundingKey, entropy });
  if (result.ok) throw new Error("the file was taken in");
  return result.problem;
}

/** The rows of a snapshot as they lie in it, in the card's order of columns. */
export async function snapshotRows(path: string, card: Card): Promise<readonly (readonly number[])[]> {
  using session = await DuckDbSession.open(":memory:", {});
  const columns = Object.keys(card.columns).map((name) => identifier(snapshotColumn(name)));
  return (await session.rows(
    `SELECT ${columns.join(", ")} FROM read_parquet(${pathLiteral(path)})`,
  )) as readonly (readonly number[])[];
}
