import type { Price, Unchecked } from "../protocol/price.ts";
import { free } from "../protocol/price.ts";
import { tagBytes } from "./tag.ts";

/** How a check is laid out, from what there is to check alone. */
export type CheckSizes = {
  /** Statements about bits: rows of blocks. */
  readonly bits: { readonly rows: number; readonly blocks: number };
  /** Products of wide numbers: rows of terms. */
  readonly words: { readonly rows: number; readonly terms: number; readonly carries: number };
};

/** Bytes of an element of GF(2^48) for each of 128 lanes. */
export const planesBytes = 768;
export const seedBytes = 32;
export const markBytes = 8;

/** More rows: fewer bytes, in inverse proportion, and more work for the prover, in proportion. */
export function checkSizes({ blocks, terms, words }: Unchecked): CheckSizes {
  const bitRows = blocks === 0 ? 0 : blocks < 64 ? 1 : blocks < 1024 ? 4 : 16;
  const wordRows = terms === 0 ? 0 : terms < 64 ? 1 : 4;
  return {
    // Kernels take four blocks at a time.
    bits: { rows: bitRows, blocks: bitRows === 0 ? 0 : 4 * Math.ceil(blocks / bitRows / 4) },
    words: { rows: wordRows, terms: wordRows === 0 ? 0 : Math.ceil(terms / wordRows), carries: words },
  };
}

/** What a prover sends of its sums of products: each row with each, and the mask with each. */
export function proofBytes({ bits, words }: CheckSizes): number {
  return 8 * bits.rows * (bits.rows + 1) + 16 * words.rows * (words.rows + 1);
}

/** What the left verifier sends the right one: the rows as one, and two sums a row for bits, rows + 1 sums for words. */
export function answerBytes({ bits, words }: CheckSizes): number {
  const forBits = 2 * planesBytes * bits.blocks + 16 * bits.rows;
  return forBits + (words.rows === 0 ? 0 : 16 * (words.terms + words.rows + 1));
}

/** Seven rounds, whatever there is to check; nothing when there is nothing. */
export function checkPrice(unchecked: Unchecked | undefined): Price {
  if (unchecked === undefined) return free;
  const sizes = checkSizes(unchecked);
  const rounds = [
    8 * sizes.words.carries + markBytes,
    seedBytes + markBytes,
    seedBytes + proofBytes(sizes),
    seedBytes + markBytes,
    seedBytes + answerBytes(sizes),
    tagBytes,
    2 * markBytes,
  ];
  const bytes = rounds.reduce((total, each) => total + each, 0);
  return { rounds: rounds.length, bytes: [bytes, bytes, bytes] };
}
