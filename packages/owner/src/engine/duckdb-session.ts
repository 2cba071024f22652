// A connection to an embedded DuckDB, closed with `using`.

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** A value as DuckDB's binding hands it over. */
export type Cell = unknown;

export class DuckDbSession implements Disposable {
  readonly #instance: DuckDBInstance;
  readonly #ownsInstance: boolean;
  readonly connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, ownsInstance: boolean) {
    this.#instance = instance;
    this.#ownsInstance = ownsInstance;
    this.connection = connection;
  }

  static async open(path: string, options: Record<string, string>): Promise<DuckDbSession> {
    const instance = await DuckDBInstance.create(path, options);
    return new DuckDbSession(instance, await instance.connect(), true);
  }

  /** Another connection to the same DuckDB, under the same settings: one for each question. */
  async another(): Promise<DuckDbSession> {
    return new DuckDbSession(this.#instance, await this.#instance.connect(), false);
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  async rows(sql: string): Promise<readonly (readonly Cell[])[]> {
    return (await this.connection.runAndReadAll(sql)).getRows();
  }

  [Symbol.dispose](): void {
    this.connection.closeSync();
    if (this.#ownsInstance) this.#instance.closeSync();
  }
}
