// What the rows of a statement are: one dataset's, or the pairs of two that it joins on the person. It is known before
// the first expression is written, because the columns of a join may have other names than those of its datasets.

import { problem } from "@unseen/base";
import { type Card, type CardFields, joinCards } from "@unseen/program";
import type { JoinExpr, Node, SelectStmt } from "libpg-query";
import { refuse, refuseClause } from "./refusal.ts";

export type AskedCard = Pick<CardFields, "name" | "columns" | "unit" | "people">;

export type AskedRows = {
  readonly datasets: readonly [string] | readonly [string, string];
  readonly card: AskedCard;
  /** What a dataset's column is called in the program. */
  readonly calledIn: (dataset: string, column: string) => string;
};

type Datasets = ReadonlySet<string>;

/** Undefined where FROM names no dataset that is there. */
export function askedRows(select: SelectStmt, cards: ReadonlyMap<string, Card>): AskedRows | undefined {
  const named = [...datasetsOf(select, cards, new Map())].map((name) => cards.get(name)!);
  const [first, second, ...others] = named;
  if (first === undefined) return undefined;
  if (second === undefined) return { datasets: [first.name], card: first, calledIn: (_, column) => column };
  if (others.length > 0)
    return refuseClause(
      `a join of ${named.length} datasets`,
      "two are joined at once, and each is charged",
      "join two of them; the owner can register the others as one",
    );
  return rowsOfJoin(first, second);
}

function rowsOfJoin(first: Card, second: Card): AskedRows {
  const joined = joinCards(first, second);
  if (!joined.ok) return refuse(joined.problem);
  const { columns, origins, mostRowsEach } = joined.value;
  const called = new Map(
    [...origins].map(([name, { side, column }]) => [`${joined.value.sides[side].name}.${column}`, name]),
  );
  return {
    datasets: [first.name, second.name],
    card: {
      name: `${first.name} JOIN ${second.name}`,
      columns,
      unit: { ...first.unit, kind: "column", column: personOf(first), mostRowsEach },
      // How many people are in both is nobody's to know, even where it is known how many are in each.
      people: { isPublic: false, band: [0, 0] },
    },
    calledIn: (dataset, column) => called.get(`${dataset}.${column}`)!,
  };
}

/** The column that names the people of a dataset that can be joined. */
export function personOf({ name, unit }: Card): string {
  return unit.kind === "column"
    ? unit.column
    : refuse(problem("join-refused", `${name} does not say which rows are one person's`));
}

/** Joins that neither a public table nor a dataset has. */
function refuseOtherJoins({ jointype, isNatural, quals, usingClause = [] }: JoinExpr): void {
  if (jointype !== "JOIN_INNER")
    refuseClause(
      "an outer join",
      "rows without a partner would hold NULLs, and there are none",
      "write JOIN; a public table joins with an entry for every category",
    );
  const nearest = "write ON dataset.column = t.key, or of two datasets ON a.person = b.person";
  if (isNatural === true) refuseClause("NATURAL JOIN", "what is compared is not said", nearest);
  if (quals === undefined && usingClause.length === 0)
    refuseClause("CROSS JOIN", "each row would stand for several", nearest);
}

/** The datasets behind a statement's FROM, in order; a name that WITH gives goes before a dataset's, as in PostgreSQL. */
function datasetsOf(
  select: SelectStmt,
  cards: ReadonlyMap<string, Card>,
  outer: ReadonlyMap<string, () => Datasets>,
): Datasets {
  let known = outer;
  for (const node of select.withClause?.ctes ?? []) {
    if (!("CommonTableExpr" in node)) continue;
    const { ctename = "", ctequery } = node.CommonTableExpr;
    if (ctequery === undefined || !("SelectStmt" in ctequery)) continue;
    const [query, before] = [ctequery.SelectStmt, known];
    let found: Datasets | undefined;
    const once = () => {
      found ??= datasetsOf(query, cards, before);
      return found;
    };
    known = new Map([...known, [ctename, once]]);
  }
  const inNode = (node: Node | undefined): readonly string[] => {
    if (node === undefined) return [];
    if ("RangeVar" in node) {
      const { relname = "" } = node.RangeVar;
      const common = known.get(relname);
      if (common !== undefined) return [...common()];
      return cards.has(relname) ? [relname] : [];
    }
    if ("RangeSubselect" in node) {
      const { subquery } = node.RangeSubselect;
      return subquery !== undefined && "SelectStmt" in subquery
        ? [...datasetsOf(subquery.SelectStmt, cards, known)]
        : [];
    }
    if (!("JoinExpr" in node)) return [];
    refuseOtherJoins(node.JoinExpr);
    return [...inNode(node.JoinExpr.larg), ...inNode(node.JoinExpr.rarg)];
  };
  // Several tables side by side are refused where FROM is read.
  return new Set(inNode(select.fromClause?.[0]));
}
