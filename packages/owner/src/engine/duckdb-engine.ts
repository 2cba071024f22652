// DuckDB over the snapshots in one directory. Before it hears anything that an asker sent it is shut in: it
// reads below that directory and nowhere else, loads nothing, and cannot be told otherwise again.

import { join, resolve } from "node:path";
import { err, invariant, ok, type Problem, type Result, Secret } from "@unseen/base";
import { type Contribution, type GroupSizes, mostRows } from "@unseen/privacy";
import type { Receipt } from "../ledger/index.ts";
import type { Permitted } from "../share-permits/index.ts";
import { DuckDbSession } from "./duckdb-session.ts";
import { type Engine, notComputed, type RowSource, type SnapshotJoin, type TrainingRows } from "./engine.ts";
import { joinedTable } from "./joined-table.ts";
import { Lanes } from "./lanes.ts";
import { peopleOfKeysQuery } from "./people-of-keys.ts";
import { type PushDown, pushDown, type Table } from "./push-down.ts";
import { readColumns } from "./read-columns.ts";
import { readTrainingRows } from "./read-training-rows.ts";
import {
  isTexts,
  metadataKey,
  parseSnapshotName,
  type SnapshotMetadata,
  type SnapshotName,
  snapshotVersion,
} from "./snapshot.ts";
import { duckDb } from "./sql-dialect.ts";
import { textLiteral } from "./sql-text.ts";
import { streamSums } from "./stream-sums.ts";

export type DuckDbOptions = {
  /** The home's data directory; nothing outside can be read. */
  readonly dataDirectory: string;
  /** Threads of the engine; as many as the machine has unless said. */
  readonly threads?: number;
  /** As DuckDB writes it: "2GB". A sum needs little; this bounds what a bad plan may take. */
  readonly memoryLimit?: string;
  /** "script" reads the rows out and uses the plain rules for everything: the oracle for tests. */
  readonly way?: "fastest" | "script";
};

/** Numbers of all snapshots that are held in memory together: some 100 MiB with the integers prepared beside them. */
const mostNumbersHeld = 4_000_000;

/** Numbers in whose room a text may stand: 128 bytes. */
const roomOfText = 16;

/** Questions of one asker that are worked on in script at once. */
const mostStreamsEach = 4;

export class DuckDbEngine implements Engine {
  readonly #session: DuckDbSession;
  readonly #options: DuckDbOptions;
  #numbersHeld = 0;
  readonly #streams = new Lanes(mostStreamsEach);
  /** Snapshots never change, so what is known of one stays known. */
  readonly #tables = new Map<string, Promise<Table>>();

