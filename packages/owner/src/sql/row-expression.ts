// An SQL expression as what each row makes of it. Every rule of one row is here, so that the list of what
// works is read in one place; what has no rule is refused by name.

import type { A_Expr, BoolExpr, CaseExpr, Node } from "libpg-query";
import { caseValue } from "./case-value.ts";
import { castValue } from "./casts.ts";
import { compared, oneOf } from "./comparisons.ts";
import { functionValue } from "./functions.ts";
import { quoted, refuseClause } from "./refusal.ts";
import { remainder } from "./rounding.ts";
import { constantOf, mappedChoice, numberOf, type RowValue } from "./row-value.ts";
import type { Cell } from "./row-writer.ts";
import { columnValue, type Scope } from "./scope.ts";
import {
  aggregateNames,
  clauseName,
  functionName,
  itemsOf,
  literalOf,
  nameOf,
  refuseNull,
} from "./syntax.ts";

export function rowValue(node: Node, scope: Scope): RowValue {
  const { writer } = scope;
  if ("ColumnRef" in node) return columnValue(scope, node.ColumnRef);
  if ("A_Const" in node) {
    const literal = literalOf(node.A_Const);
    if (literal.kind === "text") return { kind: "text", text: literal.value };
    if (literal.kind === "truth") return { kind: "truth", cell: writer.number(literal.value ? 1 : 0) };
    return numberOf(writer.number(literal.value));
  }
  if ("A_Expr" in node) return operatorValue(node.A_Expr, scope);
  if ("BoolExpr" in node) return { kind: "truth", cell: logical(node.BoolExpr, scope) };
  if ("CaseExpr" in node) return caseOf(node.CaseExpr, scope);
  if ("CoalesceExpr" in node) {
    // No column is ever NULL, so the first is the answer; the others must still be something.
    const [first, ...others] = (node.CoalesceExpr.args ?? []).map((arg) => rowValue(arg, scope));
    return others.every(({ kind }) => isLike(kind, first!.kind)) ? first! : refuseMixed("COALESCE");
  }
  if ("NullTest" in node) {
    rowValue(node.NullTest.arg!, scope);
    return { kind: "truth", cell: writer.number(node.NullTest.nulltesttype === "IS_NULL" ? 0 : 1) };
  }
  if ("BooleanTest" in node)
    return truthTest(node.BooleanTest.booltesttype ?? "", truth(node.BooleanTest.arg!, scope), scope);
  if ("MinMaxExpr" in node) {
    const operation = node.MinMaxExpr.op === "IS_LEAST" ? "Min" : "Max";
    const cells = (node.MinMaxExpr.args ?? []).map((arg) => number(arg, scope));
    return numberOf(cells.reduce((one, other) => writer.apply(operation, [one, other])));
  }
  if ("TypeCast" in node) {
    if (isNull(node.TypeCast.arg)) return refuseNull();
    return castValue(writer, node.TypeCast, rowValue(node.TypeCast.arg!, scope));
  }
  if ("FuncCall" in node) {
    const name = functionName(node.FuncCall);
    if (node.FuncCall.over !== undefined) return refuseWindow();
    if (aggregateNames.has(name)) {
      return refuseClause(
        `${name.toUpperCase()} in this place`,
        "it is a sum over people inside of what each row gives, and rows are read once",
        "put aggregates into the SELECT list, HAVING or ORDER BY of the outermost SELECT alone",
      );
    }
    const args = node.FuncCall.args ?? [];
    return functionValue(writer, name, node.FuncCall, () => args.map((arg) => number(arg, scope)));
  }
  return refuseExpression(node);
}

export function number(node: Node, scope: Scope): Cell {
  const value = rowValue(node, scope);
  if (value.kind === "number") return value.cell;
  const what = { truth: "true or false", category: "a category", key: "a text", text: "text" }[value.kind];
  return refuseClause(
    `a number made of ${what}`,
    "only numbers are calculated with",
    value.kind === "truth"
      ? "write CAST(... AS integer), or CASE WHEN ... THEN 1 ELSE 0 END"
      : "compare it: column = 'value'",
  );
}

