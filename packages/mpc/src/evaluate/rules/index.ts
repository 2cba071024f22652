import type { SharesRule } from "../shares-rule.ts";
import { adding, matmulRule, multiplying, negating } from "./arithmetic.ts";
import { choosing, clipping, comparing, extreme, hot, isZero, logic, piecewise } from "./comparisons.ts";
import { covariance, cumulative, gemm, layerNormalization, standardDeviation, variance } from "./composed.ts";
import { endOverAxes, placeOfGreatest } from "./ends.ts";
import { averagePooling, convolving, maxPooling } from "./images.ts";
import { joining, moving } from "./layout.ts";
import { logSoftmaxRule, softmaxRule } from "./normal-forms.ts";
import { averaging, counting, onesForRows, summing } from "./reductions.ts";
import { scattering } from "./scattering.ts";
import { dividing, inverting, raising, smooth } from "./smooth.ts";
import { inverse, solving } from "./systems.ts";
import { rounding } from "./whole.ts";

/** The reading on shares of every operation that has one. The others are in `notOnShares`, each with the reason. */
export const sharesRules: ReadonlyMap<string, SharesRule> = new Map<string, SharesRule>([
  ["Abs", piecewise("Abs")],
  ["Add", adding("Add")],
  ["And", logic("And")],
  ["ArgMax", placeOfGreatest],
  ["AveragePool", averagePooling],
  ["Ceil", rounding("Ceil")],
  ["Clip", clipping],
  ["Concat", joining],
  ["Conv", convolving("Conv")],
  ["ConvTranspose", convolving("ConvTranspose")],
  ["Count", counting],
  ["Covariance", covariance],
  ["CumSum", cumulative],
  ["Div", dividing],
  ["Equal", comparing("Equal", "equal")],
  ["Exp", smooth("Exp")],
  ["Expand", moving("Expand")],
  ["Floor", rounding("Floor")],
  ["Gather", moving("Gather")],
  ["GatherElements", moving("GatherElements")],
  ["Gemm", gemm],
  ["Greater", comparing("Greater", "greater")],
  ["GreaterOrEqual", comparing("GreaterOrEqual", "greaterOrEqual")],
  ["Inverse", inverse],
  ["LayerNormalization", layerNormalization],
  ["Less", comparing("Less", "less")],
  ["LessOrEqual", comparing("LessOrEqual", "lessOrEqual")],
  ["Log", smooth("Log")],
  ["LogSoftmax", logSoftmaxRule],
  ["MatMul", matmulRule],
  ["Max", extreme("Max")],
  ["MaxPool", maxPooling],
  ["Min", extreme("Min")],
  ["Mul", multiplying],
  ["Neg", negating],
  ["Not", isZero],
  ["OneHot", hot],
  ["Or", logic("Or")],
  ["Pow", raising],
  ["Reciprocal", inverting],
  ["ReduceMax", endOverAxes("ReduceMax")],
  ["ReduceMean", averaging],
  ["ReduceMin", endOverAxes("ReduceMin")],
  ["ReduceSum", summing],
  ["Relu", piecewise("Relu")],
  ["Reshape", moving("Reshape")],
  ["RowOnes", onesForRows],
  ["ScatterAdd", scattering],
  ["Sigmoid", smooth("Sigmoid")],
  ["Sign", piecewise("Sign")],
  ["Slice", moving("Slice")],
  ["Solve", solving],
  ["Softmax", softmaxRule],
  ["Sqrt", smooth("Sqrt")],
  ["StandardDeviation", standardDeviation],
  ["Sub", adding("Sub")],
  ["Tanh", smooth("Tanh")],
  ["Transpose", moving("Transpose")],
  ["Variance", variance],
  ["Where", choosing],
  ["Xor", logic("Xor")],
]);
