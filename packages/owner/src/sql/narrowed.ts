// WHERE: which rows are asked about.

import type { Node } from "libpg-query";
import { refuseClause } from "./refusal.ts";
import { truth } from "./row-expression.ts";
import { both, type Scope } from "./scope.ts";
import { hasAggregate } from "./syntax.ts";

/** The rows of a scope for which a condition holds; all of them where there is none. */
export function narrowed(scope: Scope, where: Node | undefined): Scope {
  if (where === undefined) return scope;
  if (hasAggregate(where))
    return refuseClause(
      "an aggregate in WHERE",
      "it would be a sum over the rows that it picks",
      "put conditions on aggregates into HAVING",
    );
  const { writer } = scope;
  const holds = truth(where, scope);
  const isAlways = holds.facts.kind === "public" && holds.facts.value.data[0] !== 0;
  return isAlways ? scope : { ...scope, mask: both(writer, scope.mask, writer.onEachRow(holds)) };
}
