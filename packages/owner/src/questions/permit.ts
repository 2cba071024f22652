import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Caller } from "./ports.ts";

/** Roles that may ask. What one may still spend is the ledger's to say. */
const asking: readonly Caller["role"][] = ["owner", "researcher"];

/** May this caller ask at all? Every account may ask what the planner can protect, within its allotment. */
export function permit(caller: Caller): Result<undefined, Problem<"not-permitted">> {
  if (asking.includes(caller.role)) return ok(undefined);
  return err(problem("not-permitted", "this account may not ask questions"));
}
