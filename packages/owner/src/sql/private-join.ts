// A join of two datasets on the person: each row of one beside each row of the other that is of the same person. The
// engine makes the pairs; here it is checked that the statement asks for them, and what it asks besides.

import type { ColumnRef, JoinExpr, Node } from "libpg-query";
import { narrowed } from "./narrowed.ts";
import { quoted, refuseClause } from "./refusal.ts";
import { both, namesPerson, type Scope } from "./scope.ts";
import { nameOf } from "./syntax.ts";

/** Conditions beside the one on the person are as in WHERE, because the join is an inner one. */
export function privateJoin(left: Scope, right: Scope, join: JoinExpr): Scope {
  const again = [...left.datasets].find((name) => right.datasets.has(name));
  if (again !== undefined)
    return refuseClause(
      `a join of ${quoted(again)} with itself`,
      "each person's rows would stand beside each other, and they are one person's already",
      "ask about its rows once",
    );
  const others = conditionsBeside(left, right, join);
  const scope: Scope = {
    ...left,
    datasets: new Set([...left.datasets, ...right.datasets]),
    tables: [...left.tables, ...right.tables],
    mask: both(left.writer, left.mask, right.mask),
  };
  return others.reduce<Scope>((rows, condition) => narrowed(rows, condition), scope);
}

/** Takes the condition that both are one person out, and refuses a join without it. */
function conditionsBeside(left: Scope, right: Scope, { quals, usingClause = [] }: JoinExpr): readonly Node[] {
  if (quals === undefined) {
    const isPerson =
      usingClause.length === 1 && [left, right].every((side) => namesPerson(side, { fields: usingClause }));
    return isPerson ? [] : refuseCondition(left, right);
  }
  const all = conjuncts(quals);
  const at = all.findIndex((condition) => pairsOnePerson(left, right, condition));
  return at === -1 ? refuseCondition(left, right) : all.toSpliced(at, 1);
}

function conjuncts(node: Node): readonly Node[] {
  return "BoolExpr" in node && node.BoolExpr.boolop === "AND_EXPR"
    ? (node.BoolExpr.args ?? []).flatMap(conjuncts)
    : [node];
}

function pairsOnePerson(left: Scope, right: Scope, node: Node): boolean {
  if (!("A_Expr" in node) || node.A_Expr.kind !== "AEXPR_OP" || nameOf(node.A_Expr.name) !== "=")
    return false;
  const { lexpr, rexpr } = node.A_Expr;
  if (lexpr === undefined || rexpr === undefined || !("ColumnRef" in lexpr) || !("ColumnRef" in rexpr))
    return false;
  const [one, other] = [lexpr.ColumnRef, rexpr.ColumnRef];
  const isPair = (mine: ColumnRef, theirs: ColumnRef) =>
    namesPerson(left, mine) &&
    !namesPerson(right, mine) &&
    namesPerson(right, theirs) &&
    !namesPerson(left, theirs);
  return isPair(one, other) || isPair(other, one);
}

function refuseCondition(left: Scope, right: Scope): never {
  const [mine, theirs] = [left, right].map(({ tables }) => tables.find(({ person }) => person !== undefined));
  return refuseClause(
    "this condition of a join of two datasets",
    "rows of different people would meet, and have no bound together",
    mine === undefined || theirs === undefined
      ? "keep the column that names the people in both sub-selects, and join ON it"
      : `write ON ${mine.name}.${mine.person} = ${theirs.name}.${theirs.person}; conditions beside it go on with AND`,
  );
}
