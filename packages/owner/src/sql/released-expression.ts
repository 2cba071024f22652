// What is calculated from aggregates and group keys: with released numbers, so it is free. Nothing here reads
// a row; what is neither grouped nor aggregated is refused.

import { problem } from "@unseen/base";
import type { Expression } from "@unseen/program";
import type { A_Expr, BoolExpr, CaseExpr, FuncCall, Node } from "libpg-query";
import { aggregateOf } from "./aggregate-call.ts";
import { refuseFunction, refuseModifiers } from "./functions.ts";
import type { Grouped, Groups } from "./group-keys.ts";
import { refuse, refuseClause } from "./refusal.ts";
import { comparisons, rowValue } from "./row-expression.ts";
import { constantOf } from "./row-value.ts";
import { columnValue } from "./scope.ts";
import { aggregateNames, clauseName, functionName, hasAggregate, itemsOf, nameOf } from "./syntax.ts";

export type ReleasedValue =
  /** One number, or one for each group; a truth is 1 or 0. */
  | { readonly kind: "number" | "truth"; readonly expression: Expression }
  /** Public: the same wherever the question is asked. */
  | { readonly kind: "constant"; readonly value: number | string }
  | { readonly kind: "key"; readonly labels: readonly (number | string)[] };

export function releasedValue(node: Node, grouped: Grouped): ReleasedValue {
  const { scope } = grouped;
  if ("FuncCall" in node && isAggregate(node.FuncCall))
    return { kind: "number", expression: aggregateOf(node.FuncCall, grouped) };
  if (!hasAggregate(node)) {
    const known = withoutAggregate(node, grouped);
    if (known !== undefined) return known;
  }
  if ("A_Expr" in node) return operatorValue(node.A_Expr, grouped);
  if ("BoolExpr" in node) return logical(node.BoolExpr, grouped);
  if ("CaseExpr" in node) return caseOf(node.CaseExpr, grouped);
  if ("CoalesceExpr" in node) return releasedValue(node.CoalesceExpr.args![0]!, grouped);
  if ("MinMaxExpr" in node) {
    const operation = node.MinMaxExpr.op === "IS_LEAST" ? "Min" : "Max";
    const parts = (node.MinMaxExpr.args ?? []).map((arg) => number(arg, grouped));
    return made(parts.reduce((one, other) => scope.writer.node(operation, [one, other])));
  }
  if ("TypeCast" in node) {
    const type = nameOf(node.TypeCast.typeName?.names);
    const x = number(node.TypeCast.arg!, grouped);
    if (/^int[248]$/.test(type)) return made(scope.writer.node("Round", [x]));
    if (/^(float[48]|numeric)$/.test(type)) return made(x);
  }
  if ("FuncCall" in node) return functionOf(node.FuncCall, grouped);
  return refuseClause(
    `${clauseName(node)} over aggregates`,
    "no rule is known for it",
    "calculate it at home from the released numbers",
  );
}

export function truth(node: Node, grouped: Grouped): Expression {
  const value = releasedValue(node, grouped);
  if (value.kind === "truth") return value.expression;
  return refuseClause(
    "a condition that is not true or false",
    "a value alone is no condition",
    "compare it: COUNT(*) > 10",
  );
}

function isAggregate(call: FuncCall): boolean {
  return aggregateNames.has(functionName(call)) && call.over === undefined;
}

/** A group key, a constant, or nothing that is known without its parts. */
function withoutAggregate(node: Node, { scope, groups }: Grouped): ReleasedValue | undefined {
  if ("A_Const" in node && node.A_Const.sval !== undefined)
    return { kind: "constant", value: node.A_Const.sval.sval ?? "" };
  const isColumn = "ColumnRef" in node;
  // A name that is not there, a wildcard and what no row could calculate are refused with their own reasons.
  const value = isColumn ? columnValue(scope, node.ColumnRef) : rowValue(node, scope);
  const constant = constantOf(value);
  if (constant !== undefined)
    return value.kind === "truth"
      ? { kind: "truth", expression: scope.writer.number(constant).expression }
      : { kind: "constant", value: constant };
  const key = groups?.keys.find((one) => isSame(one.value, value));
  if (key !== undefined) return { kind: "key", labels: key.labels };
  const parts =
    "A_Expr" in node ||
    "BoolExpr" in node ||
    "CaseExpr" in node ||
    "CoalesceExpr" in node ||
    "MinMaxExpr" in node ||
    "TypeCast" in node ||
    "FuncCall" in node;
  return parts && groups !== undefined ? undefined : refuseRows();
}

