// Two to five parties with a crypto provider: additive sharing over Z_2^64, x = x_0 + ... + x_{n-1}.
//
// All computing parties but one may collude, and learn nothing; the provider may not collude with any of them, and learns
// nothing by itself. Semi-honest. Damgård, Pastro, Smart and Zakarias 2012 (CRYPTO), section 2, without MACs. The provider
// takes the last place in the session; it runs the same code as the parties and holds nothing.
//
// It is one thing because an auditor reads a protocol with the papers beside it, and each step opens what another made.

import { invariant } from "@unseen/base";
import { addMatmul, type Column, type MatmulSizes, type Place } from "@unseen/compute";
import { foldCarries, sumByCarries } from "../protocol/adder.ts";
import { FixedMatrix, fixedSide } from "../protocol/fixed-matrix.ts";
import { keepByNumber } from "../protocol/keep-by-number.ts";
import { LinearShares } from "../protocol/linear-shares.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import { allocatePlanes, type Planes, Shared, SharedBits } from "../protocol/shared.ts";
import type { PartyIndex } from "../session/channel.ts";
import { chachaStream, type SeedStream, type StreamMaker } from "../session/seed-stream.ts";
import type { Session } from "../session/session.ts";
import { providedPrices } from "./provided-prices.ts";
import { ProvidedSupply, ReceivedSupply, type Supplied, type Supply } from "./supply.ts";

/** One whole seed of 32 bytes for each other place of the session, in order; nothing at one's own. */
export type PairSeeds = readonly (Uint8Array | undefined)[];

/** 0 <= x + 2^62 < 2^63: see `truncate`. */
const offset = 1n << 62n;
const lowMask = (1n << 63n) - 1n;

type Messages = Omit<Supplied<unknown>, "held">;
const nothingSupplied: Messages = { incoming: [], outgoing: [], credit: undefined };

export class Provided extends LinearShares implements Protocol {
  readonly name = "provider";
  readonly session: Session;
  readonly prices: ProtocolPrices;
  protected readonly parts: number;
  readonly #provider: PartyIndex;
  readonly #supply: Supply;
  /** What each other computing party draws too. */
  readonly #pairs: readonly (SeedStream | undefined)[];
  /** Of each matrix that was fixed here: its mask, and what is left of it without, which all know. */
  readonly #fixed = new WeakMap<Shared, { readonly mask: Column; readonly open: Column }>();

