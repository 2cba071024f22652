import { ok, type Problem, type Result } from "@unseen/base";
import { type Attributes, operations, sizeOf } from "@unseen/program";
import type { SharesContext } from "../shares-context.ts";
import type { SharesRule } from "../shares-rule.ts";
import type { SecretTensor } from "../values.ts";

/** ReduceSum: local. */
export const summing: SharesRule = async (context, [x], attributes) =>
  sumOver(context, "ReduceSum", x as SecretTensor, attributes);

/** ReduceMean: the sum, times 1/n with as many digits as fit. */
export const averaging: SharesRule = async (context, [x], attributes) => {
  const secret = x as SecretTensor;
  const total = sumOver(context, "ReduceMean", secret, attributes);
  if (!total.ok) return total;
  using _sum = total.value.shared;
  const count = sizeOf(secret.shape) / Math.max(1, sizeOf(total.value.shape));
  const shared = await context.timesReal(total.value, 1 / count);
  const fractionBits =
    count === 1 ? secret.fractionBits : Math.max(secret.fractionBits, context.fractionBits);
  return context.secret("ReduceMean", {
    shape: total.value.shape,
    shared,
    fractionBits,
    least: secret.least,
    greatest: secret.greatest,
  });
};

export const counting: SharesRule = async (_, [x]) =>
  ok({
    kind: "public",
    value: { shape: [], data: Float64Array.of((x as SecretTensor).shape[0]!) },
  });

export const onesForRows: SharesRule = async (_, [x]) => {
  const rows = (x as SecretTensor).shape[0]!;
  return ok({ kind: "public", value: { shape: [rows], data: new Float64Array(rows).fill(1) } });
};

export function sumOver(
  context: SharesContext,
  name: string,
  x: SecretTensor,
  attributes: Attributes,
): Result<SecretTensor, Problem> {
  const shape = operations.get("ReduceSum")!.shape([x.shape], attributes) as Result<
    readonly number[],
    Problem
  >;
  if (!shape.ok) return shape;
  const groups = sizeOf(shape.value);
  const size = sizeOf(x.shape);
  if (size === 0) return context.refuse(name, "of nothing");
  const width = size / groups;
  const [least, greatest] = [x.least * width, x.greatest * width];
  const fits = context.fits(name, Math.max(Math.abs(least), Math.abs(greatest)), x.fractionBits);
  if (!fits.ok) return fits;
  using gathered = context.protocol.gather(x.shared, runsOf(x.shape, attributes, groups));
  const shared = context.protocol.sumRuns(gathered, width);
  return ok({ kind: "secret", shape: shape.value, shared, fractionBits: x.fractionBits, least, greatest });
}

/** The places of x in an order in which what is added up stands together. */
export function runsOf(
  shape: readonly number[],
  attributes: Attributes,
  groups: number,
): Uint32Array<ArrayBuffer> {
  const rank = shape.length;
  const named = (attributes.axes as readonly number[]).map((axis) => (axis < 0 ? axis + rank : axis));
  const reduced = new Set(named.length === 0 ? shape.map((_, axis) => axis) : named);
  const order = shape.map((_, axis) => axis);
  const perm = [...order.filter((axis) => !reduced.has(axis)), ...order.filter((axis) => reduced.has(axis))];
  const numbered = { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, at) => at) };
  if (rank === 0 || groups === 0) return Uint32Array.from(numbered.data);
  const turned = operations.get("Transpose")!.plain([numbered], { perm });
  return Uint32Array.from(turned.data);
}
