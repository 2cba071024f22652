// From numbers to shares, at the asker's own machine: the one place where they are numbers.

import { type Entropy, err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { PlainTensor } from "@unseen/program";
import type { SharedFacts } from "@unseen/wire";

/** Binary digits after the point of numbers that are not whole: steps of 1.5e-5. */
export const usualFractionBits = 16;

/** What a number may be unless the sharer says otherwise: products of two still fit into a share. */
const usualRange = { whole: 2 ** 20, fractions: 2 ** 13 } as const;

export type Encoded = { readonly facts: SharedFacts; readonly words: BigUint64Array };

/**
 * Numbers on the grid of shares. `between` is told to every party, and nothing else about the numbers but their shape and
 * whether all are whole; it is declared and never read from the numbers.
 */
export function encodeNumbers(
  { shape, data }: PlainTensor,
  between?: readonly [least: number, greatest: number],
): Result<Encoded, Problem> {
  const isWhole = data.every(Number.isSafeInteger);
  const most = isWhole ? usualRange.whole : usualRange.fractions;
  const [least, greatest] = between ?? [-most, most];
  if (!Number.isFinite(least) || !Number.isFinite(greatest) || least > greatest)
    return err(
      problem("range-exceeded", "the range of shared numbers is none", {
        hint: "between: [least, greatest]",
      }),
    );
  if (!data.every((number) => number >= least && number <= greatest)) {
    return err(
      problem("range-exceeded", `a number to be shared does not lie between ${least} and ${greatest}`, {
        hint: "say what they may be: share(..., { between: [least, greatest] }); the parties are told these two numbers",
      }),
    );
  }
  const fractionBits = isWhole ? 0 : usualFractionBits;
  const scale = 2 ** fractionBits;
  const words = BigUint64Array.from(data, (number) => BigInt.asUintN(64, BigInt(Math.round(number * scale))));
  return ok({ facts: { shape: [...shape], fractionBits, least, greatest }, words });
}

/** Uniform words that add up to these, modulo 2^64: any but all of them say nothing. */
export function splitWords(
  words: BigUint64Array,
  count: number,
  entropy: Entropy,
): readonly BigUint64Array[] {
  const summands = Array.from({ length: count - 1 }, () => randomWords(words.length, entropy));
  const last = words.map((word, at) =>
    summands.reduce((rest, one) => BigInt.asUintN(64, rest - one[at]!), word),
  );
  return [...summands, last];
}

/** Uniform words. */
export function randomWords(length: number, entropy: Entropy): BigUint64Array {
  const bytes = entropy.fill(new Uint8Array(length * 8));
  return new BigUint64Array(bytes.slice().buffer);
}

/** What was split, on its grid. */
export function joinSummands(
  summands: readonly BigUint64Array[],
  { shape, fractionBits }: SharedFacts,
): PlainTensor {
  const length = shape.reduce((product, size) => product * size, 1);
  const data = Float64Array.from({ length }, (_, at) => {
    const sum = summands.reduce((total, one) => total + one[at]!, 0n);
    return Number(BigInt.asIntN(64, sum)) / 2 ** fractionBits;
  });
  return { shape: [...shape], data };
}