/** A condition as 1 or 0. */
export function truth(node: Node, scope: Scope): Cell {
  const value = rowValue(node, scope);
  if (value.kind === "truth") return value.cell;
  return refuseClause(
    "a condition that is not true or false",
    "a value alone is no condition",
    "compare it: column > 0",
  );
}

function operatorValue(node: A_Expr, scope: Scope): RowValue {
  const { writer } = scope;
  const name = nameOf(node.name);
  switch (node.kind) {
    case "AEXPR_OP":
      return comparisons.has(name) ? compare(name, node, scope) : arithmetic(name, node, scope);
    case "AEXPR_DISTINCT":
      return compare("<>", node, scope);
    case "AEXPR_NOT_DISTINCT":
      return compare("=", node, scope);
    case "AEXPR_IN": {
      const list = itemsOf(node.rexpr).map((item) => rowValue(item, scope));
      const cell = oneOf(writer, rowValue(node.lexpr!, scope), list);
      return { kind: "truth", cell: name === "<>" ? writer.apply("Not", [cell]) : cell };
    }
    case "AEXPR_BETWEEN":
    case "AEXPR_NOT_BETWEEN":
    case "AEXPR_BETWEEN_SYM":
    case "AEXPR_NOT_BETWEEN_SYM": {
      const [low, high] = itemsOf(node.rexpr).map((item) => number(item, scope)) as [Cell, Cell];
      const x = number(node.lexpr!, scope);
      const isSymmetric = node.kind.endsWith("_SYM");
      const [from, to] = isSymmetric
        ? [writer.apply("Min", [low, high]), writer.apply("Max", [low, high])]
        : [low, high];
      const inside = writer.apply("And", [
        writer.apply("GreaterOrEqual", [x, from]),
        writer.apply("LessOrEqual", [x, to]),
      ]);
      const isNot = node.kind.startsWith("AEXPR_NOT");
      return { kind: "truth", cell: isNot ? writer.apply("Not", [inside]) : inside };
    }
    case "AEXPR_LIKE":
    case "AEXPR_ILIKE":
    case "AEXPR_SIMILAR":
      return refuseClause(
        "LIKE",
        "texts are declared categories, and are not searched",
        "list them: column IN ('a', 'b')",
      );
    case "AEXPR_NULLIF":
      return refuseClause(
        "NULLIF",
        "there are no NULLs",
        "write CASE WHEN ... THEN ... ELSE ... END, or an aggregate's FILTER (WHERE ...)",
      );
    default:
      return refuseClause(
        "ANY or ALL of an array",
        "there are no arrays",
        "list the values: column IN (1, 2)",
      );
  }
}

export const comparisons: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);

function compare(name: string, { lexpr, rexpr }: A_Expr, scope: Scope): RowValue {
  if (lexpr === undefined || rexpr === undefined) return refuseOperator(name);
  return {
    kind: "truth",
    cell: compared(scope.writer, name, rowValue(lexpr, scope), rowValue(rexpr, scope)),
  };
}

const arithmeticOf: Readonly<
  Record<string, readonly [operation: string, f: (x: number, y: number) => number]>
> = {
  "+": ["Add", (x, y) => x + y],
  "-": ["Sub", (x, y) => x - y],
  "*": ["Mul", (x, y) => x * y],
  "/": ["Div", (x, y) => x / y],
  "^": ["Pow", (x, y) => x ** y],
};

