// Polynomials with public coefficients (Paterson and Stockmeyer 1973): powers up to the fourth, blocks of four coefficients,
// which need no products among secrets, and a tree over the blocks with the powers 4, 8, 16, ...

import { invariant } from "@unseen/base";
import { atOnce, free, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { constant } from "./fixed-point.ts";
import { many } from "./product.ts";

const blockSize = 4;

/**
 * The sum of coefficients[i] x^i, all in `bits` bits of fraction. Right while each power that is used, each block and each sum
 * of blocks is below 2^(61 - 2 bits) in size. Degree 3 takes three truncated products one after the other, degree 7 and
 * 11 four, degree 23 five, and so on.
 */
export async function polynomial(
  protocol: Protocol,
  x: Shared,
  coefficients: readonly number[],
  bits: number,
): Promise<Shared> {
  const powers = await lowPowers(protocol, x, coefficients.length - 1, bits);
  const isLong = coefficients.length > 2 * blockSize;
  const fourth = powers[blockSize];
  const [blocks, eighth] = await Promise.all([
    Promise.all(blocksOf(coefficients).map((block) => blockSum(protocol, powers, block, bits))),
    isLong && fourth !== undefined ? protocol.multiplyTruncate(fourth, fourth, bits) : undefined,
  ]);
  for (const power of powers.slice(2, blockSize)) power?.[Symbol.dispose]();
  return await sumOfBlocks(protocol, blocks, fourth, eighth, bits);
}

export function polynomialPrice(prices: ProtocolPrices, length: number, degree: number): Price {
  const product = prices.multiplyTruncate(length);
  const truncation = prices.truncate(length);
  const count = Math.ceil((degree + 1) / blockSize);
  const steps: Price[] = [
    degree >= 2 ? product : free,
    many(product, Math.max(0, Math.min(degree, blockSize) - 2)),
    atOnce(many(truncation, count), count > 2 ? product : free),
  ];
  let left = count;
  while (left > 3) {
    steps.push(many(product, (left >> 1) + 1));
    left -= left >> 1;
  }
  steps.push(many(product, left - 1));
  return inTurn(...steps);
}

/** By its exponent; the place 0 is empty, and so are those past the degree. x itself is not taken over. */
async function lowPowers(
  protocol: Protocol,
  x: Shared,
  degree: number,
  bits: number,
): Promise<readonly (Shared | undefined)[]> {
  invariant(degree >= 1, "a polynomial has a degree of at least one");
  if (degree < 2) return [undefined, x];
  const square = await protocol.multiplyTruncate(x, x, bits);
  const [cube, fourth] = await Promise.all([
    degree >= 3 ? protocol.multiplyTruncate(x, square, bits) : undefined,
    degree >= 4 ? protocol.multiplyTruncate(square, square, bits) : undefined,
  ]);
  return [undefined, x, square, cube, fourth];
}

function blocksOf(coefficients: readonly number[]): readonly (readonly number[])[] {
  return Array.from({ length: Math.ceil(coefficients.length / blockSize) }, (_, block) =>
    coefficients.slice(block * blockSize, (block + 1) * blockSize),
  );
}

async function blockSum(
  protocol: Protocol,
  powers: readonly (Shared | undefined)[],
  block: readonly number[],
  bits: number,
): Promise<Shared> {
  const x = powers[1]!;
  let sum = protocol.scale(x, 0n);
  for (const [exponent, coefficient] of block.entries()) {
    using old = sum;
    const power = powers[exponent];
    if (power === undefined) {
      sum = protocol.addEach(old, constant(coefficient, bits) << BigInt(bits));
      continue;
    }
    using term = protocol.scale(power, constant(coefficient, bits));
    sum = protocol.add(old, term);
  }
  using whole = sum;
  return await protocol.truncate(whole, bits);
}

/** b_0 + b_1 g + b_2 g^2 + ... with g the fourth power. Takes all over. */
async function sumOfBlocks(
  protocol: Protocol,
  blocks: readonly Shared[],
  fourth: Shared | undefined,
  eighth: Shared | undefined,
  bits: number,
): Promise<Shared> {
  let [level, power, squared] = [blocks, fourth, eighth];
  while (level.length > 3) {
    invariant(power !== undefined && squared !== undefined, "several blocks need powers");
    const [old, oldPower, oldSquared] = [level, power, squared];
    const pairs = level.length >> 1;
    const [products, fourthOfPower] = await Promise.all([
      Promise.all(
        Array.from({ length: pairs }, (_, pair) =>
          protocol.multiplyTruncate(old[2 * pair + 1]!, oldPower, bits),
        ),
      ),
      protocol.multiplyTruncate(oldSquared, oldSquared, bits),
    ]);
    const sums = products.map((product, pair) => protocol.add(old[2 * pair]!, product));
    for (const used of [...products, ...old.slice(0, 2 * pairs), oldPower]) used[Symbol.dispose]();
    [level, power, squared] = [[...sums, ...old.slice(2 * pairs)], oldSquared, fourthOfPower];
  }
  const [first, ...rest] = level;
  const products = await Promise.all(
    rest.map((block, at) => protocol.multiplyTruncate(block, at === 0 ? power! : squared!, bits)),
  );
  let sum = first!;
  for (const product of products) {
    const old = sum;
    sum = protocol.add(old, product);
    old[Symbol.dispose]();
  }
  for (const used of [...products, ...rest]) used[Symbol.dispose]();
  power?.[Symbol.dispose]();
  squared?.[Symbol.dispose]();
  return sum;
}
