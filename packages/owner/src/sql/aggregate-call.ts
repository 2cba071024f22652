// One call of an aggregate: what it counts or sums, of which rows.

import { problem } from "@unseen/base";
import type { Expression } from "@unseen/program";
import type { FuncCall, Node } from "libpg-query";
import { Aggregates } from "./aggregates.ts";
import type { Grouped } from "./group-keys.ts";
import { shareOf } from "./quantiles.ts";
import { refuse, refuseClause } from "./refusal.ts";
import { armsOf, isNull, number, rowValue, truth } from "./row-expression.ts";
import type { RowValue } from "./row-value.ts";
import type { Cell } from "./row-writer.ts";
import { both, namesPerson, type Scope } from "./scope.ts";
import { functionName, hasAggregate } from "./syntax.ts";

export function aggregateOf(call: FuncCall, { scope, groups }: Grouped): Expression {
  const name = functionName(call);
  const shown = name.toUpperCase();
  const args = call.args ?? [];
  refuseOddCalls(shown, call, args);
  const filter = call.agg_filter === undefined ? undefined : truth(call.agg_filter, scope);
  if (name === "count") {
    if (call.agg_distinct === true) {
      requirePerson(args, scope);
      return new Aggregates(scope, groups, filter).countPeople();
    }
    if (call.agg_star !== true) {
      if (args.length !== 1) refuseArguments(shown, "one column or *");
      const { only } = argumentOf(args[0]!, scope);
      return new Aggregates(scope, groups, both(scope.writer, filter, only)).count();
    }
    return new Aggregates(scope, groups, filter).count();
  }
  if (call.agg_star === true)
    return refuseClause(`${shown}(*)`, "only COUNT takes *", `write ${shown}(column)`);
  if (call.agg_distinct === true) {
    return refuseClause(
      `${shown}(DISTINCT ...)`,
      "whether a value counts would depend on who else has it",
      `write ${shown}(column)`,
    );
  }
  if (isQuantile(name)) {
    const { of, share } = quantileArguments(name, shown, call, scope);
    const { value, only } = argumentOf(of, scope);
    const aggregates = new Aggregates(scope, groups, both(scope.writer, filter, only));
    return aggregates.quantile(numeric(value, shown), share);
  }
  const isOfTwo = /^(covar|corr)/.test(name);
  if (args.length !== (isOfTwo ? 2 : 1)) refuseArguments(shown, isOfTwo ? "two columns" : "one column");
  if (isOfTwo) {
    const [x, y] = args.map((arg) => number(arg, scope)) as [Cell, Cell];
    const aggregates = new Aggregates(scope, groups, filter);
    if (name === "corr") return aggregates.correlation(x, y);
    return aggregates.covariance(x, y, name === "covar_samp" ? 1 : 0);
  }
  const { value, only } = argumentOf(args[0]!, scope);
  const aggregates = new Aggregates(scope, groups, both(scope.writer, filter, only));
  return ofOne(name, aggregates, numeric(value, shown), scope);
}

function ofOne(name: string, aggregates: Aggregates, x: Cell, { writer }: Scope): Expression {
  switch (name) {
    case "sum":
      return aggregates.sum(x);
    case "avg":
      return aggregates.mean(x);
    case "var_pop":
      return aggregates.variance(x, 0);
    case "var_samp":
    case "variance":
      return aggregates.variance(x, 1);
    case "stddev_pop":
      return writer.node("Sqrt", [aggregates.variance(x, 0)]);
    default:
      return writer.node("Sqrt", [aggregates.variance(x, 1)]);
  }
}

function numeric(value: RowValue, shown: string): Cell {
  if (value.kind === "number") return value.cell;
  return refuseClause(
    `${shown} of ${value.kind === "truth" ? "a condition" : value.kind === "key" ? "a column of texts" : "a category"}`,
    isQuantile(shown.toLowerCase()) ? "only numbers have quantiles" : "only numbers are summed",
    value.kind === "truth"
      ? "count where it holds: COUNT(*) FILTER (WHERE ...)"
      : "count the rows of each: COUNT(*) with GROUP BY",
  );
}

function isQuantile(name: string): boolean {
  return /^(median|quantile|percentile)/.test(name);
}