function arithmetic(name: string, { lexpr, rexpr }: A_Expr, scope: Scope): RowValue {
  const { writer } = scope;
  const right = rowValue(rexpr!, scope);
  const y = number(rexpr!, scope);
  if (lexpr === undefined) {
    if (name === "+") return right;
    if (name === "-")
      return numberOf(
        writer.apply("Neg", [y]),
        mappedChoice(writer, right, (one) => 0 - one),
      );
    return refuseOperator(name);
  }
  const left = rowValue(lexpr, scope);
  const x = number(lexpr, scope);
  if (name === "%") return numberOf(remainder(writer, x, y));
  const known = Object.hasOwn(arithmeticOf, name) ? arithmeticOf[name] : undefined;
  if (known === undefined) return refuseOperator(name);
  const [operation, f] = known;
  const [a, b] = [constantOf(left), constantOf(right)];
  if (operation === "Div" && b === 0)
    return refuseClause("a division by zero", "it has no value", "divide by another number");
  const choice =
    b !== undefined
      ? mappedChoice(writer, left, (one) => f(one, b))
      : a !== undefined
        ? mappedChoice(writer, right, (one) => f(a, one))
        : undefined;
  return numberOf(writer.apply(operation, [x, y]), choice);
}

function refuseOperator(name: string): never {
  return refuseClause(
    `the operator ${quoted(name)}`,
    "no rule is known for it",
    "the operators are + - * / % ^ = <> < <= > >= AND OR NOT IN BETWEEN",
  );
}

function logical({ boolop, args = [] }: BoolExpr, scope: Scope): Cell {
  const { writer } = scope;
  const cells = args.map((arg) => truth(arg, scope));
  if (boolop === "NOT_EXPR") return writer.apply("Not", [cells[0]!]);
  const operation = boolop === "OR_EXPR" ? "Or" : "And";
  return cells.reduce((one, other) => writer.apply(operation, [one, other]));
}

function caseOf(node: CaseExpr, scope: Scope): RowValue {
  const arms = armsOf(node, scope);
  const { defresult } = node;
  if (defresult === undefined || isNull(defresult)) {
    return refuseClause(
      "CASE without ELSE",
      "where no arm holds it would be NULL, and there are no NULLs",
      "add ELSE with a value; or filter the aggregate: SUM(x) FILTER (WHERE ...)",
    );
  }
  return caseValue(scope.writer, arms, rowValue(defresult, scope));
}

export type Arm = { readonly when: Cell; readonly value: RowValue };

export function armsOf({ arg, args = [] }: CaseExpr, scope: Scope): readonly Arm[] {
  const subject = arg === undefined ? undefined : rowValue(arg, scope);
  return args.map((arm) => {
    const { expr, result } = (arm as { readonly CaseWhen: { readonly expr: Node; readonly result: Node } })
      .CaseWhen;
    const when =
      subject === undefined
        ? truth(expr, scope)
        : compared(scope.writer, "=", subject, rowValue(expr, scope));
    return { when, value: rowValue(result, scope) };
  });
}

export function isNull(node: Node | undefined): boolean {
  return node !== undefined && "A_Const" in node && node.A_Const.isnull === true;
}

function truthTest(test: string, cell: Cell, { writer }: Scope): RowValue {
  if (test === "IS_UNKNOWN") return { kind: "truth", cell: writer.number(0) };
  if (test === "IS_NOT_UNKNOWN") return { kind: "truth", cell: writer.number(1) };
  const isKept = test === "IS_TRUE" || test === "IS_NOT_FALSE";
  return { kind: "truth", cell: isKept ? cell : writer.apply("Not", [cell]) };
}

function isLike(one: RowValue["kind"], other: RowValue["kind"]): boolean {
  const isText = (kind: RowValue["kind"]) => kind === "text" || kind === "category";
  return one === other || (isText(one) && isText(other));
}

function refuseMixed(what: string): never {
  return refuseClause(
    `${what} of different types`,
    "one is a number and another is not",
    "give values of one type",
  );
}

function refuseWindow(): never {
  return refuseClause("a window function (OVER)", "it gives a value for each row", "use GROUP BY");
}

function refuseExpression(node: Node): never {
  const what = clauseName(node);
  if ("SubLink" in node) {
    return refuseClause(
      what,
      "people of one table would be matched with people of another, or rows be read twice",
      "put it into FROM as a row-wise sub-select, or list its values: column IN (1, 2)",
    );
  }
  return refuseClause(what, "no rule is known for it", "docs/sql.md lists the expressions that work");
}
