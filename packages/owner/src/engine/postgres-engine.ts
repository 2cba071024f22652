// Answers questions over snapshots in owners' own PostgreSQL. What is certain to raise no error, for every value
// within the declared bounds, is one query of exact integer sums; everything else reads the rows out through a cursor
// and adds them up by the plain rules. Which of the two follows from the program and the card alone.

import { err, invariant, ok, type Problem, type Result, Secret } from "@unseen/base";
import type { Contribution, GroupSizes } from "@unseen/privacy";
import type pg from "pg";
import type { Receipt } from "../ledger/index.ts";
import type { Permitted } from "../share-permits/index.ts";
import { type Engine, notComputed, type RowSource, type TrainingRows } from "./engine.ts";
import { Lanes } from "./lanes.ts";
import { pagesIn, questionPool, rowsIn, within } from "./postgres-session.ts";
import { parsePostgresSnapshot } from "./postgres-snapshot.ts";
import { type PushDown, pushDown, type Table } from "./push-down.ts";
import { readColumns } from "./read-columns.ts";
import { readTrainingRows } from "./read-training-rows.ts";
import { type SnapshotMetadata, snapshotVersion } from "./snapshot.ts";
import { postgres } from "./sql-dialect.ts";
import { type Block, streamSums } from "./stream-sums.ts";

/** Questions of one asker that are worked on in script at once. */
const mostStreamsEach = 2;

type Opened = { readonly pool: pg.Pool; readonly table: Table };

export class PostgresEngine implements Engine {
  readonly #way: "fastest" | "script";
  readonly #streams = new Lanes(mostStreamsEach);
  readonly #pools = new Map<string, pg.Pool>();
  /** Snapshots never change, so what is known of one stays known. */
  readonly #opened = new Map<string, Promise<Opened>>();

  /** "script" uses the plain rules for everything: the oracle for tests. Connects when a first question comes. */
  constructor({ way = "fastest" }: { readonly way?: "fastest" | "script" } = {}) {
    this.#way = way;
  }

  async sums(
    source: RowSource,
    contribution: Contribution,
    paid: Receipt,
  ): Promise<Result<Secret<BigInt64Array>, Problem<"answer-not-computed">>> {
    invariant(Number.isSafeInteger(paid.serial), "rows are read for a receipt of the ledger");
    try {
      invariant(typeof source === "string", "a join is of two files");
      const { pool, table } = await this.#open(source);
      const query = this.#way === "script" ? undefined : pushDown(contribution, table, postgres);
      if (query !== undefined) return ok(Secret.of(await ask(pool, query)));
      const sums = await this.#streams.run(paid.asker, () =>
        within(pool, "begin read only", (client) =>
          streamSums((sql) => blocksIn(client, sql), contribution, table),
        ),
      );
      return sums?.ok ? ok(Secret.of(sums.value)) : err(notComputed());
    } catch {
      // What the server says may quote rows, so none of it goes on.
      return err(notComputed());
    }
  }

  /** No table whose card has a column of texts is taken in. */
  async peopleOfKeys(): Promise<Result<Secret<GroupSizes>, Problem<"answer-not-computed">>> {
    return err(notComputed());
  }

  async permittedColumns(
    snapshot: string,
    mostRows: number,
    { permit, columns }: Permitted,
  ): Promise<Result<Secret<readonly Float64Array[]>, Problem<"answer-not-computed">>> {
    invariant(permit.snapshot === snapshot, "a permit is of the rows that are read");
    try {
      const { pool, table } = await this.#open(snapshot);
      const values = await within(pool, "begin read only", (client) =>
        readColumns((sql) => blocksIn(client, sql), table, columns, mostRows),
      );
      return values === undefined ? err(notComputed()) : ok(Secret.of(values));
    } catch {
      return err(notComputed());
    }
  }

  async trainingRows(
    snapshot: string,
    columns: readonly string[],
    paid: Receipt,
  ): Promise<Result<Secret<TrainingRows>, Problem<"answer-not-computed">>> {
    invariant(Number.isSafeInteger(paid.serial), "rows are read for a receipt of the ledger");
    try {
      const { pool, table } = await this.#open(snapshot);
      const rows = await within(pool, "begin read only", (client) =>
        readTrainingRows((sql) => blocksIn(client, sql), table, columns),
      );
      return rows === undefined ? err(notComputed()) : ok(Secret.of(rows));
    } catch {
      return err(notComputed());
    }
  }

  async rowCount(snapshot: string): Promise<Result<number, Problem<"answer-not-computed">>> {
    try {
      return ok((await this.#open(snapshot)).table.rowCount);
    } catch {
      return err(notComputed());
    }
  }

  /** The way a contribution is computed, for benchmarks and reviews; reads no row. */
  async explain(snapshot: string, contribution: Contribution): Promise<string> {
    const query = pushDown(contribution, (await this.#open(snapshot)).table, postgres);
    return query === undefined ? "in script, row by row" : (query.sql ?? "from the number of rows");
  }

  /** Questions underway end with an error. */
  close(): void {
    for (const pool of this.#pools.values()) void pool.end();
  }

  #open(snapshot: string): Promise<Opened> {
    const known = this.#opened.get(snapshot);
    if (known !== undefined) return known;
    const opened = this.#openTable(snapshot);
    this.#opened.set(snapshot, opened);
    opened.catch(() => this.#opened.delete(snapshot));
    return opened;
  }

  async #openTable(snapshot: string): Promise<Opened> {
    const parsed = parsePostgresSnapshot(snapshot);
    invariant(parsed !== undefined, "a snapshot's address is one that a take-in made");
    const { address, reader, name } = parsed;
    const { host, port, user, database, isTls, caFile } = address;
    const server = JSON.stringify([host, port, reader ?? user, database, isTls, caFile]);
    const pool = this.#pools.get(server) ?? questionPool(address, reader);
    this.#pools.set(server, pool);
    const [held] = await rowsIn(pool, "select rows, metadata from unseen.snapshots where name = $1", [name]);
    const metadata = JSON.parse(held?.[1] ?? "{}") as SnapshotMetadata;
    invariant(metadata.version === snapshotVersion, "a snapshot is of the version that this engine reads");
    const table: Table = {
      sql: parsed.table,
      rowCount: Number(held?.[0]),
      hasPeople: metadata.hasPeople,
      columns: new Map(metadata.columns.map((column) => [column.name, column])),
      prepared: new Set(metadata.prepared),
    };
    return { pool, table };
  }
}

async function ask(pool: pg.Pool, { sql, read }: PushDown): Promise<BigInt64Array> {
  return read(sql === undefined ? [] : await rowsIn(pool, sql));
}

/** PostgreSQL writes doubles so that they read as the same. */
async function* blocksIn(client: pg.PoolClient, sql: string): AsyncGenerator<Block> {
  for await (const rows of pagesIn(client, sql)) {
    const text = (column: number, row: number) => String(rows[row]?.[column]);
    const key = (column: number, row: number) => rows[row]?.[column] ?? null;
    yield { rowCount: rows.length, number: (column, row) => Number(text(column, row)), text, key };
  }
}
