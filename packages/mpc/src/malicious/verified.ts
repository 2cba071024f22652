// Three parties of whom one may cheat: replicated secret sharing over Z_2^64 where everybody proves what it sent.
//
// Numbers are shared as in `replicated.ts`. A party that sends something else than the protocol says is found out before
// anything is opened, but for a chance of at most 2^-46 (`check.ts`), and then the computation is over: nothing is opened and
// nothing more is sent. It can so stop a computation, and learns nothing. No two parties may work together.
//
// Every step that needs others is made of two: products (of numbers, of matrices, of bits), which a check goes through, and
// openings, where two parties hold what the third is told: one sends it, the other a tag. What a party shares as its own
// input needs no check: whatever it sends are shares of something.

import { invariant } from "@unseen/base";
import type { Column, MatmulSizes, Place } from "@unseen/compute";
import { keepByNumber } from "../protocol/keep-by-number.ts";
import { LinearShares } from "../protocol/linear-shares.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { allocatePlanes, type Shared, type SharedBits } from "../protocol/shared.ts";
import type { ReplicatedSeeds } from "../replicated/replicated.ts";
import { shareBits } from "../replicated/replicated-bits.ts";
import { ReplicatedMasks } from "../replicated/replicated-masks.ts";
import { shareSummands } from "../replicated/replicated-share.ts";
import type { PartyIndex } from "../session/channel.ts";
import { chachaStream, type StreamMaker } from "../session/seed-stream.ts";
import type { Session } from "../session/session.ts";
import { Cheated } from "./cheated.ts";
import { check } from "./check.ts";
import type { CheckedParty } from "./checked-party.ts";
import { type PurposeStreams, purposeStreams } from "./purpose-streams.ts";
import { Statements } from "./statements.ts";
import { isSame, tagBytes, tagOf } from "./tag.ts";
import * as bits from "./verified-bits.ts";
import { verifiedPrices } from "./verified-prices.ts";
import { matmul, multiply } from "./verified-products.ts";
import { truncate } from "./verified-truncation.ts";

export class Verified extends LinearShares implements Protocol, CheckedParty {
  readonly name = "verified";
  readonly session: Session;
  readonly prices = verifiedPrices;
  readonly masks: ReplicatedMasks;
  readonly streams: PurposeStreams;
  readonly statements = new Statements();
  protected readonly parts = 2;
  #checking: Promise<void> | undefined;

  constructor(session: Session, seeds: ReplicatedSeeds, streamOf: StreamMaker = chachaStream) {
    super(session.memory);
    invariant(session.parties === 3, "replicated shares are of three parties");
    this.session = session;
    const { streams, ofMasks } = purposeStreams(session.memory, seeds, streamOf);
    this.streams = streams;
    this.masks = new ReplicatedMasks(session.memory, ofMasks, streamOf);
  }

  /** Summand 0 carries what is public. */
  protected holdsPublic(part: number): boolean {
    return this.session.after(part) === 0;
  }

  share(from: PartyIndex, length: number, values: Column | undefined): Promise<Shared> {
    return shareSummands(this, from, length, values);
  }

  shareBits(
    from: PartyIndex,
    length: number,
    width: number,
    values: Column | undefined,
  ): Promise<SharedBits> {
    return shareBits(this, from, length, width, values);
  }

  multiply(x: Shared, y: Shared): Promise<Shared> {
    return multiply(this, x, y);
  }

  matmul(x: Shared, y: Shared, sizes: MatmulSizes): Promise<Shared> {
    return matmul(this, x, y, sizes);
  }

  async multiplyTruncate(x: Shared, y: Shared, places: number): Promise<Shared> {
    using product = await this.multiply(x, y);
    return await this.truncate(product, places);
  }

  async matmulTruncate(x: Shared, y: Shared, sizes: MatmulSizes, places: number): Promise<Shared> {
    using product = await this.matmul(x, y, sizes);
    return await this.truncate(product, places);
  }

  truncate(x: Shared, places: number): Promise<Shared> {
    return truncate(this, x, places);
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

  keepWhere(bit: SharedBits, x: Shared): Promise<Shared> {
    return keepByNumber(this, bit, x);
  }

  fromBit(bit: SharedBits): Promise<Shared> {
    return bits.fromBits(this, bit);
  }

  fromBits(planes: SharedBits): Promise<Shared> {
    return bits.fromBits(this, planes);
  }

  async openToEveryone(x: Shared): Promise<Column> {
    await this.settle();
    const missing = this.memory.column(x.length);
    await this.#tell([0, 1, 2], x.parts[0]!, x.parts[1]!, missing);
    return this.#whole(x, missing);
  }

  async openTo(recipient: PartyIndex, x: Shared): Promise<Column | undefined> {
    await this.settle();
    const missing = this.memory.column(x.length);
    await this.#tell([recipient], x.parts[0]!, x.parts[1]!, missing);
    if (this.session.me === recipient) return this.#whole(x, missing);
    this.memory.free(missing);
    return undefined;
  }

  async openBits(x: SharedBits): Promise<Column> {
    await this.settle();
    const [first, second] = [bits.planesTogether(this, x, 0), bits.planesTogether(this, x, 1)];
    const missing = allocatePlanes(this.memory, x.length, x.width);
    await this.#tell([0, 1, 2], first, second, missing);
    return bits.wordsOfPlanes(this, [first, second], missing, x.length);
  }

  override async settle(): Promise<void> {
    // A check that is under way does not go through what was computed since it began.
    while (this.#checking !== undefined) await this.#checking;
    if (this.statements.isEmpty) return;
    this.#checking = this.#failing(check(this, this.statements.take())).finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
  }

  /** Whether what the one party told is what the other vouches for. */
  protected agree(told: Place, vouched: Place): boolean {
    return isSame(this.memory, told, vouched);
  }

  /** Each recipient is sent the missing summand by the party before it, and a tag of it by the party after it. */
  async #tell(recipients: readonly PartyIndex[], first: Place, second: Place, missing: Place): Promise<void> {
    const { session, memory, streams } = this;
    const [before, after] = [session.after(-1), session.after(1)];
    const isTold = recipients.includes(session.me);
    const tag = recipients.includes(before) ? tagOf(memory, streams.tags.mine, second) : undefined;
    const vouched = memory.allocate(tagBytes);
    await session.exchange(
      [
        ...(recipients.includes(after) ? [{ to: after, from: first }] : []),
        ...(tag === undefined ? [] : [{ to: before, from: tag }]),
      ],
      isTold
        ? [
            { from: before, into: missing },
            { from: after, into: vouched },
          ]
        : [],
    );
    if (tag !== undefined) memory.free(tag);
    if (isTold) {
      const told = tagOf(memory, streams.tags.next, missing);
      if (!this.agree(told, vouched))
        await this.#failing(Promise.reject(new Cheated("an opening", [before, after])));
      memory.free(told);
    }
    memory.free(vouched);
  }

  /** Whoever finds somebody out leaves at once, so that the others cannot go on either. */
  async #failing(step: Promise<void>): Promise<void> {
    try {
      await step;
    } catch (why) {
      this.session.fail(why);
      throw why;
    }
  }

  #whole(x: Shared, missing: Column): Column {
    for (const part of x.parts) this.kernels.add(missing.at, part.at, missing.at, x.length);
    return missing;
  }
}
