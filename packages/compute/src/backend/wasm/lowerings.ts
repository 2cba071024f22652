// Which operations have kernels. The others run by their plain rule, at its price.

import { expand, lowerPairs, pairOperations, where } from "./elements.ts";
import { conv, convTranspose } from "./images.ts";
import { concat, gather, gatherElements, scatterAdd, slice, transpose } from "./moves.ts";
import { averagePool, maxPool, maxPoolIndices } from "./pools.ts";
import { gemm, matMul } from "./products.ts";
import { logSoftmax, reduceMean, reduceSum, softmax } from "./reductions.ts";
import type { Lowering } from "./steps.ts";
import { lowerUnary, relu, unaryLoops } from "./unary.ts";

export const lowerings: ReadonlyMap<string, Lowering> = new Map<string, Lowering>([
  ...pairOperations.map((name) => [name, lowerPairs(name)] as const),
  ...unaryLoops.map((name) => [name, lowerUnary(name)] as const),
  ["AveragePool", averagePool],
  ["Concat", concat],
  ["Conv", conv],
  ["ConvTranspose", convTranspose],
  ["Expand", expand],
  ["Gather", gather],
  ["GatherElements", gatherElements],
  ["Gemm", gemm],
  ["LogSoftmax", logSoftmax],
  ["MatMul", matMul],
  ["MaxPool", maxPool],
  ["MaxPoolIndices", maxPoolIndices],
  ["ReduceMean", reduceMean],
  ["ReduceSum", reduceSum],
  ["Relu", relu],
  ["ScatterAdd", scatterAdd],
  ["Slice", slice],
  ["Softmax", softmax],
  ["Transpose", transpose],
  ["Where", where],
]);

/** The same numbers in another shape: nothing is copied. */
export const sameNumbers: ReadonlySet<string> = new Set([
  "Flatten",
  "Identity",
  "Reshape",
  "Squeeze",
  "Unsqueeze",
]);
