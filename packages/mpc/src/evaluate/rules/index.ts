import type { SharesRule } from "../shares-rule.ts";
import { adding, matmulRule, multiplying, negating } from "./arithmetic.ts";
import { choosing, clipping, comparing, extreme, hot, isZero, logic, piecewise } from "./comparisons.ts";
import { endOverAxes, placeOfGreatest } from "./ends.ts";
import { joining, moving } from "./layout.ts";
import { averaging, counting, onesForRows, summing } from "./reductions.ts";

/** The reading on shares of every operation that has one. The others are in `notOnShares`, each with the reason. */
export const sharesRules: ReadonlyMap<string, SharesRule> = new Map<string, SharesRule>([
  ["Abs", piecewise("Abs")],
  ["Add", adding("Add")],
  ["And", logic("And")],
  ["ArgMax", placeOfGreatest],
  ["Clip", clipping],
  ["Concat", joining],
  ["Count", counting],
  ["Equal", comparing("Equal", "equal")],
  ["Gather", moving("Gather")],
  ["Greater", comparing("Greater", "greater")],
  ["GreaterOrEqual", comparing("GreaterOrEqual", "greaterOrEqual")],
  ["Less", comparing("Less", "less")],
  ["LessOrEqual", comparing("LessOrEqual", "lessOrEqual")],
  ["MatMul", matmulRule],
  ["Max", extreme("Max")],
  ["Min", extreme("Min")],
  ["Mul", multiplying],
  ["Neg", negating],
  ["Not", isZero],
  ["OneHot", hot],
  ["Or", logic("Or")],
  ["ReduceMax", endOverAxes("ReduceMax")],
  ["ReduceMean", averaging],
  ["ReduceMin", endOverAxes("ReduceMin")],
  ["ReduceSum", summing],
  ["Relu", piecewise("Relu")],
  ["Reshape", moving("Reshape")],
  ["RowOnes", onesForRows],
  ["Sign", piecewise("Sign")],
  ["Slice", moving("Slice")],
  ["Sub", adding("Sub")],
  ["Transpose", moving("Transpose")],
  ["Where", choosing],
  ["Xor", logic("Xor")],
]);
