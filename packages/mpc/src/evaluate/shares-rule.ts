import type { Problem, Result } from "@unseen/base";
import type { Attributes } from "@unseen/program";
import type { SharesContext } from "./shares-context.ts";
import type { SharesValue } from "./values.ts";

/**
 * The reading of an operation on shares: the same numbers as its plain rule, within the error that its functions state.
 * At least one input is secret; inputs belong to the caller, the result is new. A refusal depends on shapes and
 * declared ranges alone, so that a dry run meets every one of them.
 */
export type SharesRule = (
  context: SharesContext,
  inputs: readonly SharesValue[],
  attributes: Attributes,
) => Promise<Result<SharesValue, Problem>>;
