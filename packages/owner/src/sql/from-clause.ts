// FROM and WITH: one dataset, row-wise sub-selects of it, and public tables that the query itself brings.
//
// A sub-select keeps every row a row: it names expressions and narrows the mask. So it costs nothing, and one
// person's rows stay one person's rows.

import { problem } from "@unseen/base";
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
import { joined, type PublicTable, publicTable } from "./public-table.ts";
import { quoted, refuse, refuseClause } from "./refusal.ts";
import { rowValue, truth } from "./row-expression.ts";
import { numberOf, type RowValue } from "./row-value.ts";
import { RowWriter } from "./row-writer.ts";
import { both, type Scope, type Table } from "./scope.ts";
import { hasAggregate, nameOf } from "./syntax.ts";

/** What a name in FROM may stand for. */
export type Names = {
  readonly cards: ReadonlyMap<string, Card>;
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
  return renamed(datasetScope(card), name, columns);
}

function datasetScope(card: Card): Scope {
  const writer = new RowWriter(card);
  const columns = Object.entries(card.columns).map(([name, column]): [string, RowValue] => {
    const cell = writer.column(name);
    return [
      name,
      column.type === "category" ? { kind: "category", cell, labels: column.categories } : numberOf(cell),
    ];
  });
  return {
    writer,
    dataset: card.name,
    tables: [{ name: card.name, columns: new Map(columns) }],
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
      for (const table of scope.tables)
        if (wanted === undefined || wanted === table.name)
          for (const [key, value] of table.columns) add(key, value);
      continue;
    }
    add(alias ?? (fields.length > 0 ? nameOf(fields) : `column${at + 1}`), rowValue(val!, scope));
  }
  return { ...scope, tables: [{ name, columns }] };
}

function refuseBeyondRows(query: SelectStmt): void {
  const nearest = "keep the sub-select to columns, expressions and WHERE, and group outside";
  if (query.op !== undefined && query.op !== "SETOP_NONE") refuseSetOperation();
  if (hasAggregate(query.targetList) || query.groupClause !== undefined || query.havingClause !== undefined)
    refuseClause(
      "an aggregate of aggregates",
      "a group of the inner SELECT is many people, and has no bound of its own",
      nearest,
    );
  if (query.distinctClause !== undefined)
    refuseClause("DISTINCT in a sub-select", "it mixes rows of several people", nearest);
  if (query.limitCount !== undefined || query.limitOffset !== undefined)
    refuseClause("LIMIT in a sub-select", "which rows it takes would depend on other people's", nearest);
  if (query.windowClause !== undefined) refuseClause("WINDOW", "it mixes rows of several people", nearest);
  if (query.sortClause !== undefined)
    refuseClause("ORDER BY in a sub-select", "the rows of a sum have no order", nearest);
  if (query.lockingClause !== undefined || query.intoClause !== undefined)
    refuseClause("FOR UPDATE or INTO", "nothing at the owner's can be changed", nearest);
}

export function refuseSetOperation(): never {
  return refuseClause(
    "UNION, INTERSECT or EXCEPT",
    "a person's rows could be counted twice",
    "ask each SELECT by itself, or use OR in one WHERE",
  );
}

export function narrowed(scope: Scope, where: Node | undefined): Scope {
  if (where === undefined) return scope;
  if (hasAggregate(where))
    return refuseClause(
      "an aggregate in WHERE",
      "it would be a sum over the rows that it picks",
      "put conditions on aggregates into HAVING",
    );
  const { writer } = scope;
  const holds = truth(where, scope);
  const isAlways = holds.facts.kind === "public" && holds.facts.value.data[0] !== 0;
  return isAlways ? scope : { ...scope, mask: both(writer, scope.mask, writer.onEachRow(holds)) };
}

function joinOf(join: JoinExpr, names: Names): Scope {
  const { jointype, larg, rarg } = join;
  if (jointype !== "JOIN_INNER")
    return refuseClause(
      "an outer join",
      "rows without a partner would hold NULLs, and there are none",
      "join the public table with JOIN, with an entry for every category",
    );
  if (join.isNatural === true)
    return refuseClause("NATURAL JOIN", "what is compared is not said", "write ON dataset.column = t.key");
  if (join.quals === undefined && (join.usingClause ?? []).length === 0)
    return refuseClause(
      "CROSS JOIN",
      "each row would stand for several",
      "write JOIN ... ON dataset.column = t.key",
    );
  const [left, right] = [sourceOf(larg!, names), sourceOf(rarg!, names)];
  if ("keys" in left) return "keys" in right ? refuseOnlyPublic() : joined(right, left, join);
  if (!("keys" in right)) {
    return refuseClause(
      "a join of private tables",
      "rows of one person would meet rows of another, and have no bound together",
      "the owner can register the joined table; a public table joins as JOIN (VALUES ...) AS t(key, value) ON dataset.column = t.key",
    );
  }
  return joined(left, right, join);
}

function renamed(scope: Scope, name: string, columns: readonly string[]): Scope {
  if (columns.length === 0 && scope.tables.length === 1)
    return { ...scope, tables: [{ ...scope.tables[0]!, name }] };
  const all = scope.tables.flatMap((table) => [...table.columns]);
  if (columns.length > all.length)
    return refuseClause("so many names for columns", "the table has fewer", "leave the rest out");
  const table: Table = { name, columns: new Map(all.map(([key, value], at) => [columns[at] ?? key, value])) };
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
