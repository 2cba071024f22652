// What every way of computing on shares can do. Functions of numbers (compare, divide, softmax, ...) are written once
// upon this, and one suite of tests holds all protocols to it. Whole columns, never single numbers.
//
// All parties call the same methods in the same order with the same public arguments. A method marked `Promise` needs
// the other parties; its price is in `prices`. Public arguments are plain columns that every party holds alike.

import type { Column, MatmulSizes } from "@unseen/compute";
import type { PartyIndex } from "../session/channel.ts";
import type { Session } from "../session/session.ts";
import type { FixedMatrix, FixedSide } from "./fixed-matrix.ts";
import type { Price, Unchecked } from "./price.ts";
import type { Shared, SharedBits } from "./shared.ts";

export interface Protocol {
  readonly name: string;
  readonly session: Session;
  readonly prices: ProtocolPrices;

  /** Shares numbers that the party `from` holds; the others pass `undefined`. Nobody learns them. */
  share(from: PartyIndex, length: number, values: Column | undefined): Promise<Shared>;
  /** Public numbers as shares, so that they can be computed with. */
  publicly(values: Column): Shared;
  /** Everybody learns the numbers. Whoever calls it has seen to it that everybody may. */
  openToEveryone(x: Shared): Promise<Column>;
  /** One party learns the numbers; undefined at the others, who learn that it was opened. */
  openTo(recipient: PartyIndex, x: Shared): Promise<Column | undefined>;

  add(x: Shared, y: Shared): Shared;
  sub(x: Shared, y: Shared): Shared;
  negate(x: Shared): Shared;
  /** Adds a public column. */
  addPublic(x: Shared, more: Column): Shared;
  /** Adds a public number to each. */
  addEach(x: Shared, more: bigint): Shared;
  /** By a public column, element by element. */
  mulPublic(x: Shared, by: Column): Shared;
  /** By a public number. */
  scale(x: Shared, by: bigint): Shared;
  copy(x: Shared): Shared;
  /** Elements by their public places: out[i] = x[places[i]]. Rearranges, repeats, slices, pads nothing. */
  gather(x: Shared, places: Uint32Array): Shared;
  /** out[i] = the sum of `width` neighbours from i * width on. */
  sumRuns(x: Shared, width: number): Shared;
  /** One after the other as one column. */
  concat(parts: readonly Shared[]): Shared;

  multiply(x: Shared, y: Shared): Promise<Shared>;
  matmul(x: Shared, y: Shared, sizes: MatmulSizes): Promise<Shared>;
  /** A matrix for several products, as an operand of each. New; where products are no cheaper by it, a copy. */
  fix(x: Shared): Promise<FixedMatrix>;
  /** The product and its truncation in one, where that saves rounds. */
  multiplyTruncate(x: Shared, y: Shared, bits: number): Promise<Shared>;
  matmulTruncate(x: Shared, y: Shared, sizes: MatmulSizes, bits: number): Promise<Shared>;
  /**
   * floor(x / 2^bits) or one more, for |x| < 2^62 as signed numbers. Never off by more. What a party may learn besides is
   * stated by the protocol.
   */
  truncate(x: Shared, bits: number): Promise<Shared>;

  /** Shares bits that one party holds: `width` low bits of each number. */
  shareBits(from: PartyIndex, length: number, width: number, values: Column | undefined): Promise<SharedBits>;
  xor(x: SharedBits, y: SharedBits): SharedBits;
  not(x: SharedBits): SharedBits;
  /** x and y of one width; or one of them a single plane, which then stands for every plane of the other. */
  and(x: SharedBits, y: SharedBits): Promise<SharedBits>;
  /** Planes by their public places, repeated or rearranged. */
  choosePlanes(x: SharedBits, places: readonly number[]): SharedBits;
  concatPlanes(parts: readonly SharedBits[]): SharedBits;
  /** The `width` low bits of each number. */
  toBits(x: Shared, width: number): Promise<SharedBits>;
  /** The top bit of the `width` low bits: whether x is negative, for -2^(width-1) <= x < 2^(width-1). */
  sign(x: Shared, width: number): Promise<SharedBits>;
  /** A single plane as numbers 0 and 1. */
  fromBit(bit: SharedBits): Promise<Shared>;
  /** x where the single plane is 1, zero elsewhere. Any ring elements. */
  keepWhere(bit: SharedBits, x: Shared): Promise<Shared>;
  /** Planes as numbers: the sum of bit j times 2^j. */
  fromBits(bits: SharedBits): Promise<Shared>;
  openBits(x: SharedBits): Promise<Column>;

  /**
   * Checks all that was computed since the last check, where parties check each other. Openings do it first; a long program
   * does it in between, because what is not checked is kept.
   */
  settle(): Promise<void>;
}

/** The price of each step that needs the others, by public sizes. */
export type ProtocolPrices = {
  share(from: PartyIndex, length: number): Price;
  openToEveryone(length: number): Price;
  openTo(recipient: PartyIndex, length: number): Price;
  multiply(length: number): Price;
  matmul(sizes: MatmulSizes, fixed?: FixedSide): Price;
  fix(length: number): Price;
  multiplyTruncate(length: number): Price;
  matmulTruncate(sizes: MatmulSizes, fixed?: FixedSide): Price;
  truncate(length: number): Price;
  shareBits(from: PartyIndex, length: number, width: number): Price;
  and(length: number, width: number): Price;
  toBits(length: number, width: number): Price;
  sign(length: number, width: number): Price;
  fromBit(length: number): Price;
  keepWhere(length: number): Price;
  fromBits(length: number, width: number): Price;
  openBits(length: number, width: number): Price;
  /** What an opening costs besides, when steps before it owe a check. */
  check(unchecked: Unchecked | undefined): Price;
};