  constructor(session: Session, seeds: PairSeeds, streamOf: StreamMaker = chachaStream) {
    super(session.memory);
    invariant(session.parties >= 3 && session.parties <= 6, "two to five parties compute, and one provides");
    this.session = session;
    this.#provider = session.parties - 1;
    this.prices = providedPrices(this.#provider);
    const streams = seeds.map((seed) => (seed === undefined ? undefined : streamOf(session.memory, seed)));
    const isProvider = session.me === this.#provider;
    this.parts = isProvider ? 0 : 1;
    this.#pairs = isProvider ? [] : streams.slice(0, this.#provider);
    this.#supply = isProvider
      ? new ProvidedSupply(session.memory, streams.slice(0, this.#provider) as SeedStream[])
      : new ReceivedSupply(session.memory, streams[this.#provider]!, this.#provider, session.me);
  }

  protected holdsPublic(): boolean {
    return this.session.me === 0;
  }

  /** The others draw their shares with the party that shares. No message. */
  async share(from: PartyIndex, length: number, values: Column | undefined): Promise<Shared> {
    const { memory, session, kernels } = this;
    if (this.#isProvider) return this.#nothing(length);
    if (session.me !== from) return new Shared(memory, [this.#drawnWith(from, length)]);
    invariant(values?.length === length, "the party that shares brings the numbers");
    const mine = memory.copy(values);
    for (const other of this.#others) {
      const drawn = this.#drawnWith(other, length);
      kernels.sub(mine.at, drawn.at, mine.at, length);
      memory.free(drawn);
    }
    return new Shared(memory, [mine]);
  }

  /** Zeros at the provider. */
  async openToEveryone(x: Shared): Promise<Column> {
    if (this.#isProvider) {
      await this.session.exchange([], []);
      return this.memory.zeros(x.length);
    }
    const mine = this.#refreshed(x.parts[0]!);
    return await this.#openedSum(mine, nothingSupplied);
  }

  async openTo(recipient: PartyIndex, x: Shared): Promise<Column | undefined> {
    const { session, memory, kernels } = this;
    if (this.#isProvider) {
      await session.exchange([], []);
      return undefined;
    }
    const mine = this.#refreshed(x.parts[0]!);
    if (session.me !== recipient) {
      await session.exchange([{ to: recipient, from: mine }], []);
      memory.free(mine);
      return undefined;
    }
    const theirs = this.#others.map((from) => ({ from, into: memory.column(x.length) }));
    await session.exchange([], theirs);
    for (const { into } of theirs) {
      kernels.add(mine.at, into.at, mine.at, x.length);
      memory.free(into);
    }
    return mine;
  }

  /** Beaver 1991: with a, b and c = a b, x y = c + (x - a) b + (y - b) a + (x - a)(y - b), and the brackets are opened. */
  async multiply(x: Shared, y: Shared): Promise<Shared> {
    const { kernels, memory } = this;
    const { length } = x;
    invariant(length === y.length, "columns that are multiplied are of one length");
    const { held, ...supplied } = this.#supply.products(length);
    const { a, b, c } = held;
    if (this.#isProvider) return this.#provided(supplied, [a, b, c], length);
    const [d, e] = await this.#openedDifferences([x.parts[0]!, a], [y.parts[0]!, b], supplied);
    kernels.addProduct(d.at, b.at, c.at, length);
    kernels.addProduct(e.at, a.at, c.at, length);
    if (this.holdsPublic()) kernels.addProduct(d.at, e.at, c.at, length);
    memory.free(a, b, d, e);
    return new Shared(memory, [c]);
  }

  async matmul(x: Shared, y: Shared, sizes: MatmulSizes): Promise<Shared> {
    const { kernels, memory } = this;
    const { m, k, n } = sizes;
    invariant(x.length === m * k && y.length === k * n, "matrices that are multiplied fit");
    const side = fixedSide(x, y);
    if (side !== undefined) return await this.#matmulFixed(side, x, y, sizes);
    const { held, ...supplied } = this.#supply.matrixProducts(sizes);
    const { a, b, c } = held;
    if (this.#isProvider) return this.#provided(supplied, [a, b, c], m * n);
    const [d, e] = await this.#openedDifferences([x.parts[0]!, a], [y.parts[0]!, b], supplied);
    // d b + a e, and d (b + e) where the public product is kept.
    if (this.holdsPublic()) kernels.add(b.at, e.at, b.at, k * n);
    addMatmul(memory, d, b, c, sizes);
    addMatmul(memory, a, e, c, sizes);
    memory.free(a, b, d, e);
    return new Shared(memory, [c]);
  }

  /**
   * d = x - a is opened here, once. The mask a serves this matrix alone: it is drawn here, is found by the result of this call
   * and by nothing else, and every product draws a mask of its own for its other operand. One round.
   */
  override async fix(x: Shared): Promise<FixedMatrix> {
    const { memory, kernels } = this;
    const mask = this.#supply.mask(x.length);
    const open = memory.column(x.length);
    const parts = x.parts.map((part) => memory.copy(part));
    if (this.#isProvider) await this.session.exchange([], []);
    else {
      kernels.sub(x.parts[0]!.at, mask.at, open.at, x.length);
      await this.#openedSum(open, nothingSupplied);
    }
    const fixed = new FixedMatrix(memory, parts, x.length, [mask, open]);
    this.#fixed.set(fixed, { mask, open });
    return fixed;
  }

  /** As `matmul`, with the difference of the fixed operand known and its mask the same as before. */
  async #matmulFixed(side: "left" | "right", x: Shared, y: Shared, sizes: MatmulSizes): Promise<Shared> {
    const { kernels, memory } = this;
    const kept = this.#fixed.get(side === "left" ? x : y);
    invariant(kept !== undefined, "a matrix is fixed by the parties that multiply it");
    const { held, ...supplied } = this.#supply.matrixProductsOf(kept.mask, side, sizes);
    const { b: fresh, c } = held;
    if (this.#isProvider) return this.#provided(supplied, [fresh, c], sizes.m * sizes.n);
    const moving = side === "left" ? y : x;
    const difference = memory.column(moving.length);
    kernels.sub(moving.parts[0]!.at, fresh.at, difference.at, moving.length);
    await this.#openedSum(difference, supplied);
    const [a, d, b, e] =
      side === "left" ? [kept.mask, kept.open, fresh, difference] : [fresh, difference, kept.mask, kept.open];
    const right = memory.copy(b);
    if (this.holdsPublic()) kernels.add(right.at, e.at, right.at, right.length);
    addMatmul(memory, d, right, c, sizes);
    addMatmul(memory, a, e, c, sizes);
    memory.free(fresh, difference, right);
    return new Shared(memory, [c]);
  }

  async multiplyTruncate(x: Shared, y: Shared, bits: number): Promise<Shared> {
    using product = await this.multiply(x, y);
    return await this.truncate(product, bits);
  }

  async matmulTruncate(x: Shared, y: Shared, sizes: MatmulSizes, bits: number): Promise<Shared> {
    using product = await this.matmul(x, y, sizes);
    return await this.truncate(product, bits);
  }

  /**
   * Everybody learns c = x + 2^62 + r, which is uniform, and the provider knows r: the sum of edaBits' truncation over
   * rings, explained in `replicated-truncation.ts`, with its floor or one more for |x| < 2^62. As c is public here, every
   * party knows what party 2 knows there. One round.
   */
  async truncate(x: Shared, bits: number): Promise<Shared> {
    const { kernels, memory } = this;
    const { length } = x;
    const { held, ...supplied } = this.#supply.truncations(length, bits);
    const { r, low, top } = held;
    if (this.#isProvider) return this.#provided(supplied, [r, low, top], length);
    kernels.add(r.at, x.parts[0]!.at, r.at, length);
    if (this.holdsPublic()) kernels.addEach(r.at, offset, r.at, length);
    const c = await this.#openedSum(r, supplied);
    const first = memory.column(length);
    kernels.shiftRightUnsigned(c.at, 63n, first.at, length);
    // c_top + (1 - 2 c_top) r_top, times 2^(63 - bits)
    const sign = memory.column(length);
    kernels.scale(first.at, BigInt.asUintN(64, -2n), sign.at, length);
    kernels.addEach(sign.at, 1n, sign.at, length);
    kernels.mul(top.at, sign.at, top.at, length);
    if (this.holdsPublic()) kernels.add(top.at, first.at, top.at, length);
    kernels.scale(top.at, BigInt.asUintN(64, 1n << BigInt(63 - bits)), top.at, length);
    kernels.sub(top.at, low.at, top.at, length);
    if (this.holdsPublic()) {
      kernels.maskEach(c.at, lowMask, c.at, length);
      kernels.shiftRightUnsigned(c.at, BigInt(bits), c.at, length);
      kernels.add(top.at, c.at, top.at, length);
      kernels.addEach(top.at, BigInt.asUintN(64, -(offset >> BigInt(bits))), top.at, length);
    }
    memory.free(low, c, first, sign);
    return new Shared(memory, [top]);
  }

  async shareBits(
    from: PartyIndex,
    length: number,
    width: number,
    values: Column | undefined,
  ): Promise<SharedBits> {
    const { memory, session, kernels } = this;
    if (this.#isProvider) return SharedBits.none(length, width);
    const mine = allocatePlanes(memory, length, width);
    if (session.me !== from) {
      this.#pairs[from]!.next(mine);
      return SharedBits.of(memory, length, [mine]);
    }
    invariant(values?.length === length, "the party that shares brings the numbers");
    memory.bytes(mine).fill(0);
    kernels.toPlanes(values.at, length, mine.at, width, mine.stride, memory.scratch);
    const drawn = allocatePlanes(memory, length, width);
    for (const other of this.#others) {
      this.#pairs[other]!.next(drawn);
      kernels.xor(mine.at, drawn.at, mine.at, mine.bytes);
    }
    memory.free(drawn);
    return SharedBits.of(memory, length, [mine]);
  }

  /** As `multiply`, bit by bit. */
  async and(x: SharedBits, y: SharedBits): Promise<SharedBits> {
    const { memory, kernels } = this;
    const [wide, narrow] = x.width >= y.width ? [x, y] : [y, x];
    invariant(narrow.width === wide.width || narrow.width === 1, "bits that are multiplied are of one width");
    const { length, width, stride } = wide;
    const { held, ...supplied } = this.#supply.ands(length, width);
    const { a, b, c } = held;
    if (this.#isProvider) {
      await this.#follow(supplied);
      memory.free(a, b, c);
      return SharedBits.none(length, width);
    }
    const both = memory.allocate(2 * a.bytes);
    for (let plane = 0; plane < width; plane++) {
      const at = plane * stride;
      const other = narrow.parts[0]!.at[narrow.width === 1 ? 0 : plane]!;
      kernels.xor(wide.parts[0]!.at[plane]!, a.at + at, both.at + at, stride);
      kernels.xor(other, b.at + at, both.at + a.bytes + at, stride);
    }
    await this.#openXor(both, supplied);
    const [d, e] = [both.at, both.at + a.bytes];
    kernels.xorAnd(d, b.at, c.at, c.bytes);
    kernels.xorAnd(e, a.at, c.at, c.bytes);
    if (this.holdsPublic()) kernels.xorAnd(d, e, c.at, c.bytes);
    memory.free(a, b, both);
    return SharedBits.of(memory, length, [c]);
  }

  async toBits(x: Shared, width: number): Promise<SharedBits> {
    const sides = await this.#publicAndMask(x, width);
    if (sides === undefined) return await this.#followBits(x.length, width, false);
    using bits = sides.bits;
    using both = this.xorPublic(bits, sides.open);
    using generate = this.andPublic(bits, sides.open);
    this.memory.free(sides.open);
    if (width === 1) return both.choose([0]);
    using low = generate.choose(range(width - 1));
    return await sumByCarries(this, low, both);
  }

  async sign(x: Shared, width: number): Promise<SharedBits> {
    const sides = await this.#publicAndMask(x, width);
    if (sides === undefined) return await this.#followBits(x.length, width, true);
    using bits = sides.bits;
    using both = this.xorPublic(bits, sides.open);
    using generate = this.andPublic(bits, sides.open);
    this.memory.free(sides.open);
    using top = both.choose([width - 1]);
    if (width === 1) return top.choose([0]);
    using lowG = generate.choose(range(width - 1));
    using lowP = both.choose(range(width - 1));
    using carry = await foldCarries(this, lowG, lowP);
    return this.xor(top, carry);
  }

  keepWhere(bit: SharedBits, x: Shared): Promise<Shared> {
    return keepByNumber(this, bit, x);
  }

  fromBit(bit: SharedBits): Promise<Shared> {
    return this.fromBits(bit);
  }

  /** With bits r known as bits and as numbers, b = v + (1 - 2 v) r where v = b XOR r is opened. One round. */
  async fromBits(bits: SharedBits): Promise<Shared> {
    const { memory, kernels } = this;
    const { length, width, stride } = bits;
    const { held, ...supplied } = this.#supply.doubleBits(length, width);
    const { bits: mask, words } = held;
    if (this.#isProvider) return this.#provided(supplied, [mask, words], length);
    for (let plane = 0; plane < width; plane++)
      kernels.xor(mask.at + plane * stride, bits.parts[0]!.at[plane]!, mask.at + plane * stride, stride);
    await this.#openXor(mask, supplied);
    const out = memory.zeros(length);
    const [open, part] = [memory.column(length), memory.column(length)];
    for (let plane = 0; plane < width; plane++) {
      kernels.spread(mask.at + plane * stride, open.at, length);
      const mine = words.at + plane * length * 8;
      // r - 2 v r, and v once.
      kernels.mul(mine, open.at, part.at, length);
      kernels.scale(part.at, BigInt.asUintN(64, -2n), part.at, length);
      kernels.add(part.at, mine, part.at, length);
      if (this.holdsPublic()) kernels.add(part.at, open.at, part.at, length);
      kernels.scale(part.at, 1n << BigInt(plane), part.at, length);
      kernels.add(out.at, part.at, out.at, length);
    }
    memory.free(mask, words, open, part);
    return new Shared(memory, [out]);
  }

  async openBits(x: SharedBits): Promise<Column> {
    const { memory, kernels } = this;
    const { length, width, stride } = x;
    if (this.#isProvider) {
      await this.session.exchange([], []);
      return memory.zeros(length);
    }
    const planes = allocatePlanes(memory, length, width);
    for (let plane = 0; plane < width; plane++)
      kernels.copy(x.parts[0]!.at[plane]!, planes.at + plane * stride, stride);
    const drawn = memory.allocate(planes.bytes);
    for (const other of this.#others) {
      this.#pairs[other]!.next(drawn);
      kernels.xor(planes.at, drawn.at, planes.at, planes.bytes);
    }
    memory.free(drawn);
    await this.#openXor(planes, nothingSupplied);
    const words = memory.column(length);
    kernels.fromPlanes(planes.at, width, stride, words.at, length, memory.scratch);
    memory.free(planes);
    return words;
  }

  get #isProvider(): boolean {
    return this.session.me === this.#provider;
  }

  /** The other computing parties. */
  get #others(): readonly PartyIndex[] {
    return range(this.#provider).filter((party) => party !== this.session.me);
  }

  #nothing(length: number): Shared {
    return new Shared(this.memory, [], length);
  }

  async #provided(supplied: Messages, used: readonly Place[], length: number): Promise<Shared> {
    await this.#follow(supplied);
    this.memory.free(...used);
    return this.#nothing(length);
  }

  /** The provider's part of a step. */
  async #follow(supplied: Messages): Promise<void> {
    await this.session.exchange(supplied.outgoing, supplied.incoming);
    this.#settle(supplied);
  }

  #settle({ credit }: Messages): void {
    if (credit !== undefined) this.memory.free(credit);
  }

  #drawnWith(party: PartyIndex, length: number): Column {
    const column = this.memory.column(length);
    this.#pairs[party]!.next(column);
    return column;
  }

  /** The share of the same number, uniform by itself: what is opened tells nothing of what it was made from. */
  #refreshed(share: Column): Column {
    const { memory, kernels, session } = this;
    const mine = memory.copy(share);
    for (const other of this.#others) {
      const drawn = this.#drawnWith(other, share.length);
      if (other > session.me) kernels.add(mine.at, drawn.at, mine.at, share.length);
      else kernels.sub(mine.at, drawn.at, mine.at, share.length);
      memory.free(drawn);
    }
    return mine;
  }

  /** Opens one column among the computing parties. Takes it over and gives it back as the sum. */
  async #openedSum(mine: Column, supplied: Messages): Promise<Column> {
    const { memory, kernels, session } = this;
    const others = this.#others;
    const theirs = others.map((from) => ({ from, into: memory.column(mine.length) }));
    await session.exchange(
      [...supplied.outgoing, ...others.map((to) => ({ to, from: mine }))],
      [...supplied.incoming, ...theirs],
    );
    this.#settle(supplied);
    for (const { into } of theirs) {
      kernels.add(mine.at, into.at, mine.at, mine.length);
      memory.free(into);
    }
    return mine;
  }

  /** x - a and y - b, opened in one message. */
  async #openedDifferences(
    [x, a]: readonly [Column, Column],
    [y, b]: readonly [Column, Column],
    supplied: Messages,
  ): Promise<readonly [Column, Column]> {
    const { memory, kernels, session } = this;
    const [d, e] = [memory.column(x.length), memory.column(y.length)];
    kernels.sub(x.at, a.at, d.at, x.length);
    kernels.sub(y.at, b.at, e.at, y.length);
    const others = this.#others;
    const theirs = others.flatMap((from) => [
      { from, into: memory.column(x.length) },
      { from, into: memory.column(y.length) },
    ]);
    await session.exchange(
      [
        ...supplied.outgoing,
        ...others.flatMap((to) => [
          { to, from: d },
          { to, from: e },
        ]),
      ],
      [...supplied.incoming, ...theirs],
    );
    this.#settle(supplied);
    for (const [at, { into }] of theirs.entries()) {
      const sum = at % 2 === 0 ? d : e;
      kernels.add(sum.at, into.at, sum.at, sum.length);
      memory.free(into);
    }
    return [d, e];
  }

  /** Opens bits in place. */
  async #openXor(mine: Place, supplied: Messages): Promise<void> {
    const { memory, kernels, session } = this;
    const others = this.#others;
    const theirs = others.map((from) => ({ from, into: memory.allocate(mine.bytes) }));
    await session.exchange(
      [...supplied.outgoing, ...others.map((to) => ({ to, from: mine }))],
      [...supplied.incoming, ...theirs],
    );
    this.#settle(supplied);
    for (const { into } of theirs) {
      kernels.xor(mine.at, into.at, mine.at, mine.bytes);
      memory.free(into);
    }
  }

  /**
   * x = c - r with c = x + r opened and the bits of r shared: c + 1 in the open, and NOT r. Undefined at the provider.
   */
  async #publicAndMask(
    x: Shared,
    width: number,
  ): Promise<{ readonly bits: SharedBits; readonly open: Planes } | undefined> {
    const { memory, kernels } = this;
    const { length } = x;
    const { held, ...supplied } = this.#supply.bitsOfMasks(length, width);
    const { r, bits } = held;
    if (this.#isProvider) {
      await this.#follow(supplied);
      memory.free(r, bits);
      return undefined;
    }
    kernels.add(r.at, x.parts[0]!.at, r.at, length);
    const c = await this.#openedSum(r, supplied);
    kernels.addEach(c.at, 1n, c.at, length);
    const open = allocatePlanes(memory, length, width);
    memory.bytes(open).fill(0);
    kernels.toPlanes(c.at, length, open.at, width, open.stride, memory.scratch);
    memory.free(c);
    using mask = SharedBits.of(memory, length, [bits]);
    return { bits: this.not(mask), open };
  }

  /** The provider takes the same steps with nothing in its hands. */
  async #followBits(length: number, width: number, isSign: boolean): Promise<SharedBits> {
    using both = SharedBits.none(length, width);
    if (width === 1) return SharedBits.none(length, 1);
    using low = SharedBits.none(length, width - 1);
    return isSign ? await foldCarries(this, low, low) : await sumByCarries(this, low, both);
  }
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
