// Connections to an owner's data in PostgreSQL. What reads for a question can write nothing, waits for nobody for
// ever, and names no function or operator but PostgreSQL's own.

import pg from "pg";
import { connectionOf, failing, type PostgresAddress } from "../postgres/index.ts";

/** Questions that one database works on at once; others wait. */
const mostConnections = 4;
const connectDeadlineMs = 15_000;
/**
 * Far longer than any question takes that the planner lets through, whose work on each row is bounded whatever the
 * row says. So what reaches it is the size of the table and the load of the server, both the same for every row.
 */
const questionDeadlineMs = 600_000;
const rowsAtOnce = 2_048;

const always = {
  standard_conforming_strings: "on",
  search_path: "pg_catalog",
  // Doubles as texts that read as the very same doubles.
  extra_float_digits: "1",
  // A session's own defaults must not change what a cell's text is.
  DateStyle: "ISO",
  IntervalStyle: "iso_8601",
  bytea_output: "hex",
};

/** For questions. `reader`: the role to connect as, where the address names who takes data in. */
export function questionPool(address: PostgresAddress, reader: string | undefined): pg.Pool {
  const settings = {
    ...always,
    default_transaction_read_only: "on",
    statement_timeout: questionDeadlineMs,
    idle_in_transaction_session_timeout: questionDeadlineMs,
    // Compiling costs more than it saves on one pass of sums.
    jit: "off",
  };
  return poolOf(address, settings, reader);
}

/** For taking in and removing, on which the owner waits. */
export function ownerPool(address: PostgresAddress): pg.Pool {
  return poolOf(address, always, undefined);
}

function poolOf(
  address: PostgresAddress,
  settings: Record<string, string | number>,
  user: string | undefined,
) {
  const pool = new pg.Pool({
    ...connectionOf(address),
    ...(user === undefined ? {} : { user }),
    max: mostConnections,
    connectionTimeoutMillis: connectDeadlineMs,
    application_name: "unseen",
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(" "),
    // Everything as the text that PostgreSQL wrote: who reads it knows what it is.
    types: { getTypeParser: () => (text: string) => text } as never,
  });
  // A connection that breaks, idle or at work, fails the next query on it. Without a listener it ends the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

export async function rowsIn(
  client: Pick<pg.PoolClient, "query">,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly (readonly (string | null)[])[]> {
  return failing(async () => (await client.query({ text, values: [...values], rowMode: "array" })).rows);
}

/** Runs `work` in one transaction on a connection of its own. */
export async function within<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await failing(() => pool.connect());
  let isWhole = false;
  try {
    await rowsIn(client, begin);
    const value = await work(client);
    await rowsIn(client, "commit");
    isWhole = true;
    return value;
  } finally {
    // A connection with a transaction that failed, or whose cursor was left open, is not used again.
    client.release(!isWhole);
  }
}

/** The rows of a query, some at a time, inside a transaction under way. */
export async function* pagesIn(
  client: Pick<pg.PoolClient, "query">,
  sql: string,
): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  await rowsIn(client, `declare all_rows no scroll cursor for ${sql}`);
  for (;;) {
    const rows = await rowsIn(client, `fetch ${rowsAtOnce} from all_rows`);
    if (rows.length > 0) yield rows;
    if (rows.length < rowsAtOnce) break;
  }
  await rowsIn(client, "close all_rows");
}