  private constructor(session: DuckDbSession, options: DuckDbOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Opens an engine of its own in memory, shut in before it is handed out. Throws where it cannot be. */
  static async open(options: DuckDbOptions): Promise<DuckDbEngine> {
    return new DuckDbEngine(await openShutIn(options), options);
  }

  async sums(
    source: RowSource,
    contribution: Contribution,
    paid: Receipt,
  ): Promise<Result<Secret<BigInt64Array>, Problem<"answer-not-computed">>> {
    invariant(Number.isSafeInteger(paid.serial), "rows are read for a receipt of the ledger");
    try {
      const table = await this.#table(source);
      const query = this.#options.way === "script" ? undefined : pushDown(contribution, table, duckDb);
      if (query !== undefined) return ok(Secret.of(await this.#ask(query)));
      const sums = await this.#streams.run(paid.asker, async () => {
        using session = await this.#session.another();
        return await streamSums((sql) => session.blocks(sql), contribution, table);
      });
      return sums?.ok ? ok(Secret.of(sums.value)) : err(notComputed());
    } catch {
      // What the engine says may quote rows, so none of it goes on.
      return err(notComputed());
    }
  }

  async peopleOfKeys(
    snapshot: string,
    keys: { readonly column: string; readonly mostKeysEach: number },
    paid: Receipt,
  ): Promise<Result<Secret<GroupSizes>, Problem<"answer-not-computed">>> {
    invariant(Number.isSafeInteger(paid.serial), "rows are read for a receipt of the ledger");
    try {
      const query = peopleOfKeysQuery(await this.#table(snapshot), keys);
      if (query === undefined) return err(notComputed());
      using session = await this.#session.another();
      const counted = await session.rows(query);
      return ok(Secret.of(new Map(counted.map(([key, people]) => [String(key), BigInt(people as bigint)]))));
    } catch {
      return err(notComputed());
    }
  }

  async permittedColumns(
    snapshot: string,
    mostRows: number,
    { permit, columns }: Permitted,
  ): Promise<Result<Secret<readonly Float64Array[]>, Problem<"answer-not-computed">>> {
    invariant(permit.snapshot === snapshot, "a permit is of the rows that are read");
    try {
      const table = await this.#table(snapshot);
      using session = await this.#session.another();
      const values = await readColumns((sql) => session.blocks(sql), table, columns, mostRows);
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
      const table = await this.#table(snapshot);
      using session = await this.#session.another();
      const rows = await readTrainingRows((sql) => session.blocks(sql), table, columns);
      return rows === undefined ? err(notComputed()) : ok(Secret.of(rows));
    } catch {
      return err(notComputed());
    }
  }

  async rowCount(snapshot: string): Promise<Result<number, Problem<"answer-not-computed">>> {
    try {
      return ok((await this.#table(snapshot)).rowCount);
    } catch {
      return err(notComputed());
    }
  }

  /** The way a contribution is computed, for benchmarks and reviews; reads no row. */
  async explain(source: RowSource, contribution: Contribution): Promise<string> {
    const query = pushDown(contribution, await this.#table(source), duckDb);
    return query === undefined ? "in script, row by row" : (query.sql ?? "from the number of rows");
  }

  close(): void {
    this.#session[Symbol.dispose]();
  }

  async #ask({ sql, read }: PushDown): Promise<BigInt64Array> {
    if (sql === undefined) return read([]);
    using session = await this.#session.another();
    return read(await session.rows(sql));
  }

  /** Opened once, also when two first questions come at once; what failed is tried again by the next. */
  #table(source: RowSource): Promise<Table> {
    const key = typeof source === "string" ? source : JSON.stringify([source.snapshots, [...source.origins]]);
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const opened = typeof source === "string" ? this.#open(source) : this.#openJoin(source);
    this.#tables.set(key, opened);
    opened.catch(() => this.#tables.delete(key));
    return opened;
  }

  /** How many pairs there are is counted once: the snapshots never change. */
  async #openJoin({ snapshots: [first, second], origins }: SnapshotJoin): Promise<Table> {
    const pairs = joinedTable([await this.#table(first), await this.#table(second)], origins);
    using session = await this.#session.another();
    const [counted] = await session.rows(`SELECT count(*) FROM ${pairs.sql}`);
    const rowCount = Number(counted?.[0]);
    invariant(rowCount <= mostRows, "sums over so many pairs would not fit their integers");
    return { ...pairs, rowCount };
  }

  async #open(snapshot: string): Promise<Table> {
    const name = parseSnapshotName(snapshot);
    invariant(name !== undefined, "a snapshot's name is one that ingest made");
    // As it is: DuckDB compares it with the directory it may read before it looks for wildcards.
    const path = textLiteral(join(resolve(this.#options.dataDirectory), name));
    using session = await this.#session.another();
    const [held] = await session.rows(
      `SELECT decode(value) FROM parquet_kv_metadata(${path}) WHERE decode(key) = ${textLiteral(metadataKey)}`,
    );
    const metadata = JSON.parse(String(held?.[0])) as SnapshotMetadata;
    invariant(metadata.version === snapshotVersion, "a snapshot is of the version that this engine reads");
    const [counted] = await session.rows(`SELECT count(*) FROM read_parquet(${path})`);
    const rowCount = Number(counted?.[0]);
    // A pseudonym takes the room of two numbers.
    const texts = metadata.columns.filter(isTexts).length;
    const width = metadata.columns.length + (roomOfText - 1) * texts + (metadata.hasPeople ? 2 : 0);
    return {
      sql: await this.#source(session, name, path, rowCount * width),
      rowCount,
      hasPeople: metadata.hasPeople,
      columns: new Map(metadata.columns.map((column) => [column.name, column])),
      prepared: new Set(metadata.prepared),
    };
  }

  /** A small snapshot is held in memory, so that a question about few rows does not open and read a file's footer each time. */
  async #source(session: DuckDbSession, name: SnapshotName, path: string, numbers: number): Promise<string> {
    if (numbers > mostNumbersHeld - this.#numbersHeld) return `read_parquet(${path})`;
    const table = `held_${name.replaceAll(".", "_")}`;
    await session.run(`CREATE OR REPLACE TABLE ${table} AS SELECT * FROM read_parquet(${path})`);
    this.#numbersHeld += numbers;
    return table;
  }
}

/** For the engine, and for the test that tries to get out. */
export async function openShutIn(options: DuckDbOptions): Promise<DuckDbSession> {
  const session = await DuckDbSession.open(":memory:", {
    memory_limit: options.memoryLimit ?? "2GB",
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  try {
    await session.run(`SET allowed_directories = [${textLiteral(`${resolve(options.dataDirectory)}/`)}]`);
    await session.run("SET temp_directory = ''");
    await session.run("SET enable_external_access = false");
    // Last, because it forbids every setting after it.
    await session.run("SET lock_configuration = true");
    return session;
  } catch (error) {
    session[Symbol.dispose]();
    throw new Error("the data engine could not be shut in, so it was not opened", { cause: error });
  }
}
