// One connection to a DuckDB of its own, closed with `using`.

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** A value as DuckDB's binding hands it over. */
export type Cell = unknown;

export class DuckDbSession implements Disposable {
  readonly #instance: DuckDBInstance;
  readonly connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.connection = connection;
  }

  static async open(path: string, options: Record<string, string>): Promise<DuckDbSession> {
    const instance = await DuckDBInstance.create(path, options);
    return new DuckDbSession(instance, await instance.connect());
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  async rows(sql: string): Promise<readonly (readonly Cell[])[]> {
    return (await this.connection.runAndReadAll(sql)).getRows();
  }

  [Symbol.dispose](): void {
    this.connection.closeSync();
    this.#instance.closeSync();
  }
}
