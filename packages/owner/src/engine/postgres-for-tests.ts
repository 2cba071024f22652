// A PostgreSQL that holds snapshots, for tests that ask both engines.

import { join } from "node:path";
import { platformEntropy } from "@unseen/base";
import { loadSnapshot } from "../ingest/load-snapshot.ts";
import { postgresPrograms, startCluster } from "../ledger/postgres-for-tests.ts";
import { parsePostgresAddress } from "../postgres/index.ts";
import { DuckDbSession } from "./duckdb-session.ts";
import { ownerPool } from "./postgres-session.ts";
import { newPostgresSnapshot } from "./postgres-snapshot.ts";

const entropy = platformEntropy(globalThis.crypto);

export type SnapshotDatabase = {
  readonly address: string;
  /** Puts a snapshot's file into the database, and gives what the catalogue would keep. */
  load(directory: string, snapshot: string): Promise<string>;
  stop(): Promise<void>;
};

/** Undefined where there is no PostgreSQL; says so. */
export async function snapshotDatabase(): Promise<SnapshotDatabase | undefined> {
  const programs = postgresPrograms();
  if (programs === undefined) {
    console.warn("There is no PostgreSQL here (initdb was not found): its engine was NOT tested.");
    return undefined;
  }
  const cluster = await startCluster(programs);
  const address = await cluster.freshDatabase();
  const parsed = parsePostgresAddress(address, []);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const pool = ownerPool(parsed.value);
  const session = await DuckDbSession.open(":memory:", {});
  return {
    address,
    load: async (directory, snapshot) => {
      const named = newPostgresSnapshot(parsed.value, entropy.fill(new Uint8Array(16)));
      await loadSnapshot(pool, session, join(directory, snapshot), named);
      return named.text;
    },
    stop: async () => {
      session[Symbol.dispose]();
      await pool.end();
      await cluster.stop();
    },
  };
}
