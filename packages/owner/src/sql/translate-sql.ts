// SQL text to the same program that tensors record, and the table that its answer fills.
//
// Reads the text and declared cards, nothing else: no row, no ledger, no engine. So it is free, it says
// nothing about anybody, and no text of an asker's ever reaches a data engine.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type Card, type Expression, type Program, programLimits, programOf } from "@unseen/program";
import {
  type AskedTranslation,
  type GivenKeys,
  type SentTranslation,
  type TableColumnLayout,
  type WantedKeys,
  wireLimits,
} from "@unseen/wire";
import type { Node, SelectStmt, SortBy } from "libpg-query";
import type { Datasets } from "../questions/index.ts";
import { type AskedCard, askedRows } from "./asked-rows.ts";
import { type Names, scopeOf, withCommon } from "./from-clause.ts";
import { type Grouped, groupsOf } from "./group-keys.ts";
import { narrowed } from "./narrowed.ts";
import { KeysWanted, quoted, refuse, refuseClause, SqlRefusal, unsupported } from "./refusal.ts";
import { type ReleasedValue, releasedValue, truth } from "./released-expression.ts";
import { refuseSetOperation } from "./row-wise.ts";
import { RowWriter } from "./row-writer.ts";
import { both, starRefused } from "./scope.ts";
import { parseSelect } from "./sql-parser.ts";
import { functionName, hasAggregate, nameOf } from "./syntax.ts";

/** Tables that one query may name: one dataset or two, under as many names as it likes. */
const mostTables = 64;

/** The asker learns the translation or why there is none. Refusals: "sql-malformed", "sql-unsupported", and those of names and bounds. */
export async function translateSql(
  datasets: Datasets,
  sql: string,
  keys: GivenKeys = new Map(),
): Promise<Result<SentTranslation, Problem>> {
  const translation = await translateOrWantKeys(datasets, { sql, keys });
  if (!translation.ok) return translation;
  return "wantsKeysOf" in translation.value ? err(keysMissing(translation.value)) : ok(translation.value);
}

/** The same, and where the statement groups by a column of texts without keys, the name of that column. */
export async function translateOrWantKeys(
  datasets: Datasets,
  { sql, keys }: AskedTranslation,
): Promise<Result<SentTranslation | WantedKeys, Problem>> {
  const select = await parseSelect(sql);
  if (!select.ok) return select;
  const cards = await cardsNamed(datasets, select.value);
  try {
    return ok(translated(select.value, { ...asked(select.value, cards, keys), cards, common: new Map() }));
  } catch (error) {
    if (error instanceof SqlRefusal) return err(error.problem);
    if (error instanceof KeysWanted) return ok(error.wanted);
    throw error;
  }
}

function asked(select: SelectStmt, cards: ReadonlyMap<string, Card>, keys: GivenKeys): Pick<Names, "asked"> {
  const rows = askedRows(select, cards);
  return { asked: rows && { rows, writer: new RowWriter(rows.card, keys) } };
}

function keysMissing({ wantsKeysOf }: WantedKeys): Problem<"sql-unsupported"> {
  return unsupported(
    `GROUP BY of the column of texts ${quoted(wantsKeysOf)} without keys`,
    "its texts are declared nowhere, and a text that is read off the rows may be one person's",
    "offer an epsilon and a delta, which also ask which keys may be shown; or give keys of your own",
  );
}

/** The cards of every name that the query reads tables under; those that WITH gives are among them and not there. */
async function cardsNamed(datasets: Datasets, select: SelectStmt): Promise<ReadonlyMap<string, Card>> {
  const names = new Set<string>();
  const waiting: unknown[] = [select];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const { RangeVar: table } = value as { readonly RangeVar?: { readonly relname?: string } };
    if (table?.relname !== undefined && names.size < mostTables) names.add(table.relname);
    waiting.push(...Object.values(value));
  }
  const cards = new Map<string, Card>();
  for (const name of names) {
    const found = await datasets.find(name);
    if (found !== undefined) cards.set(name, found.card);
  }
  return cards;
}