function isSame(one: Groups["keys"][number]["value"], other: typeof one): boolean {
  if (one.kind === "text" || other.kind === "text") return false;
  return one.kind === other.kind && one.cell === other.cell;
}

function refuseRows(): never {
  return refuse(
    problem(
      "rows-exposed",
      "a value that is neither grouped nor aggregated would be a number for each row, and a row is about a person",
      {
        hint: "put it into GROUP BY, or into an aggregate: AVG(x), SUM(x), COUNT(*)",
      },
    ),
  );
}

function made(expression: Expression, kind: "number" | "truth" = "number"): ReleasedValue {
  return { kind, expression };
}

/** A number, with group keys and constants as public tensors. */
export function number(node: Node, grouped: Grouped): Expression {
  const value = releasedValue(node, grouped);
  return (
    asNumber(value, grouped) ??
    refuseClause("a number made of text", "only numbers are calculated with", "compare it: column = 'value'")
  );
}

function asNumber(value: ReleasedValue, { scope: { writer } }: Grouped): Expression | undefined {
  if (value.kind === "number") return value.expression;
  if (value.kind === "constant" && typeof value.value === "number")
    return writer.number(value.value).expression;
  if (value.kind === "key" && value.labels.every((label) => typeof label === "number"))
    return writer.constant({ shape: [value.labels.length], data: Float64Array.from(value.labels) });
  return undefined;
}

const operationOf: Readonly<Record<string, string>> = {
  "+": "Add",
  "-": "Sub",
  "*": "Mul",
  "=": "Equal",
  "<": "Less",
  "<=": "LessOrEqual",
  ">": "Greater",
  ">=": "GreaterOrEqual",
};

function operatorValue(node: A_Expr, grouped: Grouped): ReleasedValue {
  const { writer } = grouped.scope;
  const name = nameOf(node.name);
  if (node.kind === "AEXPR_IN") {
    const items = itemsOf(node.rexpr).map((item) => compared("=", node.lexpr!, item, grouped));
    const isOne = items.reduce((one, other) => writer.node("Or", [one, other]));
    return made(name === "<>" ? writer.node("Not", [isOne]) : isOne, "truth");
  }
  if (node.kind === "AEXPR_BETWEEN" || node.kind === "AEXPR_NOT_BETWEEN") {
    const [low, high] = itemsOf(node.rexpr);
    const inside = writer.node("And", [
      compared(">=", node.lexpr!, low!, grouped),
      compared("<=", node.lexpr!, high!, grouped),
    ]);
    return made(node.kind === "AEXPR_BETWEEN" ? inside : writer.node("Not", [inside]), "truth");
  }
  if (node.kind !== "AEXPR_OP") return refuseOver("this comparison");
  if (comparisons.has(name)) return made(compared(name, node.lexpr!, node.rexpr!, grouped), "truth");
  const y = number(node.rexpr!, grouped);
  if (node.lexpr === undefined) {
    if (name === "+") return made(y);
    if (name === "-") return made(writer.node("Neg", [y]));
    return refuseOver(`the operator ${name}`);
  }
  const x = number(node.lexpr, grouped);
  if (name === "/") return made(quotient(x, y, grouped));
  const operation = Object.hasOwn(operationOf, name) ? operationOf[name] : undefined;
  return operation === undefined ? refuseOver(`the operator ${name}`) : made(writer.node(operation, [x, y]));
}

