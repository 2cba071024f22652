// A link over a TLS socket that was upgraded to WebSocket.

import type { Duplex } from "node:stream";
import { Arrivals, frameBytesAtMost, type Link } from "@unseen/mpc";
import { readFrameHeader, writeFrameHeader } from "./web-socket.ts";

/** The longest header of a frame: RFC 6455, section 5.2. */
const headerAtMost = 14;

/**
 * Writes under way at once. With more, Node copies what waits into one buffer before it is encrypted, and the reader gets
 * nothing to decrypt meanwhile: three times as long for 8 MB (between two processes, November 2026).
 */
const writesAtOnce = 2;

/** A record of TLS (RFC 8446, section 5.1): below this, copying frames together costs less than writing them alone. */
const shortBytes = 16_384;

const closing = Uint8Array.of(0x88, 0x80, 0, 0, 0, 0);

export class SocketLink implements Link {
  readonly #socket: Duplex;
  readonly #isDialer: boolean;
  readonly #arrivals = new Arrivals();
  #waiting: Uint8Array[] = [];
  #waitingAt = 0;
  #writing = 0;
  #isEnding = false;
  /** A header that arrives in pieces. */
  readonly #header = new Uint8Array(headerAtMost);
  #headerFilled = 0;
  /** A frame that arrives in pieces, and how long it will be. Made when the first such frame comes. */
  #frame: Uint8Array | undefined;
  #filled = 0;
  #length: number | undefined;

  /** @param head What came behind the upgrade. */
  constructor(socket: Duplex, { isDialer, head }: { readonly isDialer: boolean; readonly head: Buffer }) {
    this.#socket = socket;
    this.#isDialer = isDialer;
    socket.on("data", (bytes: Buffer) => this.#read(plain(bytes)));
    for (const event of ["error", "end", "close"]) socket.on(event, () => this.#arrivals.lost());
    if (head.length > 0) this.#read(plain(head));
  }

  send(block: Uint8Array<ArrayBuffer>): void {
    const begin = writeFrameHeader(block, this.#isDialer);
    this.#waiting.push(block.subarray(begin));
    this.#write();
  }

  #write(): void {
    while (this.#writing < writesAtOnce && this.#waitingAt < this.#waiting.length) {
      this.#writing += 1;
      this.#socket.write(this.#nextPiece(), () => {
        this.#writing -= 1;
        this.#write();
      });
    }
    if (this.#waitingAt < this.#waiting.length) return;
    this.#waiting = [];
    this.#waitingAt = 0;
    if (this.#isEnding && this.#writing === 0) this.#socket.end(this.#closingFrame());
  }

  /** The next frame, and with a short one those behind it: each write is a record of TLS and a call to the system. */
  #nextPiece(): Uint8Array {
    const begin = this.#waitingAt;
    let bytes = 0;
    do {
      bytes += this.#waiting[this.#waitingAt]!.length;
      this.#waitingAt += 1;
    } while (
      this.#waitingAt < this.#waiting.length &&
      bytes + this.#waiting[this.#waitingAt]!.length <= shortBytes
    );
    if (this.#waitingAt === begin + 1) return this.#waiting[begin]!;
    return Buffer.concat(this.#waiting.slice(begin, this.#waitingAt), bytes);
  }

  #closingFrame(): Uint8Array {
    return this.#isDialer ? closing : Uint8Array.of(0x88, 0);
  }

  #read(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length)
      at = this.#length === undefined ? this.#readHeader(bytes, at) : this.#fill(bytes, at);
  }

  /** Reads on from `at` where a frame begins or its header goes on. Gives how far it came. */
  #readHeader(bytes: Uint8Array, at: number): number {
    const before = this.#headerFilled;
    const piece = bytes.subarray(at, at + headerAtMost - before);
    if (before > 0) this.#header.set(piece, before);
    const seen = before > 0 ? this.#header.subarray(0, before + piece.length) : piece;
    const start = readFrameHeader(seen, !this.#isDialer);
    if (start.kind === "closing" || start.kind === "malformed") return this.#giveUp(start.kind, bytes);
    if (start.kind === "incomplete") {
      if (before === 0) this.#header.set(piece);
      this.#headerFilled = seen.length;
      return bytes.length;
    }
    if (start.length > frameBytesAtMost) return this.#giveUp("too-large", bytes);
    this.#headerFilled = 0;
    const begin = at + start.header - before;
    const end = begin + start.length;
    if (end > bytes.length) {
      this.#length = start.length;
      this.#filled = 0;
      return begin;
    }
    // A frame that is whole in what came is given as it lies there.
    this.#arrivals.arrived(bytes.subarray(begin, end));
    return end;
  }

  #fill(bytes: Uint8Array, at: number): number {
    const length = this.#length!;
    const piece = bytes.subarray(at, at + length - this.#filled);
    this.#frame ??= new Uint8Array(frameBytesAtMost);
    this.#frame.set(piece, this.#filled);
    this.#filled += piece.length;
    if (this.#filled === length) {
      this.#length = undefined;
      this.#arrivals.arrived(this.#frame.subarray(0, length));
    }
    return at + piece.length;
  }

  #giveUp(why: "closing" | "malformed" | "too-large", { length }: Uint8Array): number {
    this.#arrivals.lost(why === "closing" ? undefined : why);
    this.#socket.destroy();
    return length;
  }

  listen(listener: Parameters<Link["listen"]>[0]): void {
    this.#arrivals.listen(listener);
  }

  hold(): void {
    this.#arrivals.hold();
  }

  end(): void {
    this.#isEnding = true;
    this.#arrivals.mute();
    this.#write();
  }

  cut(): void {
    this.#arrivals.mute();
    this.#socket.destroy();
  }
}

function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
