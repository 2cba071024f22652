// Square roots and their inverses: a polynomial on the mantissa c = (3 + t)/4, t in [-1, 1], and half the power of two.
//
// Of degree 11 the polynomials are off by less than 2^-27 of the root (the nearest singularity is at t = -3, where the error
// falls by 5.8 a degree); truncations in 29 bits of fraction add less than 2^-25. An odd power leaves a factor of sqrt(2).

import { atOnce, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { chebyshevPolynomial } from "./chebyshev.ts";
import { constant, type FixedPoint, greatestOf, stepOf } from "./fixed-point.ts";
import { assertApproximable, type Guarantee } from "./guarantee.ts";
import { centred, mostPlaces, type NormalForm, normalForm, normalFormPrice } from "./normal-form.ts";
import { polynomial, polynomialPrice } from "./polynomial.ts";
import { powerWhere, productOf, productOfPrice } from "./product.ts";
import { innerBits } from "./reciprocal.ts";

const degree = 11;
const root = chebyshevPolynomial((t) => Math.sqrt((3 + t) / 4), degree);
const inverseRoot = chebyshevPolynomial((t) => 1 / Math.sqrt((3 + t) / 4), degree);
const relativeError = 2 ** -24;

/** The square root of x >= 0, off by a step more than 2^-24 of it. Of a negative number: any number. */
export async function sqrt(protocol: Protocol, x: Shared, fixed: FixedPoint): Promise<Shared> {
  assertApproximable(fixed);
  const { fractionBits, wholeBits } = fixed;
  using form = await normalForm(protocol, x, fixed, "notNegative");
  // x = c 2^(wholeBits - places); a bit that is not set halves less.
  const unset = form.places.map((place) => {
    using negative = protocol.negate(place);
    return protocol.addEach(negative, 1n);
  });
  const whole = wholeBits - mostPlaces(fixed, "notNegative");
  const result = await halved(protocol, form, root, unset, whole, fractionBits);
  for (const bit of unset) bit[Symbol.dispose]();
  return result;
}

/** 1 / sqrt(x) of x > 0, off by a step more than 2^-24 of it; of 0 it is 0. Of a negative number: any number. */
export async function inverseSqrt(protocol: Protocol, x: Shared, fixed: FixedPoint): Promise<Shared> {
  assertApproximable(fixed);
  using form = await normalForm(protocol, x, fixed, "notNegative");
  return await halved(protocol, form, inverseRoot, form.places, -fixed.wholeBits, fixed.fractionBits);
}

/** Of `sqrt` and of `inverseSqrt`. */
export function sqrtPrice(prices: ProtocolPrices, length: number, fixed: FixedPoint): Price {
  const product = prices.multiplyTruncate(length);
  const places = Math.log2(mostPlaces(fixed, "notNegative") + 1);
  return inTurn(
    normalFormPrice(prices, length, fixed, "notNegative"),
    atOnce(productOfPrice(prices, length, places), polynomialPrice(prices, length, degree)),
    product,
    product,
  );
}

export function sqrtGuarantee(fixed: FixedPoint): Guarantee {
  return { least: 0, most: greatestOf(fixed), gap: 0, absolute: stepOf(fixed), relative: relativeError };
}

export function inverseSqrtGuarantee(fixed: FixedPoint): Guarantee {
  const gap = Math.max(stepOf(fixed), 2 ** (2 - 2 * fixed.wholeBits));
  return { least: 0, most: greatestOf(fixed), gap, absolute: stepOf(fixed), relative: relativeError };
}

/** The polynomial's value times 2^(whole/2) and, for each bit that is 1, 2^(weight/2). */
async function halved(
  protocol: Protocol,
  form: NormalForm,
  coefficients: readonly number[],
  bits: readonly Shared[],
  whole: number,
  fractionBits: number,
): Promise<Shared> {
  const [odd, ...even] = bits;
  const factors = even.map((bit, at) => powerWhere(protocol, bit, 2 ** at));
  using t = centred(protocol, form);
  const [powers, sum] = await Promise.all([
    productOf(protocol, [...factors, protocol.copy(form.isNotZero)]),
    polynomial(protocol, t, coefficients, innerBits),
  ]);
  using power = powers;
  using value = sum;
  const half = Math.floor(whole / 2);
  const rest = whole % 2 === 0 ? 1 : Math.SQRT2;
  using more = protocol.scale(odd!, constant(rest * (Math.SQRT2 - 1), innerBits));
  using factor = protocol.addEach(more, constant(rest, innerBits));
  using scaled = await protocol.multiplyTruncate(value, factor, innerBits);
  return await protocol.multiplyTruncate(scaled, power, innerBits - fractionBits - half);
}