function translated(select: SelectStmt, given: Names): SentTranslation {
  refuseClauses(select);
  const names = withCommon(given, select.withClause);
  const left = narrowed(scopeOf(select.fromClause, names), select.whereClause);
  const targets = (select.targetList ?? []).map(
    (node) => (node as { readonly ResTarget: { readonly name?: string; readonly val?: Node } }).ResTarget,
  );
  if (targets.some(({ val }) => isStar(val))) refuse(starRefused());
  const groups = groupsOf(select, left);
  // A row whose text is none of the keys is in no group.
  const scope = { ...left, mask: both(left.writer, left.mask, groups?.only) };
  const grouped: Grouped = { scope, groups };
  const rows = groups?.count ?? 1;
  const table = new TableWriter(rows);
  const values = targets.map(({ val }) => releasedValue(val!, grouped));
  if (groups === undefined && !hasAggregate(targets) && !hasAggregate(select.havingClause)) {
    return refuse(
      problem("rows-exposed", "a SELECT without an aggregate would show rows, and a row is about a person", {
        hint: "ask for COUNT(*), SUM, AVG, or a table of them with GROUP BY",
      }),
    );
  }
  const titles = targets.map(({ name, val }) => name ?? titleOf(val!));
  for (const [at, value] of values.entries()) table.add(titles[at]!, value);
  const shown = table.columns.length;
  const keep =
    select.havingClause === undefined
      ? undefined
      : table.add("having", { kind: "truth", expression: truth(select.havingClause, grouped) });
  const order = (select.sortClause ?? []).map((node) => {
    const { node: by, sortby_dir: direction } = sortOf(node);
    const column = placeOf(by, titles) ?? table.add("order", releasedValue(by, grouped));
    return { column, isDescending: direction === "SORTBY_DESC" };
  });
  if (table.outputs.length === 0) return refuse(nothingPrivate());
  const program = programOf(table.outputs);
  if (!program.ok) return refuse(program.problem);
  if (!readsRows(program.value, scope.rows.card)) return refuse(nothingPrivate());
  const mostRows = wholeOrAll(select.limitCount, "LIMIT");
  return {
    dataset: scope.rows.datasets[0],
    ...(scope.rows.datasets[1] === undefined ? {} : { joined: scope.rows.datasets[1] }),
    program: program.value,
    layout: {
      rows,
      columns: table.columns,
      shown,
      order,
      offset: wholeOrAll(select.limitOffset, "OFFSET") ?? 0,
      ...(keep === undefined ? {} : { keep }),
      ...(mostRows === undefined ? {} : { mostRows }),
    },
  };
}

/** A count that the card declares public reads no row, and neither does a list of declared keys. */
function readsRows({ nodes }: Program, { people, unit }: AskedCard): boolean {
  const isCountPublic = people.isPublic && unit.kind === "row";
  const isOfEverybody = (at: number | undefined) => {
    const condition = at === undefined ? undefined : nodes[at];
    return condition?.kind === "operation" && condition.operation === "RowOnes";
  };
  return nodes.some((node) => {
    if (node.kind !== "operation") return false;
    if (node.operation === "Count") return !isCountPublic;
    if (node.operation === "CountPeople") return !(people.isPublic && isOfEverybody(node.inputs[0]));
    return node.operation === "ReduceSum";
  });
}