/** MEDIAN(x), QUANTILE(x, share) and PERCENTILE_CONT(share) WITHIN GROUP (ORDER BY x) are one question. */
function quantileArguments(
  name: string,
  shown: string,
  { args = [], agg_order = [] }: FuncCall,
  scope: Scope,
) {
  if (name === "percentile_cont") {
    const [ordered] = agg_order;
    const by = ordered !== undefined && "SortBy" in ordered ? ordered.SortBy : undefined;
    if (args.length !== 1 || agg_order.length !== 1 || by?.node === undefined || by.useOp !== undefined)
      return refuseClause(
        `${shown} of other than one share and one column`,
        "which numbers are put in order is told by WITHIN GROUP",
        `write ${shown}(0.5) WITHIN GROUP (ORDER BY x)`,
      );
    const share = shareOf(args[0]!, shown, scope);
    return { of: by.node, share: by.sortby_dir === "SORTBY_DESC" ? 1 - share : share };
  }
  if (name === "median") {
    if (args.length !== 1) refuseArguments(shown, "one column");
    return { of: args[0]!, share: 0.5 };
  }
  if (args.length === 2) return { of: args[0]!, share: shareOf(args[1]!, shown, scope) };
  return refuseClause(
    `${shown} of other than a column and a share`,
    "how many of the rows lie below is asked for",
    `write ${shown}(x, 0.5)`,
  );
}

/**
 * CASE without ELSE is NULL where no arm holds, and an aggregate leaves NULLs out: the one place where that
 * needs no NULL, because the arms' conditions narrow the rows.
 */
function argumentOf(node: Node, scope: Scope): { readonly value: RowValue; readonly only: Cell | undefined } {
  if (hasAggregate(node)) {
    return refuseClause(
      "an aggregate inside of an aggregate",
      "a group is many people, and has no bound of its own",
      "aggregate columns, and combine the aggregates",
    );
  }
  if ("CaseExpr" in node) {
    const { args = [], defresult, arg } = node.CaseExpr;
    const [last] = args.slice(-1);
    if ((defresult === undefined || isNull(defresult)) && last !== undefined && "CaseWhen" in last) {
      const arms = armsOf(node.CaseExpr, scope);
      const only = arms
        .map(({ when }) => when)
        .reduce((one, other) => scope.writer.apply("Or", [one, other]));
      // Where the others do not hold the last one does, or the row is left out.
      const rest = args.slice(0, -1);
      const value =
        rest.length === 0
          ? rowValue(last.CaseWhen.result!, scope)
          : rowValue(
              {
                CaseExpr: {
                  ...(arg === undefined ? {} : { arg }),
                  args: rest,
                  defresult: last.CaseWhen.result!,
                },
              },
              scope,
            );
      return { value, only };
    }
  }
  return { value: rowValue(node, scope), only: undefined };
}

/** COUNT(DISTINCT ...) takes the column that names the person, and no other. */
function requirePerson(args: readonly Node[], scope: Scope): void {
  const [arg] = args;
  if (args.length === 1 && arg !== undefined && "ColumnRef" in arg && namesPerson(scope, arg.ColumnRef))
    return;
  refuseClause(
    "COUNT(DISTINCT ...)",
    "which values there are is told by single people",
    "group by the declared values and count the rows of each",
  );
}

function refuseOddCalls(shown: string, call: FuncCall, args: readonly Node[]): void {
  const isOrdered = call.agg_order !== undefined || call.agg_within_group === true;
  if (isOrdered && !(shown === "PERCENTILE_CONT" && call.agg_within_group === true))
    refuseClause(
      `${shown} with ORDER BY`,
      isQuantile(shown.toLowerCase()) ? "its numbers are put in order anyway" : "a sum has no order",
      "leave ORDER BY out of the aggregate",
    );
  if (call.func_variadic === true) refuseClause("VARIADIC", "there are no arrays", `write ${shown}(column)`);
  if (args.some((arg) => "NamedArgExpr" in arg))
    refuseClause(
      `${shown} with a named argument`,
      "noise and bounds are not set inside of SQL",
      "offer epsilon beside the SQL; the owner's card has the bounds",
    );
  if (
    args.some((arg) => "ColumnRef" in arg && (arg.ColumnRef.fields ?? []).some((field) => "A_Star" in field))
  )
    refuse(
      problem("rows-exposed", `${shown} of all columns of a row is no number`, {
        hint: "only COUNT takes *",
      }),
    );
}

function refuseArguments(shown: string, wanted: string): never {
  return refuseClause(
    `${shown} of other than ${wanted}`,
    "bounds, noise and weights are not given to an aggregate",
    `give ${wanted}; the owner's card has the bounds`,
  );
}