function compared(name: string, left: Node, right: Node, grouped: Grouped): Expression {
  const { writer } = grouped.scope;
  if (name === "<>") return writer.node("Not", [compared("=", left, right, grouped)]);
  const [a, b] = [releasedValue(left, grouped), releasedValue(right, grouped)];
  const [x, y] = [asNumber(a, grouped), asNumber(b, grouped)];
  if (x !== undefined && y !== undefined) return writer.node(operationOf[name]!, [x, y]);
  // A key of texts with a text: public, so it is known here and now.
  const [key, other] = a.kind === "key" ? [a, b] : [b, a];
  if (name === "=" && key.kind === "key" && other.kind === "constant") {
    const data = Float64Array.from(key.labels, (label) => (String(label) === String(other.value) ? 1 : 0));
    return writer.constant({ shape: [data.length], data });
  }
  return refuseOver(`the comparison ${name} of these`);
}

/** By a released number that is zero it is zero: noise may bring one about, and a table must not be lost to it. */
function quotient(x: Expression, y: Expression, { scope: { writer } }: Grouped): Expression {
  const zero = writer.number(0).expression;
  const isZero = writer.node("Equal", [y, zero]);
  const safe = writer.node("Where", [isZero, writer.number(1).expression, y]);
  return writer.node("Where", [isZero, zero, writer.node("Div", [x, safe])]);
}

function logical({ boolop, args = [] }: BoolExpr, grouped: Grouped): ReleasedValue {
  const { writer } = grouped.scope;
  const parts = args.map((arg) => truth(arg, grouped));
  if (boolop === "NOT_EXPR") return made(writer.node("Not", parts), "truth");
  const operation = boolop === "OR_EXPR" ? "Or" : "And";
  return made(
    parts.reduce((one, other) => writer.node(operation, [one, other])),
    "truth",
  );
}

function caseOf({ arg, args = [], defresult }: CaseExpr, grouped: Grouped): ReleasedValue {
  const { writer } = grouped.scope;
  if (arg !== undefined || defresult === undefined)
    return refuseOver("CASE without ELSE, or of the form CASE value WHEN");
  return made(
    args.reduceRight(
      (rest, arm) => {
        const { expr, result } = (
          arm as { readonly CaseWhen: { readonly expr: Node; readonly result: Node } }
        ).CaseWhen;
        return writer.node("Where", [truth(expr, grouped), number(result, grouped), rest]);
      },
      number(defresult, grouped),
    ),
  );
}

/** Functions that stay finite whatever noise has done to their argument. */
const functionOfReleased: Readonly<Record<string, string>> = {
  abs: "Abs",
  sqrt: "Sqrt",
  floor: "Floor",
  ceil: "Ceil",
  ceiling: "Ceil",
  sign: "Sign",
  round: "Round",
};
const mostDigits = 15;

function functionOf(call: FuncCall, grouped: Grouped): ReleasedValue {
  const { writer } = grouped.scope;
  const name = functionName(call);
  if (call.over !== undefined) return refuseOver("a window function (OVER)");
  refuseModifiers(name, call);
  const operation = Object.hasOwn(functionOfReleased, name) ? functionOfReleased[name] : undefined;
  const [first, digits] = call.args ?? [];
  if (operation === undefined || first === undefined) return refuseFunctionOver(name);
  const x = number(first, grouped);
  if (operation === "Sqrt")
    return made(writer.node("Sqrt", [writer.node("Max", [x, writer.number(0).expression])]));
  if (operation !== "Round") return made(writer.node(operation, [x]));
  const places =
    digits === undefined ? 0 : "A_Const" in digits ? (digits.A_Const.ival?.ival ?? 0) : Number.NaN;
  if (!(places >= 0 && places <= mostDigits)) return refuseOver("ROUND to so many digits");
  const scale = writer.number(10 ** places).expression;
  return made(writer.node("Div", [writer.node("Round", [writer.node("Mul", [x, scale])]), scale]));
}

function refuseFunctionOver(name: string): never {
  const isOfRows = ["exp", "ln", "log", "log10", "power", "pow", "mod", "trunc", "width_bucket"].includes(
    name,
  );
  return isOfRows ? refuseOver(name.toUpperCase()) : refuseFunction(name);
}

function refuseOver(what: string): never {
  return refuseClause(
    `${what} over aggregates`,
    "it may have no finite value once there is noise, or no rule is known",
    "select the aggregates and calculate it at home: that is free",
  );
}
