import type { SharesRule } from "../shares-rule.ts";
import { adding, matmulRule, multiplying, negating } from "./arithmetic.ts";
import { joining, moving } from "./layout.ts";
import { averaging, counting, onesForRows, summing } from "./reductions.ts";

/** The reading on shares of every operation that has one. The others are in `notOnShares`, each with the reason. */
export const sharesRules: ReadonlyMap<string, SharesRule> = new Map<string, SharesRule>([
  ["Add", adding("Add")],
  ["Concat", joining],
  ["Count", counting],
  ["Gather", moving("Gather")],
  ["MatMul", matmulRule],
  ["Mul", multiplying],
  ["Neg", negating],
  ["ReduceMean", averaging],
  ["ReduceSum", summing],
  ["Reshape", moving("Reshape")],
  ["RowOnes", onesForRows],
  ["Slice", moving("Slice")],
  ["Sub", adding("Sub")],
  ["Transpose", moving("Transpose")],
]);
