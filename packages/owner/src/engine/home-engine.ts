// The engine of a home: each snapshot is read where it lies.

import type { Contribution } from "@unseen/privacy";
import type { Receipt } from "../ledger/index.ts";
import { DuckDbEngine, type DuckDbOptions } from "./duckdb-engine.ts";
import type { Engine } from "./engine.ts";
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

  sums(snapshot: string, contribution: Contribution, paid: Receipt) {
    return this.#of(snapshot).sums(snapshot, contribution, paid);
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
