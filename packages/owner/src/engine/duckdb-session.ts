// A connection to an embedded DuckDB, closed with `using`.

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { invariant } from "@unseen/base";

import type { Block } from "./stream-sums.ts";

/** A value as DuckDB's binding hands it over. */
export type Cell = unknown;

/** Of a number, as both databases read it back to the very same one. */
function textOf(cell: Cell): string {
  return Object.is(cell, -0) ? "-0" : String(cell);
}

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

  /** The rows of a query, a vector of at most 2,048 at a time. */
  async *blocks(sql: string): AsyncGenerator<Block> {
    const result = await this.connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      const columns = Array.from({ length: chunk.columnCount }, (_, at) => chunk.getColumnVector(at));
      const at = (column: number, row: number) => columns[column]?.getItem(row);
      yield {
        rowCount: chunk.rowCount,
        number: (column, row) => {
          const value = at(column, row);
          invariant(typeof value === "number", "a snapshot holds doubles and nothing else");
          return value;
        },
        text: (column, row) => textOf(at(column, row)),
        key: (column, row) => {
          const value = at(column, row);
          return typeof value === "string" ? value : null;
        },
      };
    }
  }

  [Symbol.dispose](): void {
    this.connection.closeSync();
    if (this.#ownsInstance) this.#instance.closeSync();
  }
}
