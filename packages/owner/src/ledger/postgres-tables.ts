// The ledger's tables in PostgreSQL, for owners whose node runs as several processes or machines.
//
// A transaction first locks the one row of the chain's head (SELECT … FOR UPDATE). Every writer of the ledger
// passes there, so what is read afterwards (read committed: each statement sees what was committed before it) is
// what no other can change before the commit.
//
// A server can be replaced under a running node by a copy that lacks the last commits: a backup, or a standby that
// was behind. A ledger that is another, or that is shorter than this process has seen it, is refused from then on.

import pg from "pg";
import {
  addressText,
  connectionOf,
  failing,
  type PostgresAddress,
  PostgresFailed,
} from "../postgres/index.ts";
import type { Decision, Head, LedgerRows, LedgerTables, PolicyRow, Wanted } from "./ledger-tables.ts";
import { applyWrites, exactIntegers, type LedgerHead, rowsOf, rowsWanted } from "./postgres-rows.ts";

/** One connection writes; the others read. */
const mostConnections = 4;
/** As long as a home's store waits for another process. */
const lockDeadlineMs = 15_000;
/** Where a ledger is unless its address says `schema=`. */
const usualSchema = "unseen_ledger";

export class PostgresTables implements LedgerTables {
  readonly address: PostgresAddress;
  readonly schema: string;
  readonly #pool: pg.Pool;
  #ledger: string | undefined;
  #seen: Head | undefined;
  #wentBack = false;

  /** Connects when it is first used. Throws where the file of an authority cannot be read. */
  constructor(address: PostgresAddress) {
    this.address = address;
    this.schema = address.more.get("schema") ?? usualSchema;
    const settings = {
      // A server may be set to forget the last commits in a crash for speed. A ledger is not.
      synchronous_commit: "on",
      lock_timeout: lockDeadlineMs,
      standard_conforming_strings: "on",
      search_path: this.schema,
    };
    this.#pool = new pg.Pool({
      ...connectionOf(address),
      max: mostConnections,
      connectionTimeoutMillis: lockDeadlineMs,
      application_name: "unseen ledger",
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(" "),
      types: { getTypeParser: exactIntegers as typeof pg.types.getTypeParser },
    });
    // A connection that breaks, idle or at work, fails the next query on it. Without a listener it ends the process.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => client.on("error", () => {}));
  }

  get addressText(): string {
    return addressText(this.address);
  }

  /** The longest chain that was read or written here, for who remembers it beyond this process. */
  get seen(): Head | undefined {
    return this.#seen;
  }

  /** From now on these are the tables of this ledger, which had come as far as `seen`. */
  trust(ledger: string, seen: Head): void {
    this.#ledger = ledger;
    this.#seen = seen;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async write<T>(wanted: Wanted, decide: (rows: LedgerRows) => Decision<T>): Promise<T> {
    const { value, head } = await this.transact("begin", async (client) => {
      const rows = await rowsWanted(client, wanted, "for update of chain_head");
      this.#check(rows.head);
      const { value, writes } = decide(rows);
      if (writes !== undefined) await applyWrites(client, writes);
      return { value, head: writes?.head ?? rows.head };
    });
    this.#remember(head);
    return value;
  }

  async read(wanted: Wanted): Promise<LedgerRows> {
    return failing(async () => {
      const rows = await rowsWanted(this.#pool, wanted, "");
      // Read outside the lock, so one that is older than a commit of this moment is no sign of anything.
      if (rows.head.ledger !== this.#ledger || this.#wentBack) throw notThisLedger();
      return rows;
    });
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
  async transact<T>(begin: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await failing(() => this.#pool.connect());
    let broken: Error | undefined;
    try {
      await failing(() => client.query(begin));
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

  /** Under the lock, so the head is that of the last commit. */
  #check({ ledger, position, hash }: LedgerHead): void {
    const seen = this.#seen;
    const isShorter =
      seen !== undefined && (position < seen.position || (position === seen.position && hash !== seen.hash));
    if (ledger !== this.#ledger || isShorter) this.#wentBack = true;
    if (this.#wentBack) throw notThisLedger();
  }

  #remember(head: Head): void {
    if (this.#seen === undefined || head.position > this.#seen.position) this.#seen = head;
  }
}

function notThisLedger(): PostgresFailed {
  return new PostgresFailed("the database does not hold this ledger, or has lost a part of it");
}
