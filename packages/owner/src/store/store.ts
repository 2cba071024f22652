// One SQLite file behind one connection. Kysely writes the SQL and types the rows; better-sqlite3 runs it
// in place. Kysely's own `transaction()` is not used, for two reasons. It issues a deferred `begin`, and a
// deferred transaction that reads and then writes fails with SQLITE_BUSY_SNAPSHOT as soon as another process
// wrote in between. And it awaits between statements. Here a transaction begins `immediate` and its work is
// one synchronous function, so no other statement of this process can fall inside it.
//
// The price: a commit holds the event loop for one fsync. Who writes often must write in groups (`ledger/`).

import Database from "better-sqlite3";
import {
  type Compilable,
  DummyDriver,
  Kysely,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";
import { migrations, newestVersion } from "./migrations.ts";
import type { Schema } from "./schema.ts";

/** Builds queries and runs none: a driver that answers nothing keeps every statement on the one connection. */
export const queries = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** Stands for a value that a prepared query is given each time it runs; values go in the order of the marks. */
export const given: RawBuilder<never> = sql<never>`?`;

/** A query compiled once. Runs inside `write`, or alone as a read. */
export type Prepared<Row> = {
  all(...values: readonly unknown[]): Row[];
  first(...values: readonly unknown[]): Row | undefined;
  /** Returns the row id of the last row inserted. */
  run(...values: readonly unknown[]): bigint;
};

/** How long SQLite itself waits for another process's lock, with the event loop held: about ten commits. */
const heldWaitMs = 50;
/** Between two tries, the event loop is free. One commit on a loaded disk takes 2 to 5 ms. */
const freeWaitMs = 3;
/** After this long without the lock, `write` fails as any broken store does. */
const lockDeadlineMs = 15_000;

export class Store {
  readonly #database: Database.Database;
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;

  private constructor(database: Database.Database) {
    this.#database = database;
    this.#begin = database.prepare("begin immediate");
    this.#commit = database.prepare("commit");
  }

  /**
   * Opens `file`, creating or upgrading its tables in one transaction. Throws `NewerStore` if a newer
   * version of this program made it, and SQLite's own error if it is not a database or cannot be read.
   */
  static open(file: string): Store {
    const database = new Database(file, { timeout: lockDeadlineMs });
    try {
      database.defaultSafeIntegers(true);
      database.pragma("journal_mode = wal");
      database.pragma("synchronous = full");
      database.pragma("foreign_keys = on");
      database.exec("begin immediate");
      migrate(database);
      database.exec("commit");
      database.pragma(`busy_timeout = ${heldWaitMs}`);
      return new Store(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  prepare<Row>(query: Compilable<Row>): Prepared<Row> {
    const statement = this.#database.prepare(query.compile().sql);
    return {
      all: (...values) => statement.all(...values) as Row[],
      first: (...values) => statement.get(...values) as Row | undefined,
      run: (...values) => statement.run(...values).lastInsertRowid as bigint,
    };
  }

  /** Runs a query with the values it was built with and returns its rows. */
  all<Row>(query: Compilable<Row>): Row[] {
    const { sql: text, parameters } = query.compile();
    const statement = this.#database.prepare(text);
    if (statement.reader) return statement.all(...parameters) as Row[];
    statement.run(...parameters);
    return [];
  }

  first<Row>(query: Compilable<Row>): Row | undefined {
    return this.all(query)[0];
  }

  /**
   * Runs `work` in one immediate transaction. When it resolves, what was written is on the disk; when it
   * rejects, the transaction was rolled back, or (only if the disk failed within the commit itself) is to be
   * read again. `work` runs once per try and again only after a rollback, so it must start from what it reads.
   */
  async write<T>(work: () => T): Promise<T> {
    const deadline = performance.now() + lockDeadlineMs;
    for (;;) {
      try {
        return this.#transact(work);
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
      }
      await new Promise((resume) => setTimeout(resume, freeWaitMs));
    }
  }

  #transact<T>(work: () => T): T {
    this.#begin.run();
    try {
      const value = work();
      this.#commit.run();
      return value;
    } catch (error) {
      // SQLite rolls back by itself on some errors (a full disk), and then there is nothing left to undo.
      if (this.#database.inTransaction) this.#database.exec("rollback");
      throw error;
    }
  }

  /** Tests fill the disk with this: no page beyond `pages` can be written until it is raised again. */
  limitPages(pages: number): void {
    this.#database.pragma(`max_page_count = ${pages}`);
  }

  /** The size of the file in pages, for `limitPages`. */
  pageCount(): number {
    return Number(this.#database.pragma("page_count", { simple: true }));
  }

  close(): void {
    this.#database.close();
  }
}

export class NewerStore extends Error {
  override readonly name = "NewerStore";
}

/** True for an error of the disk or of SQLite, false for a bug of ours. */
export function isStoreFailure(error: unknown): boolean {
  return error instanceof Database.SqliteError;
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");
}

function migrate(database: Database.Database): void {
  database.exec("create table if not exists schema_versions (version integer primary key) strict");
  const held = Number(
    database.prepare("select coalesce(max(version), 0) from schema_versions").pluck().get(),
  );
  if (held > newestVersion) throw new NewerStore(`version ${held}`);
  for (const { version, sql: steps, fill, seal } of migrations) {
    if (version <= held) continue;
    database.exec(steps);
    fill?.(database);
    if (seal !== undefined) database.exec(seal);
    database.prepare("insert into schema_versions (version) values (?)").run(version);
  }
}
