// An owner's table in PostgreSQL as a source: its columns come over as texts, in one statement and so of one moment,
// and from there go through the same door as a file's.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Card, ColumnCard } from "@unseen/program";
import type pg from "pg";
import type { DuckDbSession } from "../engine/duckdb-session.ts";
import { ownerPool, pagesIn, rowsIn, within } from "../engine/postgres-session.ts";
import { identifier } from "../engine/sql-text.ts";
import { type PostgresAddress, PostgresFailed, whatToDo } from "../postgres/index.ts";
import { ofText, type Source } from "./source.ts";

export type TableProblem = Problem<"table-unreadable">;

/** Which of the owner's tables, as its address says it. */
export type TablePlace = { readonly schema: string; readonly table: string };

/** "schema.table", or a table of the schema `public`. Names stand as PostgreSQL keeps them, without quotes. */
export function tablePlace(text: string): TablePlace | undefined {
  const [first = "", ...others] = text.split(".");
  const place =
    others.length === 0 ? { schema: "public", table: first } : { schema: first, table: others.join(".") };
  return place.schema === "" || place.table === "" || text.includes("\0") ? undefined : place;
}

/** Copies the columns that a card needs into `session`. Cost: the table's cells travel once. */
export async function openTable(
  session: DuckDbSession,
  address: PostgresAddress,
  { schema, table }: TablePlace,
  card: Card,
): Promise<Result<Source, TableProblem>> {
  let pool: pg.Pool | undefined;
  try {
    pool = ownerPool(address);
    return await within(pool, "begin isolation level repeatable read read only", async (client) => {
      const types = await rowsIn(
        client,
        `select attname, typname from pg_attribute a join pg_type t on t.oid = a.atttypid
          join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
          where nspname = $1 and relname = $2 and attnum > 0 and not attisdropped order by attnum`,
        [schema, table],
      );
      if (types.length === 0) return err(noSuchTable());
      const needed = types.filter(([name]) => isNeeded(card, name!));
      const cells = needed.map(([name, type]) => cellText(name!, type!, card.columns[name!]));
      await session.run(
        `CREATE TABLE taken (${["unused INTEGER", ...needed.map((_, at) => `n${at} VARCHAR`)].join(", ")})`,
      );
      const from = `${identifier(schema)}.${identifier(table)}`;
      await take(session, client, `select ${["0", ...cells].join(", ")} from ${from}`);
      return ok({
        what: "table" as const,
        from: () => "taken",
        columns: types.map(([name]) => ofText(name!, `n${needed.findIndex(([other]) => other === name)}`)),
        setsAside: false,
      });
    });
  } catch (error) {
    if (pool === undefined || error instanceof PostgresFailed) return err(tableUnreadable(error));
    throw error;
  } finally {
    await pool?.end();
  }
}

export function tableUnreadable(error: unknown): TableProblem {
  return problem("table-unreadable", "The database of this dataset's table cannot be used.", {
    hint: whatToDo(error),
  });
}

function noSuchTable(): TableProblem {
  return problem("table-unreadable", "The database has no table of that name.", {
    hint: "?table=SCHEMA.NAME, without quotes, in the letters that the database keeps",
  });
}

function isNeeded({ columns, unit }: Card, name: string): boolean {
  return Object.hasOwn(columns, name) || (unit.kind === "column" && unit.column === name);
}

/** A cell as a file would have it, by the rules that typed files go by (`source.ts`). */
function cellText(name: string, type: string, card: ColumnCard | undefined): string {
  const cell = identifier(name);
  const isNumber = card?.type === "number" || card?.type === "integer";
  if (type === "bool")
    return `case when ${cell} then ${isNumber ? "'1'" : "'true'"} when not ${cell} then ${isNumber ? "'0'" : "'false'"} end`;
  if (type !== "float4" && type !== "float8") return `${cell}::text`;
  const double = `${cell}::float8`;
  if (isNumber) return `${double}::text`;
  return `case when ${double} = floor(${double}) and abs(${double}) < 9007199254740992 then ${double}::bigint::text else ${double}::text end`;
}

async function take(session: DuckDbSession, client: pg.PoolClient, sql: string): Promise<void> {
  const appender = await session.connection.createAppender("taken");
  for await (const rows of pagesIn(client, sql)) {
    for (const [, ...cells] of rows) {
      appender.appendInteger(0);
      for (const cell of cells) {
        if (cell === null) appender.appendNull();
        else appender.appendVarchar(cell);
      }
      appender.endRow();
    }
    appender.flushSync();
  }
  appender.closeSync();
}
