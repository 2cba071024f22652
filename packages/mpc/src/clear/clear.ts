// The plain twin: every party knows everything. Slow, obvious, and the oracle of all protocols. Never for secrets.

import { invariant } from "@unseen/base";
import type { Column, MatmulSizes } from "@unseen/compute";
import { keepByNumber } from "../protocol/keep-by-number.ts";
import { LinearShares } from "../protocol/linear-shares.ts";
import { free, type Price } from "../protocol/price.ts";
import type { ProtocolPrices } from "../protocol/protocol.ts";
import { allocatePlanes, Shared, SharedBits } from "../protocol/shared.ts";
import type { ShufflingProtocol } from "../protocol/shuffling.ts";
import type { PartyIndex } from "../session/channel.ts";
import type { Session } from "../session/session.ts";

export class Clear extends LinearShares implements ShufflingProtocol {
  readonly name = "clear";
  readonly session: Session;
  readonly prices: ProtocolPrices;
  protected readonly parts = 1;

  constructor(session: Session) {
    super(session.memory);
    this.session = session;
    this.prices = clearPrices(session.parties);
  }

  protected holdsPublic(): boolean {
    return true;
  }

  async share(from: PartyIndex, length: number, values: Column | undefined): Promise<Shared> {
    const { session, memory } = this;
    if (session.me !== from) {
      const column = memory.column(length);
      await session.exchange([], [{ from, into: column }]);
      return new Shared(memory, [column]);
    }
    invariant(values?.length === length, "the party that shares brings the numbers");
    await session.exchange(
      others(session).map((to) => ({ to, from: values })),
      [],
    );
    return new Shared(memory, [memory.copy(values)]);
  }

  async openToEveryone(x: Shared): Promise<Column> {
    await this.session.exchange([], []);
    return this.memory.copy(x.parts[0]!);
  }

  async openTo(recipient: PartyIndex, x: Shared): Promise<Column | undefined> {
    await this.session.exchange([], []);
    return this.session.me === recipient ? this.memory.copy(x.parts[0]!) : undefined;
  }

  async multiply(x: Shared, y: Shared): Promise<Shared> {
    await this.session.exchange([], []);
    return this.#of(this.#words(x).map((word, at) => word * this.#words(y)[at]!));
  }

  async matmul(x: Shared, y: Shared, { m, k, n }: MatmulSizes): Promise<Shared> {
    await this.session.exchange([], []);
    const [a, b] = [this.#words(x), this.#words(y)];
    const out = new BigUint64Array(m * n);
    for (let row = 0; row < m; row++)
      for (let column = 0; column < n; column++)
        for (let at = 0; at < k; at++) out[row * n + column]! += a[row * k + at]! * b[at * n + column]!;
    return this.#of(out);
  }

  async multiplyTruncate(x: Shared, y: Shared, bits: number): Promise<Shared> {
    using product = await this.multiply(x, y);
    return await this.truncate(product, bits);
  }

  async matmulTruncate(x: Shared, y: Shared, sizes: MatmulSizes, bits: number): Promise<Shared> {
    using product = await this.matmul(x, y, sizes);
    return await this.truncate(product, bits);
  }

  async truncate(x: Shared, bits: number): Promise<Shared> {
    await this.session.exchange([], []);
    return this.#of(
      this.#words(x).map((word) => BigInt.asUintN(64, BigInt.asIntN(64, word) >> BigInt(bits))),
    );
  }

  async shareBits(
    from: PartyIndex,
    length: number,
    width: number,
    values: Column | undefined,
  ): Promise<SharedBits> {
    using shared = await this.share(from, length, values);
    return this.#bitsOf(this.#words(shared), width);
  }

  async and(x: SharedBits, y: SharedBits): Promise<SharedBits> {
    await this.session.exchange([], []);
    const width = Math.max(x.width, y.width);
    const out = allocatePlanes(this.memory, x.length, width);
    for (let plane = 0; plane < width; plane++) {
      const [a, b] = [x, y].map((bits) => bits.parts[0]!.at[bits.width === 1 ? 0 : plane]);
      this.kernels.and(a!, b!, out.at + plane * out.stride, out.stride);
    }
    return SharedBits.of(this.memory, x.length, [out]);
  }

