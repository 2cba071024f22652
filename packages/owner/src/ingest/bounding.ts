// Which rows of a person count, in which order the snapshot holds them, and what it calls the person.

import { createHash } from "node:crypto";
import type { Card } from "@unseen/program";
import type { DuckDbSession } from "../engine/duckdb-session.ts";
import { preparable } from "../engine/push-down.ts";
import {
  metadataKey,
  personColumn,
  type SnapshotColumn,
  type SnapshotMetadata,
  snapshotVersion,
} from "../engine/snapshot.ts";
import { identifier, pathLiteral, preparedName, snapshotColumn, textLiteral } from "../engine/sql-text.ts";
import { storedPlaces } from "../engine/stored-places.ts";
import { commonContributions } from "./common-contributions.ts";

/**
 * SQL of the bounded rows, with a column `place` of a keyed secret order. The key fills the first block of
 * SHA-256, so the hash is a pseudorandom function of what follows; nothing of it ever leaves, and what
 * follows has one reading only. Rows that are the same in every cell are told apart by counting them,
 * so that each has the same chance.
 *
 * A row that names no person is left out: it might be anybody's, and whoever it belongs to could
 * otherwise add more than their share, or push the rows of another nameless person in and out.
 *
 * Where a column names the person, `pseudonym` takes the place of the name: the same for one person in every
 * dataset of the home, and nothing that anybody without the key could work out or compare.
 */
export function bounded(card: Card, key: Uint8Array): string {
  // A text goes in as its hash, so that none can be written like two cells; NULL would be left out.
  const values = Object.values(card.columns).map(({ type }, at) =>
    type === "text" ? `coalesce(sha256(v${at}), '-')` : `v${at}`,
  );
  const content = `concat_ws(',', ${values.join(", ")})`;
  const block = keyBlock("unseen bounding 1", key);
  if (card.unit.kind === "row") return `SELECT *, ${keyedHash(block, content)} AS place FROM staged`;
  const pseudonym = pseudonymOf(keyBlock("unseen person 1", key), "person");
  const counted = `SELECT *, ${pseudonym} AS pseudonym, sha256(person) AS who, sha256(${content}) AS what FROM staged WHERE person IS NOT NULL`;
  const numbered = `SELECT *, row_number() OVER (PARTITION BY who, what) AS copy FROM (${counted})`;
  const placed = `SELECT *, ${keyedHash(block, "who || what || copy")} AS place FROM (${numbered})`;
  return `SELECT * FROM (${placed}) QUALIFY row_number() OVER (PARTITION BY who ORDER BY place) <= ${card.unit.mostRowsEach}`;
}

/** The key fills the first block of SHA-256, 64 characters. Each purpose has a block of its own. */
function keyBlock(purpose: string, key: Uint8Array): string {
  return createHash("sha256").update(purpose).update(key).digest("hex");
}

/** 128 bits: among 2^40 people, that any two share one has a chance of 2^-49 (the birthday bound). */
function pseudonymOf(block: string, name: string): string {
  return `CAST(substr(sha256(${textLiteral(block)} || ${name}), 1, 32) AS UUID)`;
}

/** 64 bits of it: two rows of one person meet with a chance of 2^-64, and then either may be kept. */
function keyedHash(block: string, message: string): string {
  return `CAST('0x' || substr(sha256(${textLiteral(block)} || ${message}), 1, 16) AS UBIGINT)`;
}

/**
 * Copies the columns of the card in the secret order into a Parquet file, with the integers that common
 * questions add up or group by, and nothing else. Gives its number of rows.
 */
export async function writeSnapshot(
  session: DuckDbSession,
  card: Card,
  rows: string,
  path: string,
): Promise<number> {
  const declared = declaredColumns(card);
  const byName = new Map(declared.map((column) => [column.name, column]));
  const steps = new Set(commonContributions(card).flatMap((common) => preparable(common, byName)));
  const kept = declared.map(({ name }, at) => `v${at} AS ${identifier(snapshotColumn(name))}`);
  const prepared = [
    ...[...steps].map((sql) => ({ sql: `CAST(${sql} AS INTEGER)`, name: preparedName(sql) })),
    ...declared.flatMap((column) => storedPlaces(column) ?? []),
  ];
  const metadata: SnapshotMetadata = {
    version: snapshotVersion,
    hasPeople: card.unit.kind === "column",
    columns: declared,
    prepared: prepared.map(({ name }) => name),
  };
  const people = metadata.hasPeople ? [personColumn] : [];
  const whose = people.map((name) => `pseudonym AS ${name}`);
  const named = `SELECT ${[...kept, ...whose].join(", ")}, place FROM (${rows})`;
  const columns = [...declared.map(({ name }) => identifier(snapshotColumn(name))), ...people];
  const worked = prepared.map(({ sql, name }) => `${sql} AS ${name}`);
  const written = `SELECT ${[...columns, ...worked].join(", ")} FROM (${named}) ORDER BY place`;
  await session.run(
    `COPY (${written}) TO ${textLiteral(path)} (FORMAT parquet, COMPRESSION snappy, KV_METADATA {${metadataKey}: ${textLiteral(JSON.stringify(metadata))}})`,
  );
  const [[count]] = (await session.rows(`SELECT count(*) FROM read_parquet(${pathLiteral(path)})`)) as [
    [bigint],
  ];
  return Number(count);
}

function declaredColumns(card: Card): readonly SnapshotColumn[] {
  return Object.entries(card.columns).map(([name, column]) =>
    column.type === "category"
      ? { name, least: 0, greatest: column.categories.length - 1, isWhole: true }
      : column.type === "text"
        ? { name, isText: true }
        : { name, least: column.bounds[0], greatest: column.bounds[1], isWhole: column.type === "integer" },
  );
}
