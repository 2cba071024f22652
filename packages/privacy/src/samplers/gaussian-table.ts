// A table of steps over the bell of a discrete Gaussian, from which whole magnitudes are proposed.
//
// With rho(m) = exp(-m^2 / (2 sigma^2)), whole magnitudes m >= 0 fall in blocks of `width`. A block is chosen as often as its
// whole number of lots says, out of 2^32: at least S rho at its first magnitude, S one factor for all. A place in it is uniform, and
// kept with probability S rho(m) / lots. So m comes out in proportion to S rho(m) / width, whatever the lots. Magnitudes from
// `reach` times sigma on share one lot: their block j, of `tailWidth`, is chosen by coins, 2^-(j+1), and a magnitude in it is kept
// with probability S rho(m) 2^(j+1) tailWidth / width.
//
// What is kept for sure is known as whole numbers from bounds on exp. In a block of width w the bell differs from the line between
// its ends by at most w^2 / 8 times its largest second derivative, which is at most rho at the first end times
// max(1, m^2 / sigma^2) / sigma^2 at the other: so two comparisons settle all but some hundred-thousandths of the draws.

import { invariant } from "@unseen/base";
import { bitLength, floorSquareRoot, type Rational } from "../budget/rational.ts";
import { type AliasColumns, aliasColumns } from "./alias-columns.ts";
import { expBounds } from "./exp-bounds.ts";

const twoTo32 = 2n ** 32n;
/** Blocks in one sigma, at least: then the columns stay in the processor's first cache, and one draw in 150 meets the line. */
const blocksEachSigma = 128n;
/** Sigmas that blocks cover; beyond lies e^-50 of the bell. */
const reach = 10n;
const precision = 128;

export type GaussianTable = {
  readonly sigmaSquared: Rational;
  /** Blocks, and the outcomes beside them: the tail's, then nobody's, with which a draw begins anew. */
  readonly blocks: number;
  /** A power of two. */
  readonly widthBits: number;
  readonly tailWidth: bigint;
  /** S. */
  readonly factor: bigint;
  /** Of each outcome. */
  readonly lots: Float64Array;
  readonly columns: AliasColumns;
  /** 2^32 times the probability that a block's first magnitude is kept, and that the one after its last would be; rounded down. */
  readonly first: Float64Array;
  readonly after: Float64Array;
  /** How far 2^32 times a probability may lie from the line between the two, at most. */
  readonly slack: Float64Array;
};

/** Sigma squared is at least one sixteenth and below 2^78. Cost: some milliseconds. */
export function gaussianTable(sigmaSquared: Rational): GaussianTable {
  const { num, den } = sigmaSquared;
  invariant(16n * num >= den && num < den << 78n, "a table is for sigmas from a quarter to 2^39");
  const whole = floorSquareRoot(num / den);
  const sigma = whole + 1n;
  // 31 at the most, which leaves the second word its sign.
  const widthBits = Math.max(0, bitLength(whole / blocksEachSigma) - 1);
  const blocks = Number((reach * sigma) >> BigInt(widthBits)) + 1;
  const width = 1n << BigInt(widthBits);
  const starts = Array.from({ length: blocks + 1 }, (_, at) => BigInt(at) * width);
  const bells = starts.map((start) => expBounds({ num: start ** 2n * den, den: 2n * num }, precision));
  const heights = bells.slice(0, -1).reduce((sum, { high }) => sum + high, 0n);
  const factor = ((twoTo32 - BigInt(blocks) - 2n) << BigInt(precision)) / heights;
  const lots = new Float64Array(blocks + 2);
  const [first, after, slack] = [0, 1, 2].map(() => new Float64Array(blocks)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let block = 0; block < blocks; block++) {
    const [here, next] = [bells[block]!, bells[block + 1]!];
    const own = ((factor * here.high) >> BigInt(precision)) + 1n;
    const kept = (bell: bigint) => (factor * bell * twoTo32) / (own << BigInt(precision));
    const lost = [kept(here.high) - kept(here.low), kept(next.high) - kept(next.low)] as const;
    const rounding = 3n + (lost[0] > lost[1] ? lost[0] : lost[1]);
    lots[block] = Number(own);
    first[block] = Number(kept(here.low));
    after[block] = Number(kept(next.low));
    slack[block] = Number(rounding + bend(sigmaSquared, width, starts[block + 1]!));
  }
  lots[blocks] = 1;
  lots[blocks + 1] = Number(twoTo32) - lots.reduce((sum, own) => sum + own, 0);
  invariant(lots[blocks + 1]! >= 0, "there are lots for every block");
  const columns = aliasColumns(lots);
  const tailWidth = 1n << BigInt(bitLength(sigma));
  return { sigmaSquared, blocks, widthBits, tailWidth, factor, lots, columns, first, after, slack };
}

/** 2^32 times w^2 / 8 max(1, end^2 / sigma^2) / sigma^2, rounded up. */
function bend({ num, den }: Rational, width: bigint, end: bigint): bigint {
  // A block of one magnitude is its first end.
  if (width === 1n) return 0n;
  const [flat, steep] = [num * den, (end * den) ** 2n];
  return (twoTo32 * width ** 2n * (flat > steep ? flat : steep)) / (8n * num ** 2n) + 1n;
}
