// The names that an expression may use, and which rows are asked about.

import { type Problem, problem } from "@unseen/base";
import type { ColumnRef } from "libpg-query";
import type { AskedRows } from "./asked-rows.ts";
import { quoted, refuse, refuseClause } from "./refusal.ts";
import type { RowValue } from "./row-value.ts";
import type { Cell, RowWriter } from "./row-writer.ts";
import { nameOf } from "./syntax.ts";

export type Table = {
  readonly name: string;
  readonly columns: ReadonlyMap<string, RowValue>;
  /** What the column of persons is called here. A join may compare it, and nothing may read it. */
  readonly person?: string;
};

export type Scope = {
  readonly writer: RowWriter;
  readonly rows: AskedRows;
  /** The datasets that are in it so far: all that are asked about, once FROM is read. */
  readonly datasets: ReadonlySet<string>;
  readonly tables: readonly Table[];
  /** 1 for the rows that WHERE and joins leave, 0 for the others; undefined where all are left. */
  readonly mask: Cell | undefined;
};

export function both(writer: RowWriter, one: Cell | undefined, other: Cell | undefined): Cell | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one === other ? one : writer.apply("And", [one, other]);
}

export function columnValue({ rows, tables }: Scope, { fields = [] }: ColumnRef): RowValue {
  if (fields.some((field) => "A_Star" in field)) return refuse(starRefused());
  const names = fields.map((field) => nameOf([field]));
  if (names.length > 2)
    return refuseClause("a name of three parts", "tables have no schema here", "write table.column");
  const [table, column] = names.length === 2 ? [names[0]!, names[1]!] : [undefined, names[0]!];
  const searched = table === undefined ? tables : tables.filter(({ name }) => isSame(name, table));
  if (searched.length === 0) {
    return refuse(
      problem("column-unknown", `there is no table ${quoted(table ?? "")} in FROM`, {
        hint: `its tables are ${tables.map(({ name }) => name).join(", ")}`,
      }),
    );
  }
  // A join with USING has its column in both tables, and it is one and the same.
  const found = [...new Set(searched.flatMap(({ columns }) => find(columns, column)))];
  if (found.length > 1) {
    return refuse(
      problem("column-unknown", `the name ${quoted(column)} stands for several columns`, {
        hint: "write table.column",
      }),
    );
  }
  return found[0] ?? refuse(unknownColumn(rows, searched, column));
}

/** As it is written, or, because PostgreSQL makes unquoted names small, the only one that differs in case alone. */
function find(columns: Table["columns"], name: string): readonly RowValue[] {
  const exact = columns.get(name);
  if (exact !== undefined) return [exact];
  const close = [...columns].filter(([one]) => one.toLowerCase() === name.toLowerCase());
  return close.length === 1 ? [close[0]![1]] : [];
}

export function isSame(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}

/** Whether it stands for a table's column of persons, and for no other. */
export function namesPerson({ tables }: Pick<Scope, "tables">, { fields = [] }: ColumnRef): boolean {
  const names = fields.map((field) => nameOf([field]));
  if (names.length > 2) return false;
  const column = names.at(-1) ?? "";
  const searched = names.length === 2 ? tables.filter(({ name }) => isSame(name, names[0]!)) : tables;
  if (searched.some(({ columns }) => find(columns, column).length > 0)) return false;
  return searched.some(({ person }) => person !== undefined && isSame(person, column));
}

function unknownColumn({ card }: AskedRows, tables: readonly Table[], name: string): Problem {
  const dataset = card.name;
  const { unit } = card;
  if (unit.kind === "column" && tables.some(({ person }) => person !== undefined && isSame(person, name))) {
    return problem("column-not-askable", `${quoted(name)} names the people of ${dataset}`, {
      hint: `COUNT(DISTINCT ${name}) alone may read it, and a join on the person compare it`,
    });
  }
  const names = tables.flatMap(({ columns }) => [...columns.keys()]).slice(0, 40);
  return problem("column-unknown", `${dataset} has no column ${quoted(name)} that can be asked about`, {
    hint: `its columns are ${names.join(", ")}`,
  });
}

export function starRefused(): Problem<"rows-exposed"> {
  return problem("rows-exposed", "SELECT * would show rows, and a row is about a person", {
    hint: "ask for COUNT(*), SUM, AVG, or a table of them with GROUP BY",
  });
}
