import { sumOfBitsCost, topBitCost } from "../protocol/adder.ts";
import { keepByNumberPrice } from "../protocol/keep-by-number.ts";
import { free, inTurn, type Price, type Unchecked } from "../protocol/price.ts";
import type { ProtocolPrices } from "../protocol/protocol.ts";
import { strideOf } from "../protocol/shared.ts";
import { checkPrice } from "./check-sizes.ts";
import { owedBy, type WordStatement } from "./statements.ts";
import { tagBytes } from "./tag.ts";

/** What each step of three parties sends who check each other; steps leave work for the check before the next opening. */
export const verifiedPrices: ProtocolPrices = {
  share: (from, length) => one(from, 8 * length),
  openToEveryone: (length) => each(8 * length + tagBytes),
  openTo: (recipient, length) => ({
    rounds: 1,
    bytes: [0, 1, 2].map((party) =>
      party === (recipient + 2) % 3 ? 8 * length : party === recipient ? 0 : tagBytes,
    ),
  }),
  multiply: (length) => products({ m: 1, k: 0, n: length }),
  matmul: products,
  fix: () => free,
  multiplyTruncate: (length) => inTurn(products({ m: 1, k: 0, n: length }), truncation(length)),
  matmulTruncate: (sizes) => inTurn(products(sizes), truncation(sizes.m * sizes.n)),
  truncate: truncation,
  shareBits: (from, length, width) => one(from, width * strideOf(length)),
  and: (length, width) => ands(length, 1, width),
  toBits: (length, width) => viaAdder(length, width, sumOfBitsCost(width)),
  sign: (length, width) => viaAdder(length, width, topBitCost(width)),
  fromBit: (length) => injection(length, 1),
  keepWhere: (length) => keepByNumberPrice(verifiedPrices, length),
  fromBits: injection,
  openBits: (length, width) => each(width * strideOf(length) + tagBytes),
  check: checkPrice,
};

function one(party: number, bytes: number): Price {
  return { rounds: 1, bytes: [0, 1, 2].map((each) => (each === party ? bytes : 0)) };
}

function each(bytes: number, rounds = 1): Price {
  return { rounds, bytes: [bytes, bytes, bytes] };
}

function products(sizes: WordStatement["sizes"]): Price {
  return { ...each(8 * sizes.m * sizes.n), owes: owedBy(sizes) };
}

function ands(length: number, rounds: number, count: number): Price {
  const stride = strideOf(length);
  const owes: Unchecked = { blocks: (count * stride) / 16, terms: 0, words: 0 };
  return { ...each(count * stride, rounds), owes };
}

/** Three numbers to two, then the adder. */
function viaAdder(length: number, width: number, adder: { rounds: number; ands: number }): Price {
  if (width === 1) return each(0, 0);
  return inTurn(ands(length, 1, width - 1), ands(length, adder.rounds, adder.ands));
}

/** Two products for each bit. */
function injection(length: number, width: number): Price {
  const step = products({ m: 1, k: 0, n: length * width });
  return inTurn(step, step);
}

function truncation(length: number): Price {
  return inTurn(ands(length, 1, 3), ands(length, 1, 1), injection(length, 3));
}
