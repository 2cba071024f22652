// The engine of a home: each snapshot is read where it lies.

import type { Contribution } from "@unseen/privacy";
import type { Receipt } from "../ledger/index.ts";
import type { Permitted } from "../share-permits/index.ts";
import { DuckDbEngine, type DuckDbOptions } from "./duckdb-engine.ts";
import type { Engine, RowSource } from "./engine.ts";
import { PostgresEngine } from "./postgres-engine.ts";
import { isPostgresSnapshot } from "./postgres-snapshot.ts";

export class HomeEngine implements Engine {
  readonly #files: DuckDbEngine;
  readonly #databases = new PostgresEngine();

  private constructor(files: DuckDbEngine) {
    this.#files = files;
  }

  static async open(options: DuckDbOptions): Promise<HomeEngine> {
    return new HomeEngine(await DuckDbEngine.open(options));
  }

  /** A join is of two files: one that has a side in a database was refused before it was charged. */
  sums(source: RowSource, contribution: Contribution, paid: Receipt) {
    const engine = typeof source === "string" ? this.#of(source) : this.#files;
    return engine.sums(source, contribution, paid);
  }

  peopleOfKeys(
    snapshot: string,
    keys: { readonly column: string; readonly mostKeysEach: number },
    paid: Receipt,
  ) {
    return this.#of(snapshot).peopleOfKeys(snapshot, keys, paid);
  }

  permittedColumns(snapshot: string, mostRows: number, permitted: Permitted) {
    return this.#of(snapshot).permittedColumns(snapshot, mostRows, permitted);
  }

  trainingRows(snapshot: string, columns: readonly string[], paid: Receipt) {
    return this.#of(snapshot).trainingRows(snapshot, columns, paid);
  }

  rowCount(snapshot: string) {
    return this.#of(snapshot).rowCount(snapshot);
  }

  close(): void {
    this.#files.close();
    this.#databases.close();
  }

  #of(snapshot: string): Engine {
    return isPostgresSnapshot(snapshot) ? this.#databases : this.#files;
  }
}
