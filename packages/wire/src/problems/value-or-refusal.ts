import type { Problem, Result } from "@unseen/base";
import { problemToConnectError } from "./problem-to-connect.ts";

/** For routes: the value, or the refusal thrown as Connect sends it. */
export function valueOrRefusal<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw problemToConnectError(result.problem);
  return result.value;
}
