// Functions that are approximated, each within the error that its own file states.

import type { Problem, Result } from "@unseen/base";
import { exponential } from "../../functions/exponential.ts";
import type { FixedPoint } from "../../functions/fixed-point.ts";
import { logarithm } from "../../functions/logarithm.ts";
import { power } from "../../functions/power.ts";
import { divide, reciprocal } from "../../functions/reciprocal.ts";
import { sqrt } from "../../functions/roots.ts";
import { sigmoid, tanh } from "../../functions/sigmoid.ts";
import type { Protocol } from "../../protocol/protocol.ts";
import type { Shared } from "../../protocol/shared.ts";
import type { SharesContext } from "../shares-context.ts";
import type { SharesRule } from "../shares-rule.ts";
import { boundsOf, type SecretTensor, type SharesValue } from "../values.ts";
import { commonShape, laidOut, product } from "./arithmetic.ts";
import { operationBounds } from "./comparisons.ts";

type Smooth = (protocol: Protocol, x: Shared, fixed: FixedPoint) => Promise<Shared>;
type Domain = { readonly holds: (x: SecretTensor) => boolean; readonly said: string; readonly cure: string };

const functions: Readonly<Record<string, { readonly of: Smooth; readonly domain?: Domain }>> = {
  Exp: { of: exponential },
  Sigmoid: { of: sigmoid },
  Tanh: { of: tanh },
  Log: {
    of: logarithm,
    domain: {
      holds: ({ least }) => least > 0,
      said: "of numbers that may be zero or below",
      cure: "hold them above zero: clip(least, greatest)",
    },
  },
  Sqrt: {
    of: sqrt,
    domain: {
      holds: ({ least }) => least >= 0,
      said: "of numbers that may be below zero",
      cure: "hold them at zero or above: clip(0, greatest), or relu()",
    },
  },
};

/** Exp, Log, Sigmoid, Sqrt and Tanh. Arguments and results fit the format of fractions, or the operation is refused. */
export function smooth(name: "Exp" | "Log" | "Sigmoid" | "Sqrt" | "Tanh"): SharesRule {
  const { of, domain } = functions[name]!;
  const bounds = operationBounds(name);
  return async (context, [x]) => {
    const secret = x as SecretTensor;
    if (domain !== undefined && !domain.holds(secret)) return context.refuse(name, domain.said, domain.cure);
    const [least, greatest] = bounds(secret.least, secret.greatest);
    const fixed = context.format(name, [secret.least, secret.greatest, least, greatest]);
    if (!fixed.ok) return fixed;
    using refined = context.refined(secret, context.fractionBits);
    const shared = await of(context.protocol, refined, fixed.value);
    const { fractionBits } = context;
    return context.secret(name, { shape: secret.shape, shared, fractionBits, least, greatest });
  };
}

/** Reciprocal; of 0 it is 0, where whole numbers may be 0. */
export const inverting: SharesRule = async (context, [x]) => {
  const secret = x as SecretTensor;
  const quotient = quotientBounds(context, "Reciprocal", [1, 1], secret);
  if (!quotient.ok) return quotient;
  const [least, greatest] = quotient.value;
  const fixed = context.format("Reciprocal", [secret.least, secret.greatest, least, greatest]);
  if (!fixed.ok) return fixed;
  using refined = context.refined(secret, context.fractionBits);
  const shared = await reciprocal(context.protocol, refined, fixed.value);
  const { fractionBits } = context;
  return context.secret("Reciprocal", { shape: secret.shape, shared, fractionBits, least, greatest });
};

/** Div: by a public number a product, by a secret one a division; by 0 it is 0, where whole numbers may be 0. */
export const dividing: SharesRule = async (context, [x, y]) => {
  const shape = commonShape("Div", [x!, y!]);
  if (!shape.ok) return shape;
  if (y!.kind === "public") return byPublic(context, x as SecretTensor, y!, shape.value);
  const quotient = quotientBounds(context, "Div", boundsOf(x!), y!);
  if (!quotient.ok) return quotient;
  const [least, greatest] = quotient.value;
  const fixed = context.format("Div", [...boundsOf(x!), y!.least, y!.greatest, least, greatest]);
  if (!fixed.ok) return fixed;
  const { fractionBits } = context;
  using left = laidOut(context, x!, shape.value, fractionBits);
  using right = laidOut(context, y!, shape.value, fractionBits);
  const shared = await divide(context.protocol, left, right, fixed.value);
  return context.secret("Div", { shape: shape.value, shared, fractionBits, least, greatest });
};

