// A PostgreSQL cluster of its own in a passing directory, reached through a socket there and through nothing else.

import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@unseen/base";
import pg from "pg";
import { parsePostgresAddress } from "../postgres/index.ts";
import { LedgerPolicy } from "./budget-policy.ts";
import type { LedgerSnapshot } from "./chain-of-rows.ts";
import { GroupedLedger } from "./grouped-ledger.ts";
import type { Ledger } from "./ledger.ts";
import { makeLedger } from "./move-ledger.ts";
import { PostgresTables } from "./postgres-tables.ts";

export type TestCluster = {
  /** The address of a fresh, empty database. */
  freshDatabase(): Promise<string>;
  /** Ends the server as `kill -9` does, and gives what starts it again on the same files. */
  crash(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
};

/** A ledger alone, of a home that nobody made. */
export async function postgresLedger({
  address,
  clock,
}: {
  readonly address: string;
  readonly clock: Clock;
}): Promise<{ readonly ledger: Ledger; readonly policy: LedgerPolicy; close(): Promise<void> }> {
  const parsed = parsePostgresAddress(address, ["schema"]);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const tables = new PostgresTables(parsed.value);
  const made = await makeLedger(tables, { ledger: "ledger_test", home: "node_test" }, nothingYet);
  tables.trust(made.ledger, made.head);
  return {
    ledger: new GroupedLedger(tables, clock),
    policy: new LedgerPolicy(tables, clock),
    close: () => tables.close(),
  };
}

const nothingYet: LedgerSnapshot = {
  charges: () => [],
  answers: () => [],
  policies: () => [],
  head: { position: 0n, hash: "0".repeat(64), charges: 0n },
  budgets: [],
  allotments: [],
};

/** Where the server's programs are, or undefined where there is no PostgreSQL. */
export function postgresPrograms(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian).map((version) => join(debian, version, "bin"))
    : [];
  const onPath = (process.env.PATH ?? "").split(":");
  return [...versions, ...onPath].find(
    (folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")),
  );
}

export async function startCluster(programs: string): Promise<TestCluster> {
  const directory = mkdtempSync(join(tmpdir(), "unseen-pg-"));
  const account = unprivileged();
  if (account !== undefined) chownSync(directory, account.uid, account.gid);
  chmodSync(directory, 0o700);
  const data = join(directory, "data");
  const made = spawnSync(
    join(programs, "initdb"),
    ["-D", data, "-U", "unseen", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { encoding: "utf8", cwd: directory, ...account },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr || made.error}`);
  const start = () => {
    const server = spawn(
      join(programs, "postgres"),
      ["-D", data, "-k", directory, "-c", "listen_addresses=", "-c", "max_connections=60"],
      { stdio: "ignore", cwd: directory, ...account },
    );
    return { server, stopped: new Promise((resolve) => server.once("exit", resolve)) };
  };
  let running = start();
  const address = (database: string) =>
    `postgres://unseen@localhost/${database}?host=${encodeURIComponent(directory)}`;
  await untilReady(address("postgres"));
  let databases = 0;
  return {
    freshDatabase: async () => {
      databases += 1;
      const name = `ledger_${databases}`;
      await once(address("postgres"), `create database ${name}`);
      return address(name);
    },
    crash: async () => {
      running.server.kill("SIGKILL");
      await running.stopped;
      return async () => {
        running = start();
        await untilReady(address("postgres"));
      };
    },
    stop: async () => {
      running.server.kill("SIGQUIT");
      await running.stopped;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The server refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string, name: string) =>
    Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout);
  const name = spawnSync("id", ["-u", "postgres"]).status === 0 ? "postgres" : "nobody";
  return { uid: idOf("-u", name), gid: idOf("-g", name) };
}

async function untilReady(address: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await once(address, "select 1");
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resume) => setTimeout(resume, 50));
    }
  }
}

async function once(address: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
