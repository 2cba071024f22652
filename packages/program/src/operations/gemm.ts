import { err, ok, type Problem, type Result } from "@unseen/base";
import { broadcastShapes, doesNotFit, printShape, type Shape, sameShape } from "../shape/shape.ts";
import { scalar } from "../tensor/plain-tensor.ts";
import { add } from "./add.ts";
import { matMul } from "./matmul.ts";
import { mul } from "./mul.ts";
import type { Attributes, Lowering, Operation, Planned } from "./operation.ts";
import { noRule } from "./refusals.ts";
import { transpose } from "./transpose.ts";

/** ONNX Gemm: alpha A B + beta C of matrices, A or B turned round first where it says so. C is broadcast, or not there. */
export const gemm: Operation = {
  name: "Gemm",
  inputs: [2, 3],
  attributes: {
    alpha: { kind: "number", default: 1 },
    beta: { kind: "number", default: 1 },
    transA: { kind: "integer", default: 0 },
    transB: { kind: "integer", default: 0 },
  },
  shape: ([a, b, c], attributes) => {
    if (a!.length !== 2 || b!.length !== 2)
      return err(doesNotFit(`Gemm takes matrices, not ${printShape(a!)} and ${printShape(b!)}`));
    const turned = (x: Shape, isTurned: unknown) => (isTurned === 1 ? x.toReversed() : x);
    const product = matMul.shape([turned(a!, attributes.transA), turned(b!, attributes.transB)], {});
    if (!product.ok || c === undefined) return product;
    const sum = broadcastShapes(product.value, c);
    if (!sum.ok) return sum;
    return sameShape(sum.value, product.value)
      ? sum
      : err(doesNotFit(`${printShape(c)} is more than is added to ${printShape(product.value)}`));
  },
  plain: ([a, b, c], attributes) => {
    const left = attributes.transA === 1 ? transpose.plain([a!], { perm: [1, 0] }) : a!;
    const right = attributes.transB === 1 ? transpose.plain([b!], { perm: [1, 0] }) : b!;
    const product = mul.plain([matMul.plain([left, right], {}), scalar(attributes.alpha as number)], {});
    if (c === undefined) return product;
    return add.plain([product, mul.plain([c, scalar(attributes.beta as number)], {})], {});
  },
  sensitivity: {
    rowByRow: () => err(noRule("Gemm", "it is written as a product and a sum", "matmul, then add")),
    lower: (lowering, inputs, attributes) => asProductAndSum(lowering, inputs, attributes),
  },
};

function asProductAndSum(
  lowering: Lowering,
  [a, b, c]: readonly Planned[],
  attributes: Attributes,
): Result<Planned, Problem> {
  const turned = (x: Planned, isTurned: unknown) =>
    isTurned === 1 ? lowering.apply("Transpose", [x], { perm: [1, 0] }) : ok(x);
  const left = turned(a!, attributes.transA);
  if (!left.ok) return left;
  const right = turned(b!, attributes.transB);
  if (!right.ok) return right;
  const product = lowering.apply("MatMul", [left.value, right.value]);
  if (!product.ok) return product;
  const scaled = times(lowering, product.value, attributes.alpha as number);
  if (!scaled.ok || c === undefined) return scaled;
  const offset = times(lowering, c, attributes.beta as number);
  return offset.ok ? lowering.apply("Add", [scaled.value, offset.value]) : offset;
}

function times(lowering: Lowering, x: Planned, factor: number): Result<Planned, Problem> {
  return factor === 1 ? ok(x) : lowering.apply("Mul", [x, lowering.constant(scalar(factor))]);
}
