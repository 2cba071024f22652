// The ledger's tables in PostgreSQL, for owners whose node runs as several processes or machines.
//
// A transaction first locks the one row of the chain's head (SELECT … FOR UPDATE). Every writer of the ledger
// passes there, so what is read afterwards (read committed: each statement sees what was committed before it) is
// what no other can change before the commit. A group is written with one statement a table, whatever its size: the
// columns travel as arrays, so that the statements are prepared once.

import { invariant } from "@unseen/base";
import pg from "pg";
import type {
  AllotmentRow,
  AnswerRow,
  BudgetRow,
  ChargeRow,
  Decision,
  Head,
  LedgerRows,
  LedgerTables,
  LedgerWrites,
  PolicyRow,
  Wanted,
} from "./ledger-tables.ts";
import { newestPostgresVersion, postgresSchema, postgresUpgrade } from "./postgres-schema.ts";
import {
  allotmentColumns,
  answerColumns,
  budgetColumns,
  chargeColumns,
  policyColumns,
} from "./sqlite-tables.ts";

/** Anything that the server, the network or the driver did. */
export class PostgresFailed extends Error {
  override readonly name = "PostgresFailed";
}

/** One connection writes; the others read. */
const mostConnections = 4;
/** As long as a home's store waits for another process. */
const lockDeadlineMs = 15_000;
/** Any number that no other program locks: "unseen l" in bytes. */
const schemaLock = 0x75_6e_73_65;

