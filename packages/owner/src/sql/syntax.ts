// Small readings of PostgreSQL's syntax tree. The tree came through JSON; absent numbers are 0 and absent
// texts are "" (protobuf's defaults).

import type { A_Const, FuncCall, Node } from "libpg-query";
import { quoted, refuseClause } from "./refusal.ts";

export type Literal =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "truth"; readonly value: boolean };

export function literalOf(constant: A_Const): Literal {
  const { ival, fval, sval, boolval, bsval, isnull } = constant;
  if (isnull === true) return refuseNull();
  if (ival !== undefined) return { kind: "number", value: ival.ival ?? 0 };
  if (fval !== undefined) {
    const value = Number(fval.fval ?? "0");
    if (Number.isFinite(value)) return { kind: "number", value };
    return refuseClause(
      `the number ${quoted(fval.fval ?? "")}`,
      "it is no decimal number of a double's range",
      "write it as 0.5 or 5e-1",
    );
  }
  if (boolval !== undefined) return { kind: "truth", value: boolval.boolval ?? false };
  if (bsval !== undefined)
    return refuseClause("a bit string", "there are only numbers and declared categories", "write a number");
  return { kind: "text", value: sval?.sval ?? "" };
}

export function refuseNull(): never {
  return refuseClause(
    "NULL",
    "there are none: the owner's card puts a declared value in the place of what is missing",
    "leave it out, or compare with a value",
  );
}

export function nameOf(nodes: readonly Node[] | undefined): string {
  const [last] = (nodes ?? []).slice(-1);
  return last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
}

/** A function by its plain name; one of a schema other than PostgreSQL's own is nobody's that we know. */
export function functionName({ funcname = [] }: FuncCall): string {
  const parts = funcname.map((part) => nameOf([part]));
  return parts.length === 2 && parts[0] === "pg_catalog" ? parts[1]! : parts.join(".");
}

export const aggregateNames: ReadonlySet<string> = new Set([
  "count",
  "sum",
  "avg",
  "var_pop",
  "var_samp",
  "variance",
  "stddev_pop",
  "stddev_samp",
  "stddev",
  "covar_pop",
  "covar_samp",
  "corr",
  "median",
  "quantile",
  "quantile_cont",
  "percentile_cont",
]);

/** Whether an aggregate stands anywhere inside; not inside sub-selects, which are refused where they stand. */
export function hasAggregate(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasAggregate);
  const node = value as Record<string, unknown>;
  const call = node.FuncCall as FuncCall | undefined;
  if (call !== undefined && aggregateNames.has(functionName(call)) && call.over === undefined) return true;
  if (node.SubLink !== undefined) return false;
  return Object.values(node).some(hasAggregate);
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node !== undefined && "List" in node ? (node.List.items ?? []) : [];
}

/** What a piece of syntax is called by whoever writes it. */
export function clauseName(node: Node): string {
  const [kind = ""] = Object.keys(node);
  const known: Readonly<Record<string, string>> = {
    SubLink: "a sub-select inside an expression",
    A_ArrayExpr: "ARRAY",
    RowExpr: "a row of several values",
    ParamRef: "a parameter such as $1",
    A_Indirection: "a field or an element of a value",
    SQLValueFunction: "the date, the time or the user of the session",
    GroupingFunc: "GROUPING()",
    CollateClause: "COLLATE",
    SetToDefault: "DEFAULT",
    GroupingSet: "GROUPING SETS, ROLLUP or CUBE",
    CurrentOfExpr: "WHERE CURRENT OF",
    NamedArgExpr: "a named argument",
    XmlExpr: "XML",
    A_Star: "*",
  };
  if (/^Json/.test(kind)) return "JSON";
  return known[kind] ?? "this expression";
}
