import { sumOfBitsCost, topBitCost } from "../protocol/adder.ts";
import type { Price } from "../protocol/price.ts";
import { free, inTurn } from "../protocol/price.ts";
import type { ProtocolPrices } from "../protocol/protocol.ts";
import { strideOf } from "../protocol/shared.ts";

/** What each step of three replicated parties sends. Bits travel in whole blocks of 128. */
export const replicatedPrices: ProtocolPrices = {
  share: (from, length) => one(from, 8 * length),
  openToEveryone: (length) => each(8 * length),
  openTo: (recipient, length) => one((recipient + 2) % 3, 8 * length),
  multiply: (length) => each(8 * length),
  matmul: ({ m, n }) => each(8 * m * n),
  fix: () => free,
  multiplyTruncate: (length) => truncation(length),
  matmulTruncate: ({ m, n }) => truncation(m * n),
  truncate: (length) => truncation(length),
  shareBits: (from, length, width) => one(from, width * strideOf(length)),
  and: (length, width) => each(width * strideOf(length)),
  toBits: (length, width) => viaAdder(length, width, sumOfBitsCost(width)),
  sign: (length, width) => viaAdder(length, width, topBitCost(width)),
  fromBit: (length) => injection(length, 1),
  keepWhere: (length) => ({ rounds: 2, bytes: [24 * length, 8 * length, 8 * length] }),
  fromBits: (length, width) => injection(length, width),
  openBits: (length, width) => each(width * strideOf(length)),
  check: () => free,
};

function one(party: number, bytes: number): Price {
  return { rounds: 1, bytes: [0, 1, 2].map((each) => (each === party ? bytes : 0)) };
}

function each(bytes: number): Price {
  return { rounds: 1, bytes: [bytes, bytes, bytes] };
}

/** Round by round: 0 and 1 to 2; 2 to both; 0 and 1 to each other. */
function truncation(length: number): Price {
  const bytes = 16 * length;
  return { rounds: 3, bytes: [bytes, bytes, bytes] };
}

function viaAdder(length: number, width: number, adder: { rounds: number; ands: number }): Price {
  const stride = strideOf(length);
  const ands = adder.ands * stride;
  return inTurn(one(0, width * stride), { rounds: adder.rounds, bytes: [ands, ands, ands] });
}

function injection(length: number, width: number): Price {
  const bytes = 8 * length * width;
  return { rounds: 2, bytes: [bytes, bytes, bytes] };
}
