// The receiving half of a channel: puts frames together to messages, in order, and never holds more than a window of what
// nobody asked for yet.

import type { ChannelFailure } from "./channel.ts";
import { type FrameHeader, payloadAtMost } from "./frame.ts";
import { costOf, windowCost } from "./outbox.ts";

type Fault = { readonly kind: ChannelFailure["kind"]; readonly rule: string };

type Arriving = {
  readonly length: number;
  /** The whole message, once its reader has said how long it may be, or if it is shorter than a window. */
  whole: Uint8Array<ArrayBuffer> | undefined;
  /** Pieces of a message that has no whole yet. */
  pieces: Uint8Array<ArrayBuffer>[];
  filled: number;
  frames: number;
  cost: number;
  /** The message behind it: a list, because a long array is slow to take the first from. */
  next: Arriving | undefined;
};

type Reader = {
  readonly lengthAtMost: number;
  /** Where a message of just this length goes. */
  readonly into: Uint8Array<ArrayBuffer> | undefined;
  readonly hand: (message: Uint8Array<ArrayBuffer>) => void;
};

export class Inbox {
  /** The counter of the next frame. */
  next = 0;
  /** All frames before this one were asked for and put into messages. */
  done = 0;
  /** What those frames count as in the sender's window. */
  doneCost = 0;
  #first: Arriving | undefined;
  #last: Arriving | undefined;
  #reader: Reader | undefined;
  /** Cost of frames in messages that nobody asked for yet. */
  #unread = 0;

  /** Hands the next message to `hand`, now or later. One reader at a time. A fault if it is longer than the reader takes. */
  read(reader: Reader): Fault | undefined {
    this.#reader = reader;
    return this.#first === undefined ? undefined : this.#begin(this.#first);
  }

  /** Takes the next data frame, whose counter is as expected. A fault if it is not what must come here. */
  take({ amount }: FrameHeader, payload: Uint8Array): Fault | undefined {
    this.next += 1;
    const begun = this.isInside ? this.#last : undefined;
    const remaining = begun === undefined ? amount : begun.length - begun.filled;
    if (amount !== remaining || payload.length !== Math.min(remaining, payloadAtMost))
      return { kind: "malformed", rule: "a frame does not fit into its message" };
    const message = begun ?? this.#start(amount);
    const isAskedFor = this.#reader !== undefined && this.#first === message;
    if (begun === undefined && isAskedFor) {
      const fault = this.#checkLength(message);
      if (fault !== undefined) return fault;
    }
    message.frames += 1;
    if (isAskedFor) {
      this.done += 1;
      this.doneCost += costOf(payload.length);
    } else {
      message.cost += costOf(payload.length);
      this.#unread += costOf(payload.length);
      if (this.#unread > windowCost)
        return { kind: "too-large", rule: "more is sent than the window allows" };
    }
    if (message.whole !== undefined) message.whole.set(payload, message.filled);
    else message.pieces.push(new Uint8Array(payload));
    message.filled += payload.length;
    if (isAskedFor) this.#handIfWhole(message);
    return undefined;
  }

  #start(length: number): Arriving {
    // A length that is only announced makes no memory: what fits the window may come anyway, the rest waits to be asked for.
    const isAskedFor = this.#reader !== undefined && this.#first === undefined;
    const mayBegin = isAskedFor ? length <= this.#reader!.lengthAtMost : length <= windowCost;
    const whole = mayBegin ? this.#wholeOf(length, isAskedFor) : undefined;
    const message: Arriving = { length, whole, pieces: [], filled: 0, frames: 0, cost: 0, next: undefined };
    if (this.#last === undefined) this.#first = message;
    else this.#last.next = message;
    this.#last = message;
    return message;
  }

  #begin(message: Arriving): Fault | undefined {
    const fault = this.#checkLength(message);
    if (fault !== undefined) return fault;
    const come = message.whole === undefined ? message.pieces : [message.whole.subarray(0, message.filled)];
    const isPlaced = this.#reader!.into?.length === message.length;
    if (message.whole === undefined || isPlaced) {
      message.whole = this.#wholeOf(message.length, true);
      let at = 0;
      for (const piece of come) {
        message.whole.set(piece, at);
        at += piece.length;
      }
      message.pieces = [];
    }
    this.done += message.frames;
    this.doneCost += message.cost;
    this.#unread -= message.cost;
    message.cost = 0;
    this.#handIfWhole(message);
    return undefined;
  }

  #wholeOf(length: number, isAskedFor: boolean): Uint8Array<ArrayBuffer> {
    const into = isAskedFor ? this.#reader!.into : undefined;
    return into?.length === length ? into : new Uint8Array(length);
  }

  #checkLength({ length }: Arriving): Fault | undefined {
    if (length <= this.#reader!.lengthAtMost) return undefined;
    return { kind: "too-large", rule: "a message is longer than the protocol allows here" };
  }

  #handIfWhole(message: Arriving): void {
    if (message.filled < message.length) return;
    const { hand } = this.#reader!;
    this.#reader = undefined;
    this.#first = message.next;
    if (this.#first === undefined) this.#last = undefined;
    hand(message.whole!);
  }

  /** Whether a message has begun and is not whole. */
  get isInside(): boolean {
    return this.#last !== undefined && this.#last.filled < this.#last.length;
  }

  clear(): void {
    this.#first = undefined;
    this.#last = undefined;
    this.#reader = undefined;
    this.#unread = 0;
  }
}