  async toBits(x: Shared, width: number): Promise<SharedBits> {
    await this.session.exchange([], []);
    return this.#bitsOf(this.#words(x), width);
  }

  async sign(x: Shared, width: number): Promise<SharedBits> {
    await this.session.exchange([], []);
    return this.#bitsOf(
      this.#words(x).map((word) => (word >> BigInt(width - 1)) & 1n),
      1,
    );
  }

  keepWhere(bit: SharedBits, x: Shared): Promise<Shared> {
    return keepByNumber(this, bit, x);
  }

  fromBit(bit: SharedBits): Promise<Shared> {
    return this.fromBits(bit);
  }

  async fromBits(bits: SharedBits): Promise<Shared> {
    await this.session.exchange([], []);
    return new Shared(this.memory, [this.#wordsOfBits(bits)]);
  }

  async openBits(x: SharedBits): Promise<Column> {
    await this.session.exchange([], []);
    return this.#wordsOfBits(x);
  }

  /** An order like any other: the last row first. */
  async shuffleRows(x: Shared, run: number): Promise<Shared> {
    await this.session.exchange([], []);
    const rows = x.length / run;
    return this.gather(
      x,
      Uint32Array.from({ length: x.length }, (_, at) => (rows - 1 - Math.floor(at / run)) * run + (at % run)),
    );
  }

  shuffleRowsPrice(length: number): Price {
    return this.prices.openToEveryone(length);
  }

  #wordsOfBits(bits: SharedBits): Column {
    const words = new BigUint64Array(bits.length);
    for (let plane = 0; plane < bits.width; plane++) {
      const bytes = this.memory.bytes({ at: bits.parts[0]!.at[plane]!, bytes: bits.stride });
      for (let at = 0; at < bits.length; at++)
        words[at]! |= BigInt((bytes[at >> 3]! >> (at & 7)) & 1) << BigInt(plane);
    }
    return this.memory.columnOf(words);
  }

  #bitsOf(words: BigUint64Array, width: number): SharedBits {
    const planes = allocatePlanes(this.memory, words.length, width);
    for (let plane = 0; plane < width; plane++) {
      const bytes = this.memory.bytes({ at: planes.at + plane * planes.stride, bytes: planes.stride });
      bytes.fill(0);
      for (const [at, word] of words.entries())
        bytes[at >> 3]! |= Number((word >> BigInt(plane)) & 1n) << (at & 7);
    }
    return SharedBits.of(this.memory, words.length, [planes]);
  }

  #words(x: Shared): BigUint64Array {
    return this.memory.words(x.parts[0]!);
  }

  #of(words: BigUint64Array): Shared {
    return new Shared(this.memory, [this.memory.columnOf(words)]);
  }
}

function others(session: Session): readonly PartyIndex[] {
  return Array.from({ length: session.parties }, (_, party) => party).filter((party) => party !== session.me);
}

/** Only sharing sends; a step still is a round, so that parties stay in step. */
function clearPrices(parties: number): ProtocolPrices {
  const nothing: Price = { rounds: 1, bytes: Array.from({ length: parties }, () => 0) };
  const shared = (from: PartyIndex, length: number): Price => ({
    rounds: 1,
    bytes: nothing.bytes.map((_, party) => (party === from ? 8 * length * (parties - 1) : 0)),
  });
  const twice: Price = { ...nothing, rounds: 2 };
  return {
    share: shared,
    openToEveryone: () => nothing,
    openTo: () => nothing,
    multiply: () => nothing,
    matmul: () => nothing,
    fix: () => free,
    multiplyTruncate: () => twice,
    matmulTruncate: () => twice,
    truncate: () => nothing,
    shareBits: shared,
    and: () => nothing,
    toBits: () => nothing,
    sign: () => nothing,
    fromBit: () => nothing,
    keepWhere: () => twice,
    fromBits: () => nothing,
    openBits: () => nothing,
    check: () => free,
  };
}
