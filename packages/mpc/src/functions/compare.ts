// The six comparisons. Each comes as a secret bit: what needs numbers 0 and 1 calls `fromBit`, at its price.

import type { Column } from "@unseen/compute";
import { atOnce, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import { Shared, type SharedBits } from "../protocol/shared.ts";

export type Relation = "less" | "lessOrEqual" | "greater" | "greaterOrEqual" | "equal" | "notEqual";

/** Secret, or public: a column that every party holds alike, or one number for all. Ring elements. */
export type Operand = Shared | Column | bigint;

/**
 * Whether x stands in the relation to y, element by element, right for |x - y| < 2^(width - 1) as signed integers. Nobody
 * learns anything. Costs one sign of `width` bits; equality two at the same time, which beats an OR over all bits of the
 * difference, because those need every carry and a sign needs the last alone.
 */
export async function compare(
  protocol: Protocol,
  relation: Relation,
  x: Shared,
  y: Operand,
  width: number,
): Promise<SharedBits> {
  using difference = minus(protocol, x, y);
  switch (relation) {
    case "less":
      return await protocol.sign(difference, width);
    case "greaterOrEqual": {
      using less = await protocol.sign(difference, width);
      return protocol.not(less);
    }
    case "greater": {
      using reverse = protocol.negate(difference);
      return await protocol.sign(reverse, width);
    }
    case "lessOrEqual": {
      using reverse = protocol.negate(difference);
      using greater = await protocol.sign(reverse, width);
      return protocol.not(greater);
    }
    case "equal":
      return await isZero(protocol, difference, width);
    case "notEqual": {
      using equal = await isZero(protocol, difference, width);
      return protocol.not(equal);
    }
    default:
      return relation satisfies never;
  }
}

export function comparePrice(
  prices: ProtocolPrices,
  relation: Relation,
  length: number,
  width: number,
): Price {
  const sign = prices.sign(length, width);
  return relation === "equal" || relation === "notEqual" ? atOnce(sign, sign) : sign;
}

/** Zero is where x is not negative and x - 1 is. */
async function isZero(protocol: Protocol, x: Shared, width: number): Promise<SharedBits> {
  using before = protocol.addEach(x, -1n);
  const [here, there] = await Promise.all([protocol.sign(x, width), protocol.sign(before, width)]);
  using first = here;
  using second = there;
  return protocol.xor(first, second);
}

function minus(protocol: Protocol, x: Shared, y: Operand): Shared {
  if (typeof y === "bigint") return protocol.addEach(x, -y);
  if (y instanceof Shared) return protocol.sub(x, y);
  const { memory } = protocol.session;
  const negative = memory.column(y.length);
  memory.kernels.scale(y.at, BigInt.asUintN(64, -1n), negative.at, y.length);
  const difference = protocol.addPublic(x, negative);
  memory.free(negative);
  return difference;
}
