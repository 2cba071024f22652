import type { Problem, Result } from "@unseen/base";
import { greatestSolution, largestSize, leftBits, solvePositive } from "../../functions/solve-positive.ts";
import type { SharesContext } from "../shares-context.ts";
import type { SharesRule } from "../shares-rule.ts";
import { isWhole, magnitudeOf, type SharesValue, shapeOf } from "../values.ts";
import { commonShape, laidOut } from "./arithmetic.ts";

/**
 * Solve, of a matrix that is symmetric positive definite: a regression's, a covariance. Where it is none, is nearly singular
 * (its least eigenvalue is below 2^-14 of its size times its declared greatest number), or a result is 2^14 or more at the
 * usual digits, all results are zero. Which of the two it is, nobody learns.
 */
export const solving: SharesRule = (context, [a, b]) => solved(context, "Solve", a!, b!);

/** Inverse, of the same matrices. */
export const inverse: SharesRule = (context, [a]) => {
  const size = shapeOf(a!)[0]!;
  const data = Float64Array.from({ length: size ** 2 }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  return solved(context, "Inverse", a!, { kind: "public", value: { shape: [size, size], data } });
};

async function solved(
  context: SharesContext,
  name: "Solve" | "Inverse",
  a: SharesValue,
  b: SharesValue,
): Promise<Result<SharesValue, Problem>> {
  const shape = commonShape(name, name === "Solve" ? [a, b] : [a]);
  if (!shape.ok) return shape;
  const size = shapeOf(a)[0]!;
  if (size > largestSize) return context.refuse(name, `of more than ${largestSize} equations`);
  const digits = (value: SharesValue) =>
    value.kind === "secret" ? value.fractionBits : isWhole(value) ? 0 : context.fractionBits;
  const outBits = context.fractionBits;
  const [aBits, bBits] = [digits(a), Math.min(digits(b), digits(a) + outBits)];
  const scaleBits = Math.ceil(Math.log2(size * Math.max(magnitudeOf(a), 2 ** -aBits)));
  for (const size of [2 ** (scaleBits + leftBits), magnitudeOf(b)]) {
    const fits = context.fits(name, size, aBits + outBits);
    if (!fits.ok) return fits;
  }
  using left = laidOut(context, a, shapeOf(a), aBits);
  using right = laidOut(context, b, shape.value, bBits);
  const columns = shape.value[1] ?? 1;
  const system = { size, columns, aBits, bBits, outBits, scaleBits };
  const shared = await solvePositive(context.protocol, left, right, system);
  const greatest = greatestSolution(system);
  return context.secret(name, {
    shape: shape.value,
    shared,
    fractionBits: outBits,
    least: -greatest,
    greatest,
  });
}
