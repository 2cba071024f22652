// Every operation that may be asked, by its name. This list is the allow-list: nothing else runs.

import { abs } from "./abs.ts";
import { acos } from "./acos.ts";
import { add } from "./add.ts";
import { and } from "./and.ts";
import { argMax } from "./arg-max.ts";
import { argSort } from "./arg-sort.ts";
import { asin } from "./asin.ts";
import { asinh } from "./asinh.ts";
import { atan } from "./atan.ts";
import { averagePool } from "./average-pool.ts";
import { ceil } from "./ceil.ts";
import { chooseAbove } from "./choose-above.ts";
import { chooseGreatest } from "./choose-greatest.ts";
import { chooseQuantile } from "./choose-quantile.ts";
import { clip } from "./clip.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import { convTranspose } from "./conv-transpose.ts";
import { correlation } from "./correlation.ts";
import { cos } from "./cos.ts";
import { cosh } from "./cosh.ts";
import { count } from "./count.ts";
import { countPeople } from "./count-people.ts";
import { covariance } from "./covariance.ts";
import { cumSum } from "./cum-sum.ts";
import { div } from "./div.ts";
import { eigenSymmetric } from "./eigen-symmetric.ts";
import { gatherElements, scatterAdd } from "./elements.ts";
import { equal } from "./equal.ts";
import { erf } from "./erf.ts";
import { exp } from "./exp.ts";
import { expand } from "./expand.ts";
import { reduceMax, reduceMin } from "./extremes.ts";
import { floor } from "./floor.ts";
import { gather } from "./gather.ts";
import { gelu } from "./gelu.ts";
import { gemm } from "./gemm.ts";
import { greater } from "./greater.ts";
import { greaterOrEqual } from "./greater-or-equal.ts";
import { histogram } from "./histogram.ts";
import { labelEncoder } from "./label-encoder.ts";
import { layerNormalization } from "./layer-normalization.ts";
import { less } from "./less.ts";
import { lessOrEqual } from "./less-or-equal.ts";
import { inverse, solve } from "./linear-systems.ts";
import { log } from "./log.ts";
import { matMul } from "./matmul.ts";
import { max } from "./max.ts";
import { maxPool, maxPoolIndices } from "./max-pool.ts";
import { meanWhere } from "./mean-where.ts";
import { min } from "./min.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { not } from "./not.ts";
import { oneHot } from "./one-hot.ts";
import type { Operation } from "./operation.ts";
import { or } from "./or.ts";
import { pow } from "./pow.ts";
import { quantile } from "./quantile.ts";
import { quantileOfCounts } from "./quantile-of-counts.ts";
import { reciprocal } from "./reciprocal.ts";
import { reduceMean } from "./reduce-mean.ts";
import { reduceSum } from "./reduce-sum.ts";
import { relu } from "./relu.ts";
import { reshape } from "./reshape.ts";
import { round } from "./round.ts";
import { rowOnes } from "./row-ones.ts";
import { sigmoid } from "./sigmoid.ts";
import { sign } from "./sign.ts";
import { sin } from "./sin.ts";
import { sinh } from "./sinh.ts";
import { slice } from "./slice.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { sqrt } from "./sqrt.ts";
import { standardDeviation } from "./standard-deviation.ts";
import { sub } from "./sub.ts";
import { sumByPerson } from "./sum-by-person.ts";
import { tan } from "./tan.ts";
import { tanh } from "./tanh.ts";
import { topK } from "./top-k.ts";
import { transpose } from "./transpose.ts";
import { variance } from "./variance.ts";
import { varianceWhere } from "./variance-where.ts";
import { where } from "./where.ts";
import { xor } from "./xor.ts";

const allowed: readonly Operation[] = [
  abs,
  acos,
  add,
  and,
  argMax,
  argSort,
  asin,
  asinh,
  atan,
  averagePool,
  ceil,
  chooseAbove,
  chooseGreatest,
  chooseQuantile,
  clip,
  concat,
  conv,
  convTranspose,
  correlation,
  cos,
  cosh,
  count,
  countPeople,
  covariance,
  cumSum,
  div,
  eigenSymmetric,
  equal,
  erf,
  exp,
  expand,
  floor,
  gather,
  gatherElements,
  gelu,
  gemm,
  greater,
  greaterOrEqual,
  histogram,
  inverse,
  labelEncoder,
  layerNormalization,
  less,
  lessOrEqual,
  log,
  logSoftmax,
  matMul,
  max,
  maxPool,
  maxPoolIndices,
  meanWhere,
  min,
  mul,
  neg,
  not,
  oneHot,
  or,
  pow,
  quantile,
  quantileOfCounts,
  reciprocal,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  relu,
  reshape,
  round,
  rowOnes,
  scatterAdd,
  sigmoid,
  sign,
  sin,
  sinh,
  slice,
  softmax,
  solve,
  sqrt,
  standardDeviation,
  sub,
  sumByPerson,
  tan,
  tanh,
  topK,
  transpose,
  variance,
  varianceWhere,
  where,
  xor,
];

/** A map and not an object: a name such as "constructor" finds nothing. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  allowed.map((operation) => [operation.name, operation]),
);
