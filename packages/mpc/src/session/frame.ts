// How a channel's messages lie on a link. A message is cut into frames of `payloadAtMost` bytes and a rest. Each begins
// with 16 bytes:
//
//   kind          1
//   zero          1
//   counter       6   big-endian; data and end count together, the other kinds by themselves, each from 0 without gaps
//   amount        8   big-endian
//
// `amount` is, by kind. data: how many bytes of the message are still to come, with this frame. end: the length of the
// reason that follows. taken: how many data and end frames the reader has done with. again: the counter of the first
// data frame that the sender misses. abort: the length of the reason that follows.

export const headerBytes = 16;

/**
 * Long enough that a frame's own cost vanishes, and short enough that one is sealed, sent and read while others are under
 * way. Of 64 KiB to 1 MiB no length was faster over TLS between two processes by more than the noise (November 2026).
 */
export const payloadAtMost = 256 * 1024;

/** No frame is longer: header, payload and what sealing adds (RFC 8439, section 2.8). */
export const frameBytesAtMost = headerBytes + payloadAtMost + 16;

export type FrameKind = "data" | "end" | "taken" | "again" | "abort";
const kinds: readonly FrameKind[] = ["data", "end", "taken", "again", "abort"];

export type FrameHeader = { readonly kind: FrameKind; readonly counter: number; readonly amount: number };

export function writeHeader(into: Uint8Array, at: number, { kind, counter, amount }: FrameHeader): void {
  const view = new DataView(into.buffer, into.byteOffset + at, headerBytes);
  view.setUint8(0, kinds.indexOf(kind) + 1);
  view.setUint8(1, 0);
  view.setUint16(2, Math.floor(counter / 2 ** 32));
  view.setUint32(4, counter >>> 0);
  view.setUint32(8, Math.floor(amount / 2 ** 32));
  view.setUint32(12, amount >>> 0);
}

/** The header of a frame, or undefined if there is none. Never throws. */
export function readHeader(frame: Uint8Array): FrameHeader | undefined {
  if (frame.length < headerBytes) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, headerBytes);
  const kind = kinds[view.getUint8(0) - 1];
  const amount = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
  if (kind === undefined || view.getUint8(1) !== 0 || !Number.isSafeInteger(amount)) return undefined;
  return { kind, counter: view.getUint16(2) * 2 ** 32 + view.getUint32(4), amount };
}

/** A reason is one sentence of printable ASCII, at most this many bytes: nothing in it that a terminal would obey. */
const reasonBytes = 200;

export function encodeReason(why: string): Uint8Array {
  const printable = why.slice(0, reasonBytes).replace(/[^ -~]/g, "?");
  return Uint8Array.from(printable, (one) => one.charCodeAt(0));
}

/** A reason as another party wrote it. Never throws. */
export function decodeReason(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, reasonBytes)).replace(/[^ -~]/g, "?");
}
