// A sub-select gives one row for each row. What would mix rows is refused by name.

import type { SelectStmt } from "libpg-query";
import { refuseClause } from "./refusal.ts";
import { hasAggregate } from "./syntax.ts";

export function refuseBeyondRows(query: SelectStmt): void {
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
