// GROUP BY: every combination of declared keys is a row of the table, empty groups too. Keys that were read
// off the rows would tell who is there.

import { invariant } from "@unseen/base";
import type { Node, SelectStmt } from "libpg-query";
import { KeysWanted, quoted, refuseClause } from "./refusal.ts";
import { rowValue } from "./row-expression.ts";
import { choiceOf, mostGroups, type RowValue } from "./row-value.ts";
import type { Cell } from "./row-writer.ts";
import { both, type Scope } from "./scope.ts";
import { hasAggregate, nameOf } from "./syntax.ts";

export type GroupKey = {
  readonly value: RowValue;
  /** The key of each group, in the groups' order. */
  readonly labels: readonly (number | string)[];
};

export type Groups = {
  /** Which group a row is in. */
  readonly index: Cell;
  /** 1 for the rows that are in a group; undefined where all are. */
  readonly only: Cell | undefined;
  readonly count: number;
  readonly keys: readonly GroupKey[];
};

/** Rows and how they are grouped; without GROUP BY all of them are one group. */
export type Grouped = { readonly scope: Scope; readonly groups: Groups | undefined };

/** Undefined where there is no GROUP BY: one group of all rows. */
export function groupsOf(
  { groupClause, groupDistinct, targetList = [] }: SelectStmt,
  scope: Scope,
): Groups | undefined {
  if (groupClause === undefined) return undefined;
  const { writer } = scope;
  if (groupDistinct === true)
    refuseClause("GROUP BY DISTINCT", "there are no grouping sets", "write GROUP BY");
  const different = new Map<
    string,
    { readonly value: RowValue; readonly choice: NonNullable<ReturnType<typeof choiceOf>> }
  >();
  let only: Cell | undefined;
  for (const node of groupClause) {
    const value = rowValue(keyNode(node, targetList, scope), scope);
    if (value.kind === "key") {
      const labels = writer.keys.get(value.column);
      if (labels === undefined) return withoutKeys(scope, value.column);
      if (labels.length === 0)
        return refuseClause(
          `GROUP BY of ${quoted(value.column)} with no key`,
          "a table without groups has no rows",
          "give at least one key",
        );
      const index = writer.placeAmong(value.cell, labels);
      only = both(writer, only, writer.apply("GreaterOrEqual", [index, writer.number(0)]));
      different.set(JSON.stringify([labels, writer.placeOf(index)]), { value, choice: { index, labels } });
      continue;
    }
    const choice =
      value.kind !== "text" && value.cell.facts.kind === "rows" ? choiceOf(writer, value) : undefined;
    if (choice === undefined) {
      return refuseClause(
        "GROUP BY of this expression",
        "its values are not few and declared, and values read off the rows would tell who is there",
        `group by a category, a whole number with at most ${mostGroups} values, WIDTH_BUCKET(x, least, greatest, bins) or a CASE with constant arms`,
      );
    }
    different.set(JSON.stringify([choice.labels, writer.placeOf(choice.index)]), { value, choice });
  }
  const keys = [...different.values()];
  const count = keys.reduce((product, { choice }) => product * choice.labels.length, 1);
  if (count > mostGroups)
    return refuseClause(
      `GROUP BY with ${count} groups`,
      `at most ${mostGroups} are answered at once`,
      "group by fewer keys, or by coarser ones: WIDTH_BUCKET, or CASE",
    );
  const index = keys
    .map(({ choice }) => choice)
    .reduce<Cell | undefined>((outer, { index: inner, labels }) => {
      if (outer === undefined) return inner;
      return writer.apply("Add", [writer.apply("Mul", [outer, writer.number(labels.length)]), inner]);
    }, undefined);
  invariant(index !== undefined, "a GROUP BY has at least one key");
  let repeated = count;
  const named = keys.map(({ value, choice: { labels } }): GroupKey => {
    repeated /= labels.length;
    const each = repeated;
    return {
      value,
      labels: Array.from({ length: count }, (_, group) => labels[Math.floor(group / each) % labels.length]!),
    };
  });
  return { index, only, count, keys: named };
}

/** Of a join, which of two datasets' people a key needs would have to be said: so its keys are asked for before. */
function withoutKeys({ rows: { datasets } }: Scope, column: string): never {
  const [dataset, other] = datasets;
  if (other === undefined) throw new KeysWanted({ dataset, wantsKeysOf: column });
  return refuseClause(
    `GROUP BY of ${quoted(column)} of a join without keys`,
    "its texts are declared nowhere",
    `ask the dataset that has it which keys may be shown, and give them: { epsilon, keys: { ${quoted(column)}: found.keys } }`,
  );
}

/** The expression behind a place in the SELECT list or a name given there; a column's own name goes first, as in PostgreSQL. */
function keyNode(node: Node, targetList: readonly Node[], scope: Scope): Node {
  if ("GroupingSet" in node)
    return refuseClause(
      "GROUPING SETS, ROLLUP or CUBE",
      "it counts each person in several tables at once",
      "ask each GROUP BY by itself",
    );
  const chosen = placeOrName(node, targetList, scope);
  if (hasAggregate(chosen))
    return refuseClause(
      "GROUP BY of an aggregate",
      "a row has none by itself",
      "group by columns or expressions of them",
    );
  return chosen;
}

function placeOrName(node: Node, targetList: readonly Node[], scope: Scope): Node {
  const targets = targetList.map(
    (target) => (target as { readonly ResTarget: { readonly name?: string; readonly val?: Node } }).ResTarget,
  );
  if ("A_Const" in node) {
    const place = node.A_Const.ival?.ival ?? 0;
    const target = targets[place - 1]?.val;
    return (
      target ??
      refuseClause("GROUP BY of a constant", "it is no place in the SELECT list", "group by a column")
    );
  }
  if (!("ColumnRef" in node) || node.ColumnRef.fields?.length !== 1) return node;
  const name = nameOf(node.ColumnRef.fields);
  const isColumn = scope.tables.some(({ columns }) => columns.has(name));
  return isColumn ? node : (targets.find((target) => target.name === name)?.val ?? node);
}
