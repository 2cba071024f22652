// What an owner's node is built on, and whether it loads on this machine: each brings a binary of its own.

export type PresentEngine = { readonly name: string; readonly isPresent: boolean; readonly use: string };

export async function presentEngines(): Promise<readonly PresentEngine[]> {
  const loads = async (load: () => Promise<unknown>) =>
    load().then(
      () => true,
      () => false,
    );
  return [
    {
      name: "DuckDB",
      isPresent: await loads(() => import("@duckdb/node-api")),
      use: "reads CSV, Parquet and JSON, and computes an owner's sums",
    },
    {
      name: "SQLite",
      isPresent: await loads(() => import("better-sqlite3")),
      use: "keeps the ledger and the catalogue of a home",
    },
    {
      name: "PostgreSQL client",
      isPresent: await loads(() => import("pg")),
      use: "a ledger and tables past one machine",
    },
  ];
}
