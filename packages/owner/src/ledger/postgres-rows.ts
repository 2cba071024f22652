// Reads and writes rows of the ledger in PostgreSQL. A group is written with one statement a table, whatever its size:
// the columns travel as arrays, so that the statements are prepared once.

import { invariant } from "@unseen/base";
import pg from "pg";
import { failing, PostgresFailed } from "../postgres/index.ts";
import type {
  AlikeRow,
  AllotmentRow,
  AnswerRow,
  BudgetRow,
  ChargeRow,
  Head,
  LedgerRows,
  LedgerWrites,
  Wanted,
} from "./ledger-tables.ts";
import {
  allotmentColumns,
  answerColumns,
  budgetColumns,
  chargeColumns,
  policyColumns,
} from "./sqlite-tables.ts";

export type Querying = Pick<pg.ClientBase, "query">;

/** A head, and of which ledger it is. */
export type LedgerHead = Head & { readonly ledger: string };

/** Every row that a decision may look at. `lock` keeps all other writers out until the transaction ends. */
export async function rowsWanted(
  client: Querying,
  { asks = [], serials = [], lines = [], histories = [] }: Wanted,
  lock: "" | "for update of chain_head",
): Promise<LedgerRows & { readonly head: LedgerHead }> {
  const head = await headOf(client, lock);
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
  const historyOf = new Map<string, readonly AlikeRow[]>();
  for (const dataset of new Set(histories))
    historyOf.set(
      dataset,
      await rowsOf<AlikeRow>(
        client,
        "history",
        "select epsilon, delta, event, count(*) as times from charges where dataset = $1 or joined = $1 group by epsilon, delta, event",
        [dataset],
      ),
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
    history: (dataset) => {
      const rows = historyOf.get(dataset);
      // One that was not asked for must not look like one without charges.
      invariant(rows !== undefined, "a history that is counted was wanted");
      return rows;
    },
  };
}

/** Writes what was decided, inside the transaction that read the rows. */
export async function applyWrites(client: Querying, writes: LedgerWrites): Promise<void> {
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

export async function headOf(client: Querying, lock: "" | "for update of chain_head"): Promise<LedgerHead> {
  const [head] = await rowsOf<LedgerHead>(
    client,
    `head ${lock}`,
    `select position, hash, charges, id as ledger from chain_head, ledger_identity ${lock}`,
    [],
  );
  if (head === undefined) throw new PostgresFailed("the ledger is not there");
  return head;
}

/** Inserts rows as one array a column; where `key` is given, a row of the same key is replaced. */
export async function put<Column extends string>(
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
  await rowsOf(client, `${key === undefined ? "add" : "put"} ${table}`, text, values);
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
  "lost_at_order",
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
export async function rowsOf<Row>(
  client: Querying,
  name: string | undefined,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const sent = values.map((value) => (Array.isArray(value) ? value.map(sentAs) : sentAs(value)));
  const query = { text, values: sent, ...(name === undefined ? {} : { name: `unseen ${name}` }) };
  return failing(async () => (await client.query(query)).rows as Row[]);
}

/** Eight-byte integers as `bigint`: as numbers they would lose their last digits. */
export function exactIntegers(type: number, format?: "text" | "binary") {
  return type === pg.types.builtins.INT8 ? BigInt : pg.types.getTypeParser(type, format);
}
