import type { MatmulSizes } from "@unseen/compute";
import { type AdderCost, foldCost, prefixCost } from "../protocol/adder.ts";
import type { FixedSide } from "../protocol/fixed-matrix.ts";
import { keepByNumberPrice } from "../protocol/keep-by-number.ts";
import { free, inTurn, type Price } from "../protocol/price.ts";
import type { ProtocolPrices } from "../protocol/protocol.ts";
import { strideOf } from "../protocol/shared.ts";

/** What `parties` computing parties and their provider, who comes last, send. Bits travel in whole blocks of 128. */
export function providedPrices(parties: number): ProtocolPrices {
  /** One round in which each computing party sends `each` bytes to each other one and the provider `provided`. */
  const opening = (each: number, provided: number): Price => ({
    rounds: 1,
    bytes: Array.from({ length: parties + 1 }, (_, party) =>
      party === parties ? provided : each * (parties - 1),
    ),
  });
  const multiply = (length: number) => opening(16 * length, 8 * length);
  const matmul = ({ m, k, n }: MatmulSizes, fixed?: FixedSide) =>
    opening(8 * ((fixed === "left" ? 0 : m * k) + (fixed === "right" ? 0 : k * n)), 8 * m * n);
  const truncate = (length: number) => opening(8 * length, 16 * length);
  const ands = (length: number, { rounds, ands: count }: AdderCost): Price => {
    const bytes = count * strideOf(length);
    return { ...opening(2 * bytes, bytes), rounds };
  };
  const opened = (length: number, width: number) => opening(8 * length, width * strideOf(length));
  const injection = (length: number, width: number) => opening(width * strideOf(length), 8 * length * width);
  const fromBit = (length: number) => injection(length, 1);
  const nothing: Price = { rounds: 0, bytes: opening(0, 0).bytes };
  return {
    share: () => nothing,
    openToEveryone: (length) => opening(8 * length, 0),
    openTo: (recipient, length) => ({
      rounds: 1,
      bytes: opening(0, 0).bytes.map((_, party) =>
        party === recipient || party === parties ? 0 : 8 * length,
      ),
    }),
    multiply,
    matmul,
    fix: (length) => opening(8 * length, 0),
    multiplyTruncate: (length) => inTurn(multiply(length), truncate(length)),
    matmulTruncate: (sizes, fixed) => inTurn(matmul(sizes, fixed), truncate(sizes.m * sizes.n)),
    truncate,
    shareBits: () => nothing,
    and: (length, width) => opening(2 * width * strideOf(length), width * strideOf(length)),
    toBits: (length, width) =>
      inTurn(opened(length, width), ands(length, width === 1 ? none : prefixCost(width - 1))),
    sign: (length, width) =>
      inTurn(opened(length, width), ands(length, width === 1 ? none : foldCost(width - 1))),
    fromBit,
    keepWhere: (length) => keepByNumberPrice({ fromBit, multiply }, length),
    fromBits: injection,
    openBits: (length, width) => opening(width * strideOf(length), 0),
    check: () => free,
  };
}

const none: AdderCost = { rounds: 0, ands: 0 };
