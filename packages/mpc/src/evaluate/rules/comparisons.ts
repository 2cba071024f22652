// Comparisons, logic and choices. Truth is the whole number 0 or 1, as in the plain rules.

import { ok, type Problem, type Result } from "@unseen/base";
import { type Attributes, operations } from "@unseen/program";
import { compare, type Relation } from "../../functions/compare.ts";
import { oneHot } from "../../functions/one-hot.ts";
import { abs, clip, maximum, minimum, relu, signOf } from "../../functions/pieces.ts";
import type { Protocol } from "../../protocol/protocol.ts";
import type { Shared } from "../../protocol/shared.ts";
import type { SharesContext } from "../shares-context.ts";
import type { SharesRule } from "../shares-rule.ts";
import { bitsFor, boundsOf, isWhole, type SecretTensor, type SharesValue } from "../values.ts";
import { commonShape, laidOut } from "./arithmetic.ts";
import { gridOf } from "./layout.ts";

/** One sign of as many bits as the declared ranges leave for the difference. */
export function comparing(name: string, relation: Relation): SharesRule {
  return async (context, [x, y]) => {
    const shape = commonShape(name, [x!, y!]);
    if (!shape.ok) return shape;
    const both = [x!, y!];
    const fractionBits = both.every(isWhole) ? 0 : gridOf(context.fractionBits, both);
    const [[a, b], [c, d]] = [boundsOf(x!), boundsOf(y!)];
    const apart = Math.max(Math.abs(b - c), Math.abs(d - a));
    const fits = context.fits(name, apart, fractionBits);
    if (!fits.ok) return fits;
    using left = laidOut(context, x!, shape.value, fractionBits);
    using right = laidOut(context, y!, shape.value, fractionBits);
    using bit = await compare(context.protocol, relation, left, right, bitsFor(apart, fractionBits));
    return truth(shape.value, await context.protocol.fromBit(bit));
  };
}

/** Not: whether a number is zero. */
export const isZero: SharesRule = async (context, [x]) => {
  const secret = x as SecretTensor;
  return truth(secret.shape, await zeroes(context, secret));
};

/** And, Or and Xor of what is not zero: products of truths. */
export function logic(name: "And" | "Or" | "Xor"): SharesRule {
  return async (context, [x, y]) => {
    const shape = commonShape(name, [x!, y!]);
    if (!shape.ok) return shape;
    const { protocol } = context;
    const [a, b] = await Promise.all([truthOf(context, x!), truthOf(context, y!)]);
    using left = laidOut(context, a, shape.value, 0);
    using right = laidOut(context, b, shape.value, 0);
    for (const [made, given] of [
      [a, x!],
      [b, y!],
    ] as const)
      if (made !== given && made.kind === "secret") made.shared[Symbol.dispose]();
    const both = await protocol.multiply(left, right);
    if (name === "And") return truth(shape.value, both);
    using product = both;
    using taken = name === "Or" ? protocol.copy(product) : protocol.scale(product, 2n);
    using sum = protocol.add(left, right);
    return truth(shape.value, protocol.sub(sum, taken));
  };
}

/** Where: y + (condition is not zero) (x - y). */
export const choosing: SharesRule = async (context, inputs) => {
  const [condition, x, y] = inputs;
  const shape = commonShape("Where", inputs);
  if (!shape.ok) return shape;
  const { protocol } = context;
  const values = [x!, y!];
  const fractionBits = values.every(isWhole) ? 0 : gridOf(context.fractionBits, values);
  const [[a, b], [c, d]] = [boundsOf(x!), boundsOf(y!)];
  const fits = context.fits("Where", Math.max(Math.abs(b - c), Math.abs(d - a)), fractionBits);
  if (!fits.ok) return fits;
  const chosen = await truthOf(context, condition!);
  using bit = laidOut(context, chosen, shape.value, 0);
  if (chosen !== condition && chosen.kind === "secret") chosen.shared[Symbol.dispose]();
  using ifSet = laidOut(context, x!, shape.value, fractionBits);
  using otherwise = laidOut(context, y!, shape.value, fractionBits);
  using apart = protocol.sub(ifSet, otherwise);
  using taken = await protocol.multiply(bit, apart);
  return context.secret("Where", {
    shape: shape.value,
    shared: protocol.add(otherwise, taken),
    fractionBits,
    least: Math.min(a, c),
    greatest: Math.max(b, d),
  });
};

/** Max and Min of two. */
export function extreme(name: "Max" | "Min"): SharesRule {
  return async (context, [x, y]) => {
    const shape = commonShape(name, [x!, y!]);
    if (!shape.ok) return shape;
    const both = [x!, y!];
    const fractionBits = both.every(isWhole) ? 0 : gridOf(context.fractionBits, both);
    const [[a, b], [c, d]] = [boundsOf(x!), boundsOf(y!)];
    const apart = Math.max(Math.abs(b - c), Math.abs(d - a));
    const fits = context.fits(name, apart, fractionBits);
    if (!fits.ok) return fits;
    const pick = name === "Max" ? maximum : minimum;
    const end = name === "Max" ? Math.max : Math.min;
    using left = laidOut(context, x!, shape.value, fractionBits);
    using right = laidOut(context, y!, shape.value, fractionBits);
    const shared = await pick(context.protocol, left, right, bitsFor(apart, fractionBits));
    return context.secret(name, {
      shape: shape.value,
      shared,
      fractionBits,
      least: end(a, c),
      greatest: end(b, d),
    });
  };
}

