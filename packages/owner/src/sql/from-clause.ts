// FROM and WITH: one dataset or two that are joined on the person, row-wise sub-selects of them, and public tables that
// the query itself brings.
//
// A sub-select keeps every row a row: it names expressions and narrows the mask. So it costs nothing, and one
// person's rows stay one person's rows.

import { invariant, problem } from "@unseen/base";
import type { Card } from "@unseen/program";
import type {
  CommonTableExpr,
  JoinExpr,
  Node,
  RangeSubselect,
  RangeVar,
  SelectStmt,
  WithClause,
} from "libpg-query";
import type { AskedRows } from "./asked-rows.ts";
import { narrowed } from "./narrowed.ts";
import { privateJoin } from "./private-join.ts";
import { joined, type PublicTable, publicTable } from "./public-table.ts";
import { quoted, refuse, refuseClause } from "./refusal.ts";
import { rowValue } from "./row-expression.ts";
import { numberOf, type RowValue } from "./row-value.ts";
import { refuseBeyondRows } from "./row-wise.ts";
import type { RowWriter } from "./row-writer.ts";
import { namesPerson, type Scope, type Table } from "./scope.ts";
import { nameOf } from "./syntax.ts";

export type Asked = { readonly rows: AskedRows; readonly writer: RowWriter };

/** What a name in FROM may stand for. */
export type Names = {
  readonly cards: ReadonlyMap<string, Card>;
  /** What the rows are, and the one writer of what is made of them; undefined where no dataset is named. */
  readonly asked: Asked | undefined;
  readonly common: ReadonlyMap<string, () => Scope | PublicTable>;
};

export function withCommon(names: Names, clause: WithClause | undefined): Names {
  if (clause === undefined) return names;
  if (clause.recursive === true)
    refuseClause(
      "WITH RECURSIVE",
      "it goes over rows again and again",
      "write the sub-selects one inside the other",
    );
  let known = names;
  for (const node of clause.ctes ?? []) {
    const {
      ctename = "",
      ctequery,
      aliascolnames,
    } = (node as { readonly CommonTableExpr: CommonTableExpr }).CommonTableExpr;
    if (ctequery === undefined || !("SelectStmt" in ctequery))
      return refuseClause(
        "a WITH that changes data",
        "nothing at the owner's can be changed",
        "write a SELECT",
      );
    const query = ctequery.SelectStmt;
    const before = known;
    const columns = (aliascolnames ?? []).map((name) => nameOf([name]));
    const made = once(() => tableOf(query, ctename, columns, before));
    known = { ...known, common: new Map([...known.common, [ctename, made]]) };
  }
  return known;
}

function tableOf(
  query: SelectStmt,
  name: string,
  columns: readonly string[],
  names: Names,
): Scope | PublicTable {
  if (query.valuesLists !== undefined) return publicTable(query, name, columns);
  return renamed(subSelect(query, name, names), name, columns);
}

/** The rows that a FROM clause gives and the names of what they hold. */
export function scopeOf(fromClause: readonly Node[] | undefined, names: Names): Scope {
  const [first, ...others] = fromClause ?? [];
  if (first === undefined)
    return refuseClause(
      "a SELECT without FROM",
      "it asks about nobody",
      "name a dataset: SELECT COUNT(*) FROM dataset",
    );
  if (others.length > 0)
    return refuseClause(
      "FROM with several tables side by side",
      "rows of different people would be paired",
      "write JOIN (VALUES ...) AS t(key, value) ON dataset.column = t.key",
    );
  const made = sourceOf(first, names);
  return "keys" in made ? refuseOnlyPublic() : made;
}

function sourceOf(node: Node, names: Names): Scope | PublicTable {
  if ("RangeVar" in node) return namedSource(node.RangeVar, names);
  if ("RangeSubselect" in node) return subSelectSource(node.RangeSubselect, names);
  if ("JoinExpr" in node) return joinOf(node.JoinExpr, names);
  if ("RangeTableSample" in node)
    return refuseClause(
      "TABLESAMPLE",
      "which rows are drawn would be another secret",
      "ask about all rows: the noise already protects each",
    );
  if ("RangeFunction" in node)
    return refuseClause("a function in FROM", "rows come from a dataset alone", "name a dataset");
  return refuseClause(
    "this table in FROM",
    "rows come from a dataset alone",
    "name a dataset, or put a row-wise SELECT in brackets",
  );
}

