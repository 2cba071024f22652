export { DuckDbEngine, type DuckDbOptions } from "./duckdb-engine.ts";
export type { Engine, RowSource, SnapshotJoin, TrainingRows } from "./engine.ts";
export { notComputed } from "./engine.ts";
export { HomeEngine } from "./home-engine.ts";
export { isPostgresSnapshot } from "./postgres-snapshot.ts";
export { isEarlierSnapshot, parseSnapshotName, type SnapshotName } from "./snapshot.ts";
