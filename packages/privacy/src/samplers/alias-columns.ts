// Choosing one of many outcomes by one word, each exactly as often as its whole number of lots says: Walker 1977, Vose 1991, in
// whole numbers. The words are cut into columns of equal size, and a column holds lots of two outcomes at most.

import { invariant } from "@unseen/base";

export type AliasColumns = {
  /** How far a word's column stands from its lowest digit; the digits below are the lot in the column. */
  readonly shift: number;
  /** Two numbers a column: how many of its lots are those of the outcome of its own number, and whose the others are. */
  readonly columns: Int32Array;
};

/** `lots` are whole numbers, not negative, and add up to 2^32. */
export function aliasColumns(lots: Float64Array): AliasColumns {
  const bits = Math.max(2, Math.ceil(Math.log2(lots.length)));
  const count = 2 ** bits;
  const size = 2 ** (32 - bits);
  const left = new Float64Array(count);
  left.set(lots);
  invariant(left.reduce((sum, own) => sum + own, 0) === 2 ** 32, "there is one lot for each word");
  const columns = new Int32Array(2 * count);
  const short: number[] = [];
  const long: number[] = [];
  for (let at = 0; at < count; at++) (left[at]! < size ? short : long).push(at);
  for (;;) {
    const [column, giver] = [short.pop(), long.at(-1)];
    if (column === undefined || giver === undefined) break;
    columns[2 * column] = left[column]!;
    columns[2 * column + 1] = giver;
    left[giver]! -= size - left[column]!;
    if (left[giver]! >= size) continue;
    long.pop();
    short.push(giver);
  }
  invariant(short.length === 0, "what one column lacks another has too much");
  for (const full of long) {
    columns[2 * full] = size;
    columns[2 * full + 1] = full;
  }
  return { shift: 32 - bits, columns };
}

export function outcomeOf({ shift, columns }: AliasColumns, word: number): number {
  const column = word >>> shift;
  const lot = word & ((1 << shift) - 1);
  return lot < columns[2 * column]! ? column : columns[2 * column + 1]!;
}