type Piece = (protocol: Protocol, x: Shared, width: number) => Promise<Shared>;

/** Abs, Relu and Sign: one sign each, or two. */
export function piecewise(name: "Abs" | "Relu" | "Sign"): SharesRule {
  const pieces: Readonly<Record<typeof name, Piece>> = { Abs: abs, Relu: relu, Sign: signOf };
  const bounds = operationBounds(name);
  return async (context, [x]) => {
    const secret = x as SecretTensor;
    const width = bitsFor(Math.max(Math.abs(secret.least), Math.abs(secret.greatest)), secret.fractionBits);
    const shared = await pieces[name](context.protocol, secret.shared, width);
    const [least, greatest] = bounds(secret.least, secret.greatest);
    const fractionBits = name === "Sign" ? 0 : secret.fractionBits;
    return context.secret(name, { shape: secret.shape, shared, fractionBits, least, greatest });
  };
}

export const clipping: SharesRule = async (context, [x], attributes) => {
  const secret = x as SecretTensor;
  const ends = attributes as { readonly min: number; readonly max: number };
  const areWhole = Number.isInteger(ends.min) && Number.isInteger(ends.max);
  const fractionBits = secret.fractionBits === 0 && areWhole ? 0 : gridOf(context.fractionBits, [secret]);
  const apart = Math.max(Math.abs(secret.greatest - ends.min), Math.abs(secret.least - ends.max), 1);
  const fits = context.fits("Clip", apart, fractionBits);
  if (!fits.ok) return fits;
  using refined = context.refined(secret, fractionBits);
  const [low, high] = [ends.min, ends.max].map((end) => BigInt(Math.round(end * 2 ** fractionBits)));
  const width = bitsFor(apart, fractionBits);
  const shared = await clip(context.protocol, refined, low!, high!, width);
  const hold = (value: number) => Math.min(Math.max(value, ends.min), ends.max);
  return context.secret("Clip", {
    shape: secret.shape,
    shared,
    fractionBits,
    least: hold(secret.least),
    greatest: hold(secret.greatest),
  });
};

/** OneHot of whole numbers; a number outside of the places has no one, so each place is asked over the whole range. */
export const hot: SharesRule = async (context, [x], attributes) => {
  const secret = x as SecretTensor;
  const depth = attributes.depth as number;
  if (secret.fractionBits !== 0) return context.refuse("OneHot", "of numbers that may not be whole");
  if (secret.least < 0 || secret.greatest >= depth)
    return context.refuse("OneHot", "of numbers that may lie outside of its places", "clip them first");
  const shared = await oneHot(context.protocol, secret.shared, depth);
  return ok({
    kind: "secret",
    shape: [...secret.shape, depth],
    shared,
    fractionBits: 0,
    least: 0,
    greatest: 1,
  });
};

/** 1 where the number is not zero. What is a truth already comes back as it is. */
async function truthOf(context: SharesContext, value: SharesValue): Promise<SharesValue> {
  if (value.kind === "public")
    return {
      kind: "public",
      value: { shape: value.value.shape, data: value.value.data.map((x) => (x === 0 ? 0 : 1)) },
    };
  if (value.fractionBits === 0 && value.least >= 0 && value.greatest <= 1) return value;
  using zero = await zeroes(context, value);
  using negative = context.protocol.negate(zero);
  const shared = context.protocol.addEach(negative, 1n);
  return { kind: "secret", shape: value.shape, shared, fractionBits: 0, least: 0, greatest: 1 };
}

async function zeroes(context: SharesContext, x: SecretTensor): Promise<Shared> {
  const { protocol } = context;
  if (x.fractionBits === 0 && x.least >= 0 && x.greatest <= 1) {
    using negative = protocol.negate(x.shared);
    return protocol.addEach(negative, 1n);
  }
  const width = bitsFor(Math.max(Math.abs(x.least), Math.abs(x.greatest)), x.fractionBits);
  using bit = await compare(protocol, "equal", x.shared, 0n, width);
  return await protocol.fromBit(bit);
}

function truth(shape: readonly number[], shared: Shared): Result<SharesValue, Problem> {
  return ok({ kind: "secret", shape, shared, fractionBits: 0, least: 0, greatest: 1 });
}

/** The interval rule that the operation has for one row serves for a whole tensor. */
export function operationBounds(
  name: string,
  attributes: Attributes = {},
): (least: number, greatest: number) => readonly [number, number] {
  const rule = operations.get(name)!.sensitivity.rowByRow!;
  return (least, greatest) => {
    const lo = Float64Array.of(least);
    const hi = Float64Array.of(greatest);
    const facts = rule([{ kind: "rows", shape: [], lo, hi, oneHot: false, integral: false }], attributes);
    return facts.ok
      ? [facts.value.lo[0]!, facts.value.hi[0]!]
      : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  };
}
