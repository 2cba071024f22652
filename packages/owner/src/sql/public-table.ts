// A public table that the query brings, and its join with private rows: each row looks its category up.

import type { JoinExpr, Node, SelectStmt } from "libpg-query";
import { quoted, refuseClause } from "./refusal.ts";
import { choiceOf, mostGroups, numberOf, type RowValue } from "./row-value.ts";
import { both, columnValue, type Scope, type Table } from "./scope.ts";
import { itemsOf, literalOf, nameOf } from "./syntax.ts";

export type PublicTable = {
  readonly name: string;
  /** Names of the columns. */
  readonly keys: readonly string[];
  readonly rows: readonly (readonly (number | string)[])[];
};

const written = "write JOIN (VALUES ('a', 1.5), ('b', 2)) AS t(key, value) ON dataset.column = t.key";

export function publicTable(query: SelectStmt, name: string, columns: readonly string[]): PublicTable {
  const rows = (query.valuesLists ?? []).map((list) => itemsOf(list).map(plainValue));
  const width = rows[0]?.length ?? 0;
  if (query.sortClause !== undefined || query.limitCount !== undefined)
    return refuseClause("ORDER BY or LIMIT on VALUES", "the list says itself what it holds", written);
  if (rows.some((row) => row.length !== width))
    return refuseClause("VALUES of different lengths", "a table has the same columns in each row", written);
  if (rows.length > mostGroups)
    return refuseClause("so long a list of VALUES", `at most ${mostGroups} fit`, written);
  return { name, keys: Array.from({ length: width }, (_, at) => columns[at] ?? `column${at + 1}`), rows };
}

function plainValue(node: Node): number | string {
  if (
    "A_Expr" in node &&
    node.A_Expr.kind === "AEXPR_OP" &&
    node.A_Expr.lexpr === undefined &&
    nameOf(node.A_Expr.name) === "-"
  ) {
    const value = plainValue(node.A_Expr.rexpr!);
    if (typeof value === "number") return -value;
  }
  const literal = "A_Const" in node ? literalOf(node.A_Const) : undefined;
  if (literal !== undefined && literal.kind !== "truth") return literal.value;
  return refuseClause("an expression in VALUES", "a public table holds numbers and texts", written);
}

/** Rows without an entry are left out; entries without rows say nothing. */
export function joined(scope: Scope, table: PublicTable, join: JoinExpr): Scope {
  const { writer } = scope;
  const { value, key } = joinKey(scope, table, join);
  const at = table.keys.indexOf(key);
  const choice = choiceOf(writer, value);
  if (choice === undefined)
    return refuseClause(
      "a join on this column",
      "its values are not few and declared",
      "join on a category column, or on an integer column with narrow bounds",
    );
  const entries = new Map(table.rows.map((row, place) => [String(row[at]), place]));
  if (entries.size !== table.rows.length)
    return refuseClause(
      "a join with a key that stands twice",
      "each row would stand for several",
      "give one entry for each key",
    );
  const places = choice.labels.map((label) => entries.get(String(label)));
  const present = writer.lookUp(
    choice.index,
    places.map((place) => (place === undefined ? 0 : 1)),
  );
  const columns = table.keys.map((name, column): [string, RowValue] => {
    if (column === at) return [name, value];
    const cells = table.rows.map((row) => row[column]!);
    const isText = cells.some((cell) => typeof cell === "string");
    const labels = [...new Set(cells.map(String))];
    const found = (place: number | undefined) => (place === undefined ? undefined : cells[place]!);
    if (isText) {
      const index = places.map((place) => Math.max(0, labels.indexOf(String(found(place) ?? ""))));
      return [name, { kind: "category", cell: writer.lookUp(choice.index, index), labels }];
    }
    // Where there is no entry the row is left out, so what stands there is chosen not to widen the bounds.
    const missing = cells[0] as number;
    const values = places.map((place) => (found(place) ?? missing) as number);
    const different = [...new Set(values)];
    const chosen = () => ({
      index: writer.lookUp(
        choice.index,
        values.map((one) => different.indexOf(one)),
      ),
      labels: different,
    });
    return [name, numberOf(writer.lookUp(choice.index, values), chosen)];
  });
  const isWhole = present.facts.kind === "rows" && present.facts.lo[0] === 1;
  const joinedTable: Table = { name: table.name, columns: new Map(columns) };
  return {
    ...scope,
    tables: [...scope.tables, joinedTable],
    mask: isWhole ? scope.mask : both(writer, scope.mask, present),
  };
}

function joinKey(
  scope: Scope,
  table: PublicTable,
  { quals, usingClause = [] }: JoinExpr,
): { value: RowValue; key: string } {
  if (usingClause.length === 1) {
    const name = nameOf(usingClause);
    if (!table.keys.includes(name)) return refuseJoin(`${quoted(name)} is not a column of both tables`);
    return { value: columnValue(scope, { fields: usingClause }), key: name };
  }
  if (
    quals !== undefined &&
    "A_Expr" in quals &&
    quals.A_Expr.kind === "AEXPR_OP" &&
    nameOf(quals.A_Expr.name) === "="
  ) {
    const sides = [quals.A_Expr.lexpr!, quals.A_Expr.rexpr!];
    for (const [mine, theirs] of [sides, sides.toReversed()]) {
      const key = keyOf(table, theirs!);
      if (key !== undefined && "ColumnRef" in mine! && keyOf(table, mine) === undefined)
        return { value: columnValue(scope, mine.ColumnRef), key };
    }
  }
  return refuseJoin("it is more than one column that equals one key");
}

function keyOf({ name, keys }: PublicTable, node: Node): string | undefined {
  if (!("ColumnRef" in node)) return undefined;
  const fields = (node.ColumnRef.fields ?? []).map((field) => nameOf([field]));
  return fields.length === 2 && fields[0] === name && keys.includes(fields[1]!) ? fields[1] : undefined;
}

function refuseJoin(why: string): never {
  return refuseClause("this condition of a join", why, written);
}