async function byPublic(
  context: SharesContext,
  x: SecretTensor,
  y: Extract<SharesValue, { kind: "public" }>,
  shape: readonly number[],
): Promise<Result<SharesValue, Problem>> {
  if (y.value.data.some((number) => number === 0)) return context.refuse("Div", "by a public zero");
  const first = y.value.data[0];
  if (first !== undefined && y.value.data.every((number) => number === first)) {
    const { tensor, isNew } = context.broadcast(x, shape);
    const shared = await context.timesReal(tensor, 1 / first);
    if (isNew) tensor.shared[Symbol.dispose]();
    const ends = [x.least / first, x.greatest / first];
    const fractionBits = Number.isInteger(1 / first)
      ? x.fractionBits
      : Math.max(x.fractionBits, context.fractionBits);
    return context.secret("Div", {
      shape,
      shared,
      fractionBits,
      least: Math.min(...ends),
      greatest: Math.max(...ends),
    });
  }
  const inverse = { shape: y.value.shape, data: y.value.data.map((number) => 1 / number) };
  return product(context, "Div", x, { kind: "public", value: inverse }, shape);
}

/** Pow with a public whole exponent from 1 on, or a half. */
export const raising: SharesRule = async (context, [x, y]) => {
  const shape = commonShape("Pow", [x!, y!]);
  if (!shape.ok) return shape;
  const exponent = y!.kind === "public" ? y!.value.data[0] : undefined;
  const isOne = y!.kind === "public" && y!.value.data.every((number) => number === exponent);
  if (x!.kind === "public" || exponent === undefined || !isOne)
    return context.refuse("Pow", "with secret or several exponents", "take one public whole number");
  if (exponent === 0.5) return smooth("Sqrt")(context, [x!], {});
  if (!(Number.isInteger(exponent) && exponent >= 1 && exponent <= 64))
    return context.refuse("Pow", `with this exponent`, "take a public whole number from 1 to 64, or 0.5");
  const largest = Math.max(Math.abs(x!.least), Math.abs(x!.greatest));
  const ends = [x!.least ** exponent, x!.greatest ** exponent];
  const spansZero = x!.least <= 0 && x!.greatest >= 0;
  const [least, greatest] = [
    Math.min(...ends, ...(spansZero ? [0] : [])),
    Math.max(...ends, ...(spansZero ? [0] : [])),
  ];
  const fixed = context.format("Pow", [largest, largest ** exponent]);
  if (!fixed.ok) return fixed;
  const { tensor, isNew } = context.broadcast(x!, shape.value);
  using refined = context.refined(tensor, context.fractionBits);
  if (isNew) tensor.shared[Symbol.dispose]();
  const shared = await power(context.protocol, refined, exponent, fixed.value);
  return context.secret("Pow", {
    shape: shape.value,
    shared,
    fractionBits: context.fractionBits,
    least,
    greatest,
  });
};

/** Where the divisor's declared range keeps away from zero; whole numbers are zero, which gives zero, or one at least. */
function quotientBounds(
  context: SharesContext,
  name: string,
  [a, b]: readonly [number, number],
  y: SecretTensor,
): Result<readonly [number, number], Problem> {
  const spansZero = y.least <= 0 && y.greatest >= 0;
  if (spansZero && y.fractionBits > 0)
    return context.refuse(
      name,
      "by numbers that may be near zero",
      "hold them away from zero: clip(least, greatest)",
    );
  const smallest = spansZero ? 1 : Math.min(Math.abs(y.least), Math.abs(y.greatest));
  const largest = Math.max(Math.abs(a), Math.abs(b)) / smallest;
  const isPositive = a >= 0 && y.least >= 0;
  return { ok: true, value: [isPositive ? 0 : -largest, largest] };
}
