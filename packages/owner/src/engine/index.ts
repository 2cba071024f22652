export { DuckDbEngine, type DuckDbOptions } from "./duckdb-engine.ts";
export type { Engine } from "./engine.ts";
export { isEarlierSnapshot, parseSnapshotName, type SnapshotName } from "./snapshot.ts";
