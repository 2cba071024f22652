// The sending half of a channel: frames that are made, kept until the other side has done with them, and sent again over a
// new link if the old one broke. Never more than a window of them is under way, so that a slow reader fills neither the
// network nor its own memory.

import { headerBytes, payloadAtMost, writeHeader } from "./frame.ts";
import type { FrameSeal } from "./frame-seal.ts";
import { type Link, linkRoom } from "./link.ts";

/** What a frame counts as in a window: its payload, and what keeping it costs beside. Both sides count alike. */
export const costOf = (payload: number): number => payload + 64;

/**
 * How much may be under way to a reader that does not read. A round of a large computation is some 8 MB a party; a reader
 * that is busy for a moment then does not stop the sender.
 */
export const windowCost = 16 * 2 ** 20;

/** Blocks that are kept for the next frames, so that sending does not ask the system for memory: one window of them. */
const sparesAtMost = windowCost / payloadAtMost;

export class Outbox {
  readonly #seal: FrameSeal;
  /** Frames from counter `#first` on, in order. Those before counter `#unsent` have been sent over the present link. */
  #kept: Uint8Array<ArrayBuffer>[] = [];
  #costs: number[] = [];
  #first = 0;
  #unsent = 0;
  #underWay = 0;
  #waiting = 0;
  #spare: Uint8Array<ArrayBuffer>[] = [];

  constructor(seal: FrameSeal) {
    this.#seal = seal;
  }

  /** The bytes that are kept, sent or not. */
  get waiting(): number {
    return this.#waiting;
  }

  get isEmpty(): boolean {
    return this.#first === this.#next;
  }

  get #next(): number {
    return this.#first + this.#kept.length;
  }

  /** Copies a message into frames. Returns before they are sent. */
  addMessage(message: Uint8Array): void {
    let at = 0;
    do {
      const payload = message.subarray(at, at + payloadAtMost);
      this.#add("data", message.length - at, payload);
      at += payload.length;
    } while (at < message.length);
  }

  addEnd(reason: Uint8Array): void {
    this.#add("end", reason.length, reason);
  }

  #add(kind: "data" | "end", amount: number, payload: Uint8Array): void {
    const length = linkRoom + headerBytes + payload.length + this.#seal.overhead;
    const spare = payload.length === payloadAtMost ? this.#spare.pop() : undefined;
    const block = spare ?? new Uint8Array(length);
    const counter = this.#next;
    writeHeader(block, linkRoom, { kind, counter, amount });
    block.set(payload, linkRoom + headerBytes);
    this.#seal.seal("data", counter, block.subarray(linkRoom));
    this.#kept.push(block);
    this.#costs.push(costOf(payload.length));
    this.#waiting += costOf(payload.length);
  }

  /** Sends as much as the window allows. */
  pump(link: Link): void {
    while (this.#unsent < this.#next) {
      const cost = this.#costs[this.#unsent - this.#first]!;
      if (this.#underWay + cost > windowCost) return;
      this.#underWay += cost;
      link.send(this.#kept[this.#unsent - this.#first]!);
      this.#unsent += 1;
    }
  }

  /** The other side has done with all frames before `counter`. False if it cannot have. */
  taken(counter: number): boolean {
    if (counter > this.#unsent) return false;
    const count = counter - this.#first;
    if (count <= 0) return true;
    for (const cost of this.#costs.splice(0, count)) {
      this.#waiting -= cost;
      this.#underWay -= cost;
    }
    for (const block of this.#kept.splice(0, count)) {
      const isFull = block.length === linkRoom + headerBytes + payloadAtMost + this.#seal.overhead;
      if (isFull && this.#spare.length < sparesAtMost) this.#spare.push(block);
    }
    this.#first = counter;
    return true;
  }

  /** Over a new link, sending begins anew at `counter`, which the other side misses. False if it is not kept or never was. */
  startAgainAt(counter: number): boolean {
    if (counter < this.#first || counter > this.#next) return false;
    this.#unsent = counter;
    this.#underWay = this.#costs.slice(0, counter - this.#first).reduce((sum, cost) => sum + cost, 0);
    return true;
  }

  /** Forgets everything: the channel is of no more use. */
  clear(): void {
    this.#first = this.#next;
    this.#unsent = this.#first;
    this.#kept = [];
    this.#costs = [];
    this.#spare = [];
    this.#waiting = 0;
    this.#underWay = 0;
  }
}
