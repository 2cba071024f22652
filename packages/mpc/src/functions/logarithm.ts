// The natural logarithm: a polynomial on the mantissa and the power of two times ln 2.

import { inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { chebyshevPolynomial } from "./chebyshev.ts";
import { constant, type FixedPoint, greatestOf, stepOf } from "./fixed-point.ts";
import { assertApproximable, type Guarantee } from "./guarantee.ts";
import { centred, normalForm, normalFormPrice } from "./normal-form.ts";
import { polynomial, polynomialPrice } from "./polynomial.ts";
import { innerBits } from "./reciprocal.ts";

const degree = 11;
const coefficients = chebyshevPolynomial((t) => Math.log((3 + t) / 4), degree);

/**
 * ln x of x > 0. Off by less than a step and 2^-24: the polynomial by 2^-29, its truncations in 29 bits of fraction by less than
 * 2^-25, ln 2 by 31 times 2^-30. Of zero and of negative numbers: any number.
 */
export async function logarithm(protocol: Protocol, x: Shared, fixed: FixedPoint): Promise<Shared> {
  assertApproximable(fixed);
  const { fractionBits, wholeBits } = fixed;
  using form = await normalForm(protocol, x, fixed, "notNegative");
  using t = centred(protocol, form);
  let sum = await polynomial(protocol, t, coefficients, innerBits);
  // x = c 2^(wholeBits - places)
  for (const [bit, place] of form.places.entries()) {
    using old = sum;
    using part = protocol.scale(place, constant(-Math.LN2 * 2 ** bit, innerBits));
    sum = protocol.add(old, part);
  }
  using lifted = sum;
  using whole = protocol.addEach(lifted, constant(Math.LN2 * wholeBits, innerBits));
  return await protocol.truncate(whole, innerBits - fractionBits);
}

export function logarithmPrice(prices: ProtocolPrices, length: number, fixed: FixedPoint): Price {
  return inTurn(
    normalFormPrice(prices, length, fixed, "notNegative"),
    polynomialPrice(prices, length, degree),
    prices.truncate(length),
  );
}

export function logarithmGuarantee(fixed: FixedPoint): Guarantee {
  const step = stepOf(fixed);
  return { least: step, most: greatestOf(fixed), gap: step, absolute: step + 2 ** -24, relative: 0 };
}
