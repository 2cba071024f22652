import { ok, type Problem, type Result } from "@unseen/base";
import { type Attributes, operations } from "@unseen/program";
import type { SharesContext } from "../shares-context.ts";
import type { SharesRule } from "../shares-rule.ts";
import { boundsOf, encodePublic, isWhole, type SecretTensor, type SharesValue, shapeOf } from "../values.ts";
import { gridOf } from "./layout.ts";

/** The shape that two operands broadcast to. */
export function commonShape(name: string, inputs: readonly SharesValue[], attributes: Attributes = {}) {
  const shape = operations.get(name)!.shape(inputs.map(shapeOf), attributes);
  return shape as Result<readonly number[], Problem>;
}

/** Add and Sub: local. */
export function adding(name: "Add" | "Sub"): SharesRule {
  const isSub = name === "Sub";
  return async (context, [x, y]) => {
    const shape = commonShape(name, [x!, y!]);
    if (!shape.ok) return shape;
    const both = [x!, y!];
    const fractionBits = both.every(isWhole) ? 0 : gridOf(context.fractionBits, both);
    const [[a, b], [c, d]] = [boundsOf(x!), boundsOf(y!)];
    const [least, greatest] = isSub ? [a - d, b - c] : [a + c, b + d];
    const { protocol } = context;
    using left = laidOut(context, x!, shape.value, fractionBits);
    using right = laidOut(context, y!, shape.value, fractionBits);
    const shared = isSub ? protocol.sub(left, right) : protocol.add(left, right);
    return context.secret(name, { shape: shape.value, shared, fractionBits, least, greatest });
  };
}

/** Any value as shares of this shape on this grid; new. */
export function laidOut(
  context: SharesContext,
  value: SharesValue,
  shape: readonly number[],
  fractionBits: number,
) {
  if (value.kind === "public") {
    const repeated = context.broadcastPublic(value.value, shape);
    return context.asSecret({ kind: "public", value: repeated }, fractionBits).shared;
  }
  const { tensor, isNew } = context.broadcast(value, shape);
  const shared = context.refined(tensor, fractionBits);
  if (isNew) tensor.shared[Symbol.dispose]();
  return shared;
}

export const negating: SharesRule = async (context, [x]) => {
  const secret = x as SecretTensor;
  return ok({
    ...secret,
    shared: context.protocol.negate(secret.shared),
    least: -secret.greatest,
    greatest: -secret.least,
  });
};

/** Mul: whole factors keep the other's digits; two fractions are truncated, floor or one step more. */
export const multiplying: SharesRule = async (context, [x, y]) => {
  const shape = commonShape("Mul", [x!, y!]);
  if (!shape.ok) return shape;
  return product(context, "Mul", x!, y!, shape.value);
};

export async function product(
  context: SharesContext,
  name: string,
  x: SharesValue,
  y: SharesValue,
  shape: readonly number[],
): Promise<Result<SecretTensor, Problem>> {
  const { protocol } = context;
  const [least, greatest] = productBounds(boundsOf(x), boundsOf(y));
  const digits = (value: SharesValue) => digitsOf(context, value);
  const before = digits(x) + digits(y);
  const kept = Math.max(digits(x), digits(y));
  const fits = context.fits(name, Math.max(Math.abs(least), Math.abs(greatest)), before);
  if (!fits.ok) return fits;
  using left = laidOut(context, x, shape, digits(x));
  if (y.kind === "public" || x.kind === "public") {
    const open = y.kind === "public" ? y : (x as Extract<SharesValue, { kind: "public" }>);
    using secret = y.kind === "public" ? protocol.copy(left) : laidOut(context, y, shape, digits(y));
    const { memory } = protocol.session;
    const column = encodePublic(memory, context.broadcastPublic(open.value, shape), digits(open));
    using fine = protocol.mulPublic(secret, column);
    memory.free(column);
    const shared = before === kept ? protocol.copy(fine) : await protocol.truncate(fine, before - kept);
    return context.secret(name, { shape, shared, fractionBits: kept, least, greatest });
  }
  using right = laidOut(context, y, shape, digits(y));
  const shared =
    before === kept
      ? await protocol.multiply(left, right)
      : await protocol.multiplyTruncate(left, right, before - kept);
  return context.secret(name, { shape, shared, fractionBits: kept, least, greatest });
}

/** Digits after the point with which a value goes into a product. */
export function digitsOf(context: SharesContext, value: SharesValue): number {
  if (value.kind === "secret") return value.fractionBits;
  return isWhole(value) ? 0 : context.fractionBits;
}

/** Of a product of two values before it is truncated, and after. */
export function productDigits(
  context: SharesContext,
  x: SharesValue,
  y: SharesValue,
): readonly [before: number, kept: number] {
  const [first, second] = [digitsOf(context, x), digitsOf(context, y)];
  return [first + second, Math.max(first, second)];
}

export function productBounds(
  [a, b]: readonly [number, number],
  [c, d]: readonly [number, number],
): readonly [number, number] {
  const ends = [a * c, a * d, b * c, b * d];
  return [Math.min(...ends), Math.max(...ends)];
}

/** MatMul as numpy's, of matrices and columns; the sum of products is truncated once. */
export const matmulRule: SharesRule = async (context, [x, y], attributes) => {
  const shape = commonShape("MatMul", [x!, y!], attributes);
  if (!shape.ok) return shape;
  const [a, b] = [shapeOf(x!), shapeOf(y!)];
  const k = a.at(-1)!;
  const [m, n] = [a.length === 1 ? 1 : a.at(-2)!, b.length === 1 ? 1 : b.at(-1)!];
  if (a.length > 2 || b.length > 2) return context.refuse("MatMul", "of more than two axes");
  const [before, kept] = productDigits(context, x!, y!);
  const [low, high] = productBounds(boundsOf(x!), boundsOf(y!));
  const [least, greatest] = [low * k, high * k];
  const fits = context.fits("MatMul", Math.max(Math.abs(least), Math.abs(greatest)), before);
  if (!fits.ok) return fits;
  using left = laidOut(context, x!, a, digitsOf(context, x!));
  using right = laidOut(context, y!, b, digitsOf(context, y!));
  const sizes = { m, k, n };
  const shared =
    before === kept
      ? await context.protocol.matmul(left, right, sizes)
      : await context.protocol.matmulTruncate(left, right, sizes, before - kept);
  return context.secret("MatMul", { shape: shape.value, shared, fractionBits: kept, least, greatest });
};
