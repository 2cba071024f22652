// A protocol that does everything but compute: what the parties would send is added up, nothing is sent, and every number
// is zero. Running a program on it is how its price is known before anything secret is touched, by the very code
// that will run it, rounds that are merged included.

import type { Column, MatmulSizes, RingMemory } from "@unseen/compute";
import type { PartyIndex } from "../session/channel.ts";
import { type NextTurn, Session } from "../session/session.ts";
import { type FixedMatrix, fixedSide } from "./fixed-matrix.ts";
import { LinearShares } from "./linear-shares.ts";
import { addedUnchecked, type Price, type Unchecked } from "./price.ts";
import type { Protocol, ProtocolPrices } from "./protocol.ts";
import { allocatePlanes, Shared, SharedBits } from "./shared.ts";

export class DryProtocol extends LinearShares implements Protocol {
  readonly name: string;
  readonly session: Session;
  readonly prices: ProtocolPrices;
  protected readonly parts = 1;
  readonly #sent: number[];
  #owed: Unchecked | undefined;

  constructor(
    of: { readonly name: string; readonly prices: ProtocolPrices; readonly parties: number },
    memory: RingMemory,
    nextTurn: NextTurn,
  ) {
    super(memory);
    this.name = of.name;
    this.prices = of.prices;
    this.session = new Session({
      me: 0,
      channels: Array.from({ length: of.parties }, () => undefined),
      memory,
      nextTurn,
    });
    this.#sent = Array.from({ length: of.parties }, () => 0);
  }

  /** What everything so far would have cost. */
  get spent(): Price {
    return { rounds: this.session.traffic.rounds, bytes: [...this.#sent] };
  }

  protected holdsPublic(): boolean {
    return true;
  }

  share(from: PartyIndex, length: number): Promise<Shared> {
    return this.#numbers(length, this.prices.share(from, length));
  }

  async openToEveryone(x: Shared): Promise<Column> {
    await this.#payForOpening(this.prices.openToEveryone(x.length));
    return this.memory.zeros(x.length);
  }

  async openTo(recipient: PartyIndex, x: Shared): Promise<Column | undefined> {
    await this.#payForOpening(this.prices.openTo(recipient, x.length));
    return recipient === this.session.me ? this.memory.zeros(x.length) : undefined;
  }

  override async fix(x: Shared): Promise<FixedMatrix> {
    await this.#pay(this.prices.fix(x.length));
    return await super.fix(x);
  }

  multiply(x: Shared): Promise<Shared> {
    return this.#numbers(x.length, this.prices.multiply(x.length));
  }

  matmul(x: Shared, y: Shared, sizes: MatmulSizes): Promise<Shared> {
    return this.#numbers(sizes.m * sizes.n, this.prices.matmul(sizes, fixedSide(x, y)));
  }

  multiplyTruncate(x: Shared): Promise<Shared> {
    return this.#numbers(x.length, this.prices.multiplyTruncate(x.length));
  }

  matmulTruncate(x: Shared, y: Shared, sizes: MatmulSizes): Promise<Shared> {
    return this.#numbers(sizes.m * sizes.n, this.prices.matmulTruncate(sizes, fixedSide(x, y)));
  }

  truncate(x: Shared): Promise<Shared> {
    return this.#numbers(x.length, this.prices.truncate(x.length));
  }

  shareBits(from: PartyIndex, length: number, width: number): Promise<SharedBits> {
    return this.#bits(length, width, this.prices.shareBits(from, length, width));
  }

  and(x: SharedBits, y: SharedBits): Promise<SharedBits> {
    const width = Math.max(x.width, y.width);
    return this.#bits(x.length, width, this.prices.and(x.length, width));
  }

  toBits(x: Shared, width: number): Promise<SharedBits> {
    return this.#bits(x.length, width, this.prices.toBits(x.length, width));
  }

  sign(x: Shared, width: number): Promise<SharedBits> {
    return this.#bits(x.length, 1, this.prices.sign(x.length, width));
  }

  fromBit(bit: SharedBits): Promise<Shared> {
    return this.#numbers(bit.length, this.prices.fromBit(bit.length));
  }

  keepWhere(bit: SharedBits): Promise<Shared> {
    return this.#numbers(bit.length, this.prices.keepWhere(bit.length));
  }

  fromBits(bits: SharedBits): Promise<Shared> {
    return this.#numbers(bits.length, this.prices.fromBits(bits.length, bits.width));
  }

  async openBits(x: SharedBits): Promise<Column> {
    await this.#payForOpening(this.prices.openBits(x.length, x.width));
    return this.memory.zeros(x.length);
  }

  async #numbers(length: number, price: Price): Promise<Shared> {
    await this.#pay(price);
    return new Shared(this.memory, [this.memory.zeros(length)]);
  }

  async #bits(length: number, width: number, price: Price): Promise<SharedBits> {
    await this.#pay(price);
    const planes = allocatePlanes(this.memory, length, width);
    this.memory.bytes(planes).fill(0);
    return SharedBits.of(this.memory, length, [planes]);
  }

  override async settle(): Promise<void> {
    const check = this.prices.check(this.#owed);
    this.#owed = undefined;
    await this.#pay(check);
  }

  async #payForOpening(price: Price): Promise<void> {
    await this.settle();
    await this.#pay(price);
  }

  async #pay({ rounds, bytes, owes }: Price): Promise<void> {
    if (owes !== undefined) this.#owed = this.#owed === undefined ? owes : addedUnchecked(this.#owed, owes);
    for (const [party, sent] of bytes.entries()) this.#sent[party]! += sent;
    for (let round = 0; round < rounds; round++) await this.session.exchange([], []);
  }
}
