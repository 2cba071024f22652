// Three parties, at most one of them curious and none colluding: replicated secret sharing over Z_2^64.
//
// A number is x = x_0 + x_1 + x_2, and party i holds (x_i, x_{i+1}), so any two know it and one alone holds two uniform
// numbers. Araki, Furukawa, Lindell, Nof and Ohara 2016 (CCS), section 2; Mohassel and Rindal 2018 (ABY3, CCS), section 4.
// Semi-honest: a party that sends something else than the protocol says can make results wrong without being noticed,
// and can be told nothing more by it than it holds, as long as results are not opened to it.

import { invariant } from "@unseen/base";
import { addMatmul, type Column, type MatmulSizes } from "@unseen/compute";
import { LinearShares } from "../protocol/linear-shares.ts";
import type { Price } from "../protocol/price.ts";
import { Shared, type SharedBits } from "../protocol/shared.ts";
import type { ShufflingProtocol } from "../protocol/shuffling.ts";
import type { PartyIndex } from "../session/channel.ts";
import { chachaStream, type StreamMaker } from "../session/seed-stream.ts";
import type { Session } from "../session/session.ts";
import { keepWhere } from "./keep-where.ts";
import * as bits from "./replicated-bits.ts";
import { ReplicatedMasks } from "./replicated-masks.ts";
import { replicatedPrices } from "./replicated-prices.ts";
import { shareSummands } from "./replicated-share.ts";
import * as shuffle from "./replicated-shuffle.ts";
import * as truncation from "./replicated-truncation.ts";

export type ReplicatedSeeds = { readonly withPrevious: Uint8Array; readonly withNext: Uint8Array };

export class Replicated extends LinearShares implements ShufflingProtocol {
  readonly name = "replicated";
  readonly session: Session;
  readonly prices = replicatedPrices;
  readonly masks: ReplicatedMasks;
  protected readonly parts = 2;

  constructor(session: Session, seeds: ReplicatedSeeds, streamOf: StreamMaker = chachaStream) {
    super(session.memory);
    invariant(session.parties === 3, "replicated shares are of three parties");
    this.session = session;
    this.masks = new ReplicatedMasks(session.memory, seeds, streamOf);
  }

  /** Summand 0 carries what is public. */
  protected holdsPublic(part: number): boolean {
    return this.session.after(part) === 0;
  }

  share(from: PartyIndex, length: number, values: Column | undefined): Promise<Shared> {
    return shareSummands(this, from, length, values);
  }

  /** Each party lacks the summand that the party before has first. */
  async openToEveryone(x: Shared): Promise<Column> {
    const { session, memory } = this;
    const missing = memory.column(x.length);
    await session.exchange(
      [{ to: session.after(1), from: x.parts[0]! }],
      [{ from: session.after(-1), into: missing }],
    );
    return this.#whole(x, missing);
  }

  async openTo(recipient: PartyIndex, x: Shared): Promise<Column | undefined> {
    const { session, memory } = this;
    if (session.me === recipient) {
      const missing = memory.column(x.length);
      await session.exchange([], [{ from: session.after(-1), into: missing }]);
      return this.#whole(x, missing);
    }
    const isSender = session.after(1) === recipient;
    await session.exchange(isSender ? [{ to: recipient, from: x.parts[0]! }] : [], []);
    return undefined;
  }

  async multiply(x: Shared, y: Shared): Promise<Shared> {
    return this.reshared(this.productPart(x, y));
  }

  async matmul(x: Shared, y: Shared, sizes: MatmulSizes): Promise<Shared> {
    return this.reshared(this.matmulPart(x, y, sizes));
  }

  async multiplyTruncate(x: Shared, y: Shared, places: number): Promise<Shared> {
    return truncation.truncateSummands(this, this.productPart(x, y), places);
  }

  async matmulTruncate(x: Shared, y: Shared, sizes: MatmulSizes, places: number): Promise<Shared> {
    return truncation.truncateSummands(this, this.matmulPart(x, y, sizes), places);
  }

  async truncate(x: Shared, places: number): Promise<Shared> {
    return truncation.truncateSummands(this, this.summand(x), places);
  }

  /** This party's summand of x y, masked so that it is uniform by itself. */
  productPart(x: Shared, y: Shared): Column {
    invariant(x.length === y.length, "columns that are multiplied are of one length");
    const out = this.masks.zeroSum(x.length);
    const [[a, u], [b, v]] = [x.parts, y.parts] as const;
    this.kernels.addReplicatedProduct(a!.at, u!.at, b!.at, v!.at, out.at, x.length);
    return out;
  }

  /** The same for a product of matrices, at the cost of its result: x (y + v) + u y. */
  matmulPart(x: Shared, y: Shared, sizes: MatmulSizes): Column {
    const { m, k, n } = sizes;
    invariant(x.length === m * k && y.length === k * n, "matrices that are multiplied fit");
    const { memory, kernels } = this;
    const out = this.masks.zeroSum(m * n);
    const sum = memory.column(k * n);
    kernels.add(y.parts[0]!.at, y.parts[1]!.at, sum.at, k * n);
    addMatmul(memory, x.parts[0]!, sum, out, sizes);
    addMatmul(memory, x.parts[1]!, y.parts[0]!, out, sizes);
    memory.free(sum);
    return out;
  }

  /** A column that is this party's summand of x alone, uniform by itself. */
  summand(x: Shared): Column {
    const out = this.masks.zeroSum(x.length);
    this.kernels.add(out.at, x.parts[0]!.at, out.at, x.length);
    return out;
  }

  /** Summands of one party each become replicated: each goes to the party before. Takes the column over. */
  async reshared(mine: Column): Promise<Shared> {
    const { session, memory } = this;
    const next = memory.column(mine.length);
    await session.exchange([{ to: session.after(-1), from: mine }], [{ from: session.after(1), into: next }]);
    return new Shared(memory, [mine, next]);
  }

  shareBits(
    from: PartyIndex,
    length: number,
    width: number,
    values: Column | undefined,
  ): Promise<SharedBits> {
    return bits.shareBits(this, from, length, width, values);
  }

  and(x: SharedBits, y: SharedBits): Promise<SharedBits> {
    return bits.and(this, x, y);
  }

  toBits(x: Shared, width: number): Promise<SharedBits> {
    return bits.toBits(this, x, width);
  }

  sign(x: Shared, width: number): Promise<SharedBits> {
    return bits.sign(this, x, width);
  }

  fromBit(bit: SharedBits): Promise<Shared> {
    return bits.fromBits(this, bit);
  }

  keepWhere(bit: SharedBits, x: Shared): Promise<Shared> {
    return keepWhere(this, bit, x);
  }

  fromBits(planes: SharedBits): Promise<Shared> {
    return bits.fromBits(this, planes);
  }

  openBits(x: SharedBits): Promise<Column> {
    return bits.openBits(this, x);
  }

  shuffleRows(x: Shared, run: number): Promise<Shared> {
    return shuffle.shuffleRows(this, x, run);
  }

  shuffleRowsPrice(length: number): Price {
    return shuffle.shuffleRowsPrice(length);
  }

  #whole(x: Shared, missing: Column): Column {
    for (const part of x.parts) this.kernels.add(missing.at, part.at, missing.at, x.length);
    return missing;
  }
}