/** Columns of the table, and the outputs of the program that fill them; an output that is wanted twice is one. */
class TableWriter {
  readonly columns: TableColumnLayout[] = [];
  readonly outputs: Expression[] = [];
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
  }

  /** Gives the column's place. */
  add(name: string, value: ReleasedValue): number {
    if (this.columns.length >= wireLimits.tableColumns)
      refuseClause("a table of so many columns", `at most ${wireLimits.tableColumns} fit`, "ask in parts");
    return this.columns.push({ name: name.slice(0, wireLimits.nameLength), cells: this.#cells(value) }) - 1;
  }

  #cells(value: ReleasedValue): TableColumnLayout["cells"] {
    if (value.kind === "constant") return { kind: "public", values: new Array(this.#rows).fill(value.value) };
    if (value.kind === "key") return { kind: "public", values: value.labels };
    const { node } = value.expression;
    if (node.kind === "constant") {
      const { data } = node.value;
      return {
        kind: "public",
        values: Array.from({ length: this.#rows }, (_, at) => data[data.length === 1 ? 0 : at]!),
      };
    }
    const known = this.outputs.indexOf(value.expression);
    if (known !== -1) return { kind: "released", output: known };
    if (this.outputs.length >= programLimits.outputs)
      refuseClause(
        "a table of so many different aggregates",
        `at most ${programLimits.outputs} share a price`,
        "ask in parts",
      );
    return { kind: "released", output: this.outputs.push(value.expression) - 1 };
  }
}

function refuseClauses(select: SelectStmt): void {
  if (select.op !== undefined && select.op !== "SETOP_NONE") refuseSetOperation();
  if (select.valuesLists !== undefined)
    refuseClause("VALUES by itself", "it asks about nobody", "write a SELECT with FROM");
  if (select.distinctClause !== undefined)
    refuseClause(
      "SELECT DISTINCT",
      "every declared key stands in the table once, and released numbers are each their own",
      "leave DISTINCT out, and group by what should be different",
    );
  if (select.intoClause !== undefined)
    refuseClause("SELECT INTO", "nothing at the owner's can be changed", "leave INTO out");
  if (select.lockingClause !== undefined)
    refuseClause("FOR UPDATE or FOR SHARE", "nothing at the owner's can be changed", "leave it out");
  if (select.windowClause !== undefined)
    refuseClause("WINDOW", "it gives a value for each row", "use GROUP BY");
  if (select.limitOption === "LIMIT_OPTION_WITH_TIES")
    refuseClause("WITH TIES", "noised numbers have no ties", "write LIMIT");
}

function isStar(node: Node | undefined): boolean {
  return (
    node !== undefined &&
    "ColumnRef" in node &&
    (node.ColumnRef.fields ?? []).some((field) => "A_Star" in field)
  );
}

/** What PostgreSQL would call a column that was given no name. */
function titleOf(node: Node): string {
  if ("ColumnRef" in node) return nameOf(node.ColumnRef.fields);
  if ("FuncCall" in node) return functionName(node.FuncCall);
  if ("CaseExpr" in node) return "case";
  if ("TypeCast" in node && node.TypeCast.arg !== undefined) return titleOf(node.TypeCast.arg);
  if ("CoalesceExpr" in node) return "coalesce";
  if ("MinMaxExpr" in node) return node.MinMaxExpr.op === "IS_LEAST" ? "least" : "greatest";
  return "?column?";
}

function sortOf(node: Node): { readonly node: Node; readonly sortby_dir: SortBy["sortby_dir"] } {
  const { node: by, sortby_dir, useOp } = (node as { readonly SortBy: SortBy }).SortBy;
  if (by === undefined || useOp !== undefined || sortby_dir === "SORTBY_USING")
    return refuseClause("ORDER BY ... USING", "the order is by size, or by text", "write ASC or DESC");
  return { node: by, sortby_dir };
}

/** A place in the SELECT list, or a name from it, which goes before a column's as in PostgreSQL. */
function placeOf(node: Node, titles: readonly string[]): number | undefined {
  if ("A_Const" in node) {
    const place = (node.A_Const.ival?.ival ?? 0) - 1;
    if (place >= 0 && place < titles.length) return place;
    return refuseClause("ORDER BY of a constant", "it is no place in the SELECT list", "order by a column");
  }
  if (!("ColumnRef" in node) || node.ColumnRef.fields?.length !== 1) return undefined;
  const place = titles.indexOf(nameOf(node.ColumnRef.fields));
  return place === -1 ? undefined : place;
}

function wholeOrAll(node: Node | undefined, what: string): number | undefined {
  if (node === undefined) return undefined;
  const constant = "A_Const" in node ? node.A_Const : undefined;
  if (constant?.isnull === true) return undefined;
  const value = constant?.ival === undefined ? -1 : (constant.ival.ival ?? 0);
  if (value >= 0) return value;
  return refuseClause(
    `${what} with other than a whole number`,
    "how many rows are shown has to be known",
    `write ${what} 10`,
  );
}

function nothingPrivate(): Problem<"sql-unsupported"> {
  return problem("sql-unsupported", "the SELECT reads no row, so there is nothing to answer", {
    hint: "what it would show is public: see the dataset's card for the number of people and the declared categories",
  });
}