function namedSource(
  { relname = "", schemaname, catalogname, alias }: RangeVar,
  names: Names,
): Scope | PublicTable {
  if (schemaname !== undefined || catalogname !== undefined)
    return refuseClause(
      "a table with a schema",
      "a node has datasets and no schemas",
      `write ${quoted(relname)} alone`,
    );
  const columns = (alias?.colnames ?? []).map((name) => nameOf([name]));
  const name = alias?.aliasname ?? relname;
  const common = names.common.get(relname);
  if (common !== undefined) {
    const made = common();
    return "keys" in made ? { ...made, name } : renamed(made, name, columns);
  }
  const card = names.cards.get(relname);
  if (card === undefined) {
    return refuse(
      problem("dataset-unknown", `this node has no dataset called ${quoted(relname)}`, {
        hint: "search() without words lists them all; a name with a dash stands in double quotes",
      }),
    );
  }
  invariant(names.asked !== undefined, "the datasets in FROM were looked for before");
  return renamed(datasetScope(card, names.asked), name, columns);
}

function datasetScope({ name, columns, unit }: Card, { rows, writer }: Asked): Scope {
  const values = Object.entries(columns).map(([column, declared]): [string, RowValue] => {
    const cell = writer.column(rows.calledIn(name, column));
    if (declared.type === "category")
      return [column, { kind: "category", cell, labels: declared.categories }];
    if (declared.type !== "text") return [column, numberOf(cell)];
    return [column, { kind: "key", cell, column: rows.calledIn(name, column) }];
  });
  const person = unit.kind === "column" ? { person: unit.column } : {};
  return {
    writer,
    rows,
    datasets: new Set([name]),
    tables: [{ name, columns: new Map(values), ...person }],
    mask: undefined,
  };
}

function subSelectSource({ subquery, alias, lateral }: RangeSubselect, names: Names): Scope | PublicTable {
  if (lateral === true)
    return refuseClause(
      "LATERAL",
      "it reads a table once for each row of another",
      "write a row-wise SELECT in brackets",
    );
  if (subquery === undefined || !("SelectStmt" in subquery)) return refuseOnlyPublic();
  const columns = (alias?.colnames ?? []).map((name) => nameOf([name]));
  return tableOf(subquery.SelectStmt, alias?.aliasname ?? "", columns, names);
}

/** A sub-select that gives one row for each row. */
function subSelect(query: SelectStmt, name: string, outer: Names): Scope {
  refuseBeyondRows(query);
  const names = withCommon(outer, query.withClause);
  const inner = scopeOf(query.fromClause, names);
  const scope = narrowed(inner, query.whereClause);
  const columns = new Map<string, RowValue>();
  let person: string | undefined;
  const add = (key: string, value: RowValue) => {
    if (columns.has(key) && columns.get(key) !== value)
      refuseClause(
        `two columns called ${quoted(key)} in a sub-select`,
        "a name stands for one",
        "name one of them with AS",
      );
    columns.set(key, value);
  };
  for (const [at, node] of (query.targetList ?? []).entries()) {
    const { name: alias, val } = (
      node as { readonly ResTarget: { readonly name?: string; readonly val?: Node } }
    ).ResTarget;
    const fields = val !== undefined && "ColumnRef" in val ? (val.ColumnRef.fields ?? []) : [];
    if (fields.some((field) => "A_Star" in field)) {
      const wanted = fields.length > 1 ? nameOf(fields.slice(0, 1)) : undefined;
      for (const table of scope.tables) {
        if (wanted !== undefined && wanted !== table.name) continue;
        for (const [key, value] of table.columns) add(key, value);
        person ??= table.person;
      }
      continue;
    }
    if (val !== undefined && "ColumnRef" in val && namesPerson(scope, val.ColumnRef)) {
      person = alias ?? nameOf(fields);
      continue;
    }
    add(alias ?? (fields.length > 0 ? nameOf(fields) : `column${at + 1}`), rowValue(val!, scope));
  }
  return { ...scope, tables: [{ name, columns, ...(person === undefined ? {} : { person }) }] };
}

function joinOf(join: JoinExpr, names: Names): Scope {
  const { larg, rarg } = join;
  const [left, right] = [sourceOf(larg!, names), sourceOf(rarg!, names)];
  if ("keys" in left) return "keys" in right ? refuseOnlyPublic() : joined(right, left, join);
  if (!("keys" in right)) return privateJoin(left, right, join);
  return joined(left, right, join);
}

function renamed(scope: Scope, name: string, columns: readonly string[]): Scope {
  if (columns.length === 0 && scope.tables.length === 1)
    return { ...scope, tables: [{ ...scope.tables[0]!, name }] };
  const all = scope.tables.flatMap((table) => [...table.columns]);
  const person = scope.tables.find((table) => table.person !== undefined)?.person;
  if (columns.length > all.length)
    return refuseClause("so many names for columns", "the table has fewer", "leave the rest out");
  const table: Table = {
    name,
    columns: new Map(all.map(([key, value], at) => [columns[at] ?? key, value])),
    ...(person === undefined ? {} : { person }),
  };
  return { ...scope, tables: [table] };
}

function refuseOnlyPublic(): never {
  return refuseClause("a query of public values alone", "it asks about nobody", "put a dataset into FROM");
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
