// Puts a snapshot that was made by the one way there is into the owner's own PostgreSQL, row by row in its order: the
// same cells, the same prepared integers, the same metadata. All of it is there, or nothing.

import { invariant } from "@unseen/base";
import type { Card } from "@unseen/program";
import type pg from "pg";
import type { DuckDbSession } from "../engine/duckdb-session.ts";
import { rowsIn, within } from "../engine/postgres-session.ts";
import { type PostgresSnapshot, snapshotList, snapshotSchema } from "../engine/postgres-snapshot.ts";
import { metadataKey } from "../engine/snapshot.ts";
import { identifier, textLiteral } from "../engine/sql-text.ts";

/** Any number that no other program locks: "unst" in bytes. */
const listLock = 0x75_6e_73_74;

const bytesOfDouble = 8;
/** By DuckDB's type, PostgreSQL's and the bytes a cell takes there. PostgreSQL has no unsigned types. */
const types: { readonly [duckDbType: string]: { readonly type: string; readonly bytes: number } } = {
  DOUBLE: { type: "float8", bytes: bytesOfDouble },
  INTEGER: { type: "int4", bytes: 4 },
  USMALLINT: { type: "int4", bytes: 4 },
  UUID: { type: "uuid", bytes: 16 },
};

/** A row lies in one page of 8 KiB, beside some headers, and a table has at most 1,600 columns (PostgreSQL, appendix K). */
const mostRowBytes = 8_000;
const mostColumns = 1_600;

/** Whether the doubles of a card alone would fill a row, which is known before a row is read. */
export function isSurelyTooWide(card: Card): boolean {
  return Object.keys(card.columns).length * bytesOfDouble >= mostRowBytes;
}

/** Tells where a row of the snapshot, with its prepared integers, would not fit. Throws `PostgresFailed`. */
export async function loadSnapshot(
  pool: pg.Pool,
  session: DuckDbSession,
  file: string,
  { name, table, reader }: PostgresSnapshot,
): Promise<"loaded" | "too-wide"> {
  const from = `read_parquet(${textLiteral(file)})`;
  const described = await session.rows(`DESCRIBE SELECT * FROM ${from}`);
  const columns = described.map(([column, type]) => {
    const known = types[String(type)];
    invariant(known !== undefined, "a snapshot holds doubles, small integers and pseudonyms");
    return { column: identifier(String(column)), ...known };
  });
  const width = columns.reduce((sum, { bytes }) => sum + bytes, 0);
  if (width > mostRowBytes || columns.length > mostColumns) return "too-wide";
  const [held] = await session.rows(
    `SELECT decode(value) FROM parquet_kv_metadata(${textLiteral(file)}) WHERE decode(key) = ${textLiteral(metadataKey)}`,
  );
  return within(pool, "begin", async (client) => {
    await makeList(client);
    const listed = columns.map(({ column, type }) => `${column} ${type} not null`);
    await rowsIn(client, `create table ${table} (${listed.join(", ")})`);
    const arrays = columns.map(({ type }, at) => `$${at + 1}::${type}[]`);
    const insert = `insert into ${table} select * from unnest(${arrays.join(", ")})`;
    let rows = 0;
    for await (const { rowCount, text } of session.blocks(`SELECT * FROM ${from}`)) {
      // Digits and dashes, nothing that an array would quote.
      const cells = columns.map(
        (_, column) => `{${Array.from({ length: rowCount }, (_, row) => text(column, row)).join(",")}}`,
      );
      await rowsIn(client, insert, cells);
      rows += rowCount;
    }
    await rowsIn(
      client,
      `create trigger never_changed before insert or update or delete or truncate on ${table}
        for each statement execute function ${snapshotSchema}.never_changed()`,
    );
    await rowsIn(client, `insert into ${snapshotList} (name, rows, metadata) values ($1, $2, $3)`, [
      name,
      rows,
      String(held?.[0]),
    ]);
    if (reader !== undefined) {
      const role = identifier(reader);
      await rowsIn(client, `grant usage on schema ${snapshotSchema} to ${role}`);
      await rowsIn(client, `grant select on ${snapshotList}, ${table} to ${role}`);
    }
    return "loaded" as const;
  });
}

/** Drops a snapshot's table. Nothing happens where it is gone already. */
export async function dropSnapshot(pool: pg.Pool, { name, table }: PostgresSnapshot): Promise<void> {
  await within(pool, "begin", async (client) => {
    await rowsIn(client, `drop table if exists ${table}`);
    await rowsIn(client, `delete from ${snapshotList} where name = $1`, [name]);
  });
}

async function makeList(client: pg.PoolClient): Promise<void> {
  await rowsIn(client, "select pg_advisory_xact_lock($1)", [listLock]);
  const [made] = await rowsIn(client, "select to_regclass($1)::text", [snapshotList]);
  if (made?.[0] != null) return;
  const [schema] = await rowsIn(client, "select to_regnamespace($1)::text", [snapshotSchema]);
  if (schema?.[0] == null) await rowsIn(client, `create schema ${snapshotSchema}`);
  await rowsIn(
    client,
    `create function ${snapshotSchema}.never_changed() returns trigger language plpgsql as
      $$ begin raise exception 'snapshots are never changed'; end $$`,
  );
  await rowsIn(
    client,
    `create table ${snapshotList} (name text primary key, rows bigint not null, metadata text not null)`,
  );
}