export class PostgresTables implements LedgerTables {
  readonly #pool: pg.Pool;

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Connects to `address` ("postgres://user@host/database") and makes the tables if they are not there. */
  static async open(address: string): Promise<PostgresTables> {
    const pool = new pg.Pool({
      connectionString: address,
      max: mostConnections,
      connectionTimeoutMillis: lockDeadlineMs,
      // A server may be set to forget the last commits in a crash for speed. A ledger is not.
      options: `-c synchronous_commit=on -c lock_timeout=${lockDeadlineMs} -c standard_conforming_strings=on`,
      types: { getTypeParser: exactIntegers as typeof pg.types.getTypeParser },
    });
    // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
    pool.on("error", () => {});
    const tables = new PostgresTables(pool);
    try {
      await tables.#transact((client) => makeSchema(client));
    } catch (error) {
      await pool.end();
      throw error;
    }
    return tables;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  write<T>(wanted: Wanted, decide: (rows: LedgerRows) => Decision<T>): Promise<T> {
    return this.#transact(async (client) => {
      const rows = await rowsWanted(client, wanted, "for update");
      const { value, writes } = decide(rows);
      if (writes !== undefined) await apply(client, writes);
      return value;
    });
  }

  async read(wanted: Wanted): Promise<LedgerRows> {
    return failing(() => rowsWanted(this.#pool, wanted, ""));
  }

  async policies(dataset: string): Promise<readonly PolicyRow[]> {
    return failing(() =>
      rowsOf<PolicyRow>(
        this.#pool,
        "policies",
        "select * from policy_events where dataset = $1 order by position",
        [dataset],
      ),
    );
  }

  isFailure(error: unknown): boolean {
    return error instanceof PostgresFailed;
  }

  /** Commits what `work` did, or rolls it back and throws: `PostgresFailed`, or the bug that `work` threw. */
  async #transact<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await failing(() => this.#pool.connect());
    let broken: Error | undefined;
    try {
      await failing(() => client.query("begin"));
      const value = await work(client);
      await failing(() => client.query("commit"));
      return value;
    } catch (error) {
      try {
        await client.query("rollback");
      } catch (cause) {
        broken = new PostgresFailed("the connection is lost", { cause });
      }
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

type Querying = Pick<pg.PoolClient, "query">;

async function makeSchema(client: pg.PoolClient): Promise<void> {
  await failing(() => client.query(`select pg_advisory_xact_lock(${schemaLock})`));
  const [held] = await rowsOf<{ held: string | null }>(
    client,
    undefined,
    "select to_regclass('schema_versions')::text as held",
    [],
  );
  if (held?.held == null) {
    await failing(() => client.query(postgresSchema));
    return;
  }
  const [version] = await rowsOf<{ version: number }>(
    client,
    undefined,
    "select max(version) as version from schema_versions",
    [],
  );
  if (version?.version === newestPostgresVersion - 1) await failing(() => client.query(postgresUpgrade));
  else if (version?.version !== newestPostgresVersion)
    throw new PostgresFailed("this ledger was made by another version of Unseen");
}

async function rowsWanted(
  client: Querying,
  { asks = [], serials = [], lines = [] }: Wanted,
  lock: "" | "for update",
): Promise<LedgerRows> {
  const name = (what: string) => `${what} ${lock}`;
  const [head] = await rowsOf<Head>(
    client,
    name("head"),
    `select position, hash, charges from chain_head ${lock}`,
    [],
  );
  invariant(head !== undefined, "a ledger has its chain");
  const charges =
    asks.length === 0
      ? []
      : await rowsOf<ChargeRow>(
          client,
          "charges",
          "select c.* from charges c join unnest($1::text[], $2::text[]) as wanted (asker, ask_id) using (asker, ask_id)",
          [asks.map(({ asker }) => asker), asks.map(({ askId }) => askId)],
        );
  const answers =
    serials.length === 0
      ? []
      : await rowsOf<AnswerRow>(
          client,
          "answers",
          "select * from answers where serial = any ($1::bigint[])",
          [serials],
        );
  const datasets = [...new Set(lines.map(({ dataset }) => dataset))];
  const budgets =
    datasets.length === 0
      ? []
      : await rowsOf<BudgetRow>(client, "budgets", "select * from budgets where dataset = any ($1::text[])", [
          datasets,
        ]);
  const askers = lines.filter(({ asker }) => asker !== undefined);
  const allotments =
    askers.length === 0
      ? []
      : await rowsOf<AllotmentRow>(
          client,
          "allotments",
          "select a.* from allotments a join (select distinct * from unnest($1::text[], $2::text[]) as named (dataset, asker)) as wanted using (dataset, asker)",
          [askers.map(({ dataset }) => dataset), askers.map(({ asker }) => asker)],
        );
  const chargeOf = new Map(charges.map((row) => [`${row.asker}\0${row.ask_id}`, row]));
  const answerOf = new Map(answers.map(({ serial, bytes }) => [serial, new Uint8Array(bytes)]));
  const budgetOf = new Map(budgets.map((row) => [row.dataset, row]));
  const allotmentOf = new Map(allotments.map((row) => [`${row.dataset}\0${row.asker}`, row]));
  return {
    head,
    charge: (asker, askId) => chargeOf.get(`${asker}\0${askId}`),
    answer: (serial) => answerOf.get(serial),
    budget: (dataset) => budgetOf.get(dataset),
    allotment: (dataset, asker) => allotmentOf.get(`${dataset}\0${asker}`),
  };
}

async function apply(client: Querying, writes: LedgerWrites): Promise<void> {
  const { charges, answers, policies, budgets, allotments, head } = writes;
  await put(client, "charges", chargeColumns, charges);
  await put(client, "answers", answerColumns, answers);
  await put(client, "policy_events", policyColumns, policies);
  await put(client, "budgets", budgetColumns, budgets, ["dataset"]);
  await put(client, "allotments", allotmentColumns, allotments, ["dataset", "asker"]);
  await rowsOf(client, "set head", "update chain_head set position = $1, hash = $2, charges = $3", [
    head.position,
    head.hash,
    head.charges,
  ]);
}

/** Inserts rows as one array a column; where `key` is given, a row of the same key is replaced. */
async function put<Column extends string>(
  client: Querying,
  table: string,
  columns: readonly Column[],
  rows: readonly { readonly [Name in Column]: unknown }[],
  key?: readonly Column[],
): Promise<void> {
  if (rows.length === 0) return;
  const arrays = columns.map((column, at) => `$${at + 1}::${typeOf(column)}[]`);
  const replaced = columns
    .filter((column) => key?.includes(column) === false)
    .map((column) => `${column} = excluded.${column}`);
  const clash =
    key === undefined ? "" : `on conflict (${key.join(", ")}) do update set ${replaced.join(", ")}`;
  const text = `insert into ${table} (${columns.join(", ")}) select * from unnest(${arrays.join(", ")}) ${clash}`;
  const values = columns.map((column) => rows.map((row) => sentAs(row[column])));
  await rowsOf(client, `put ${table}`, text, values);
}

const texts = [
  "asker",
  "ask_id",
  "dataset",
  "joined",
  "question_hash",
  "event",
  "hash",
  "filter",
  "spent_rho",
];

function typeOf(column: string): string {
  return column === "bytes" ? "bytea" : texts.includes(column) ? "text" : "bigint";
}

/** Arrays travel as text, and `pg` knows no bigint in them. */
function sentAs(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

/** A statement with a name is prepared once a connection. */
async function rowsOf<Row>(
  client: Querying,
  name: string | undefined,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const sent = values.map((value) => (Array.isArray(value) ? value.map(sentAs) : sentAs(value)));
  const query = { text, values: sent, ...(name === undefined ? {} : { name: `unseen ${name}` }) };
  return failing(async () => (await client.query(query)).rows as Row[]);
}

async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof PostgresFailed ? cause : new PostgresFailed("PostgreSQL failed", { cause });
  }
}

/** Eight-byte integers as `bigint`: as numbers they would lose their last digits. */
function exactIntegers(type: number, format?: "text" | "binary") {
  return type === pg.types.builtins.INT8 ? BigInt : pg.types.getTypeParser(type, format);
}
