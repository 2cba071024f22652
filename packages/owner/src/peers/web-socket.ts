// WebSocket (RFC 6455) as two parties under Node speak it: binary frames of whole messages, never in fragments, with a masking
// key of zero from the dialer. Masks keep scripts in a browser from writing what a proxy on the way takes for HTTP; here no
// script writes, and TLS is around it. So a frame costs its header and nothing else: `ws` took 1.4 times the processor time
// for the same frames (`npm run bench -- channel`, November 2026).

import { createHash } from "node:crypto";
import { linkRoom } from "@unseen/mpc";

/** RFC 6455, section 1.3. */
const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What the two sides call this way of speaking in the upgrade. */
export const subprotocol = "unseen.parties.1";

/** Said by parties under Node alone: frames are as described above. Others, such as browsers, are answered by `ws`. */
export const plainFrames = "unseen.plain-frames.1";

export function acceptOf(key: string): string {
  return createHash("sha1")
    .update(key + acceptSuffix)
    .digest("base64");
}

const binary = 0x82;
const masked = 0x80;

/** Writes a frame's header into the room in front of it. Gives where the frame with its header begins. */
export function writeFrameHeader(block: Uint8Array, isDialer: boolean): number {
  const length = block.length - linkRoom;
  const lengthBytes = length < 126 ? 0 : length < 0x10000 ? 2 : 8;
  const begin = linkRoom - 2 - lengthBytes - (isDialer ? 4 : 0);
  const mask = isDialer ? masked : 0;
  block[begin] = binary;
  const view = new DataView(block.buffer, block.byteOffset + begin + 2, linkRoom - begin - 2);
  if (lengthBytes === 0) block[begin + 1] = mask | length;
  else if (lengthBytes === 2) {
    block[begin + 1] = mask | 126;
    view.setUint16(0, length);
  } else {
    block[begin + 1] = mask | 127;
    view.setBigUint64(0, BigInt(length));
  }
  if (isDialer) view.setUint32(lengthBytes, 0);
  return begin;
}

export type FrameStart =
  | { readonly kind: "frame"; readonly header: number; readonly length: number }
  | { readonly kind: "incomplete" }
  | { readonly kind: "closing" }
  | { readonly kind: "malformed" };

/** Reads the header of a frame from the first bytes of it. `fromDialer`: whether it must be masked. Never throws. */
export function readFrameHeader(bytes: Uint8Array, fromDialer: boolean): FrameStart {
  if (bytes.length < 2) return { kind: "incomplete" };
  if (bytes[0] === 0x88) return { kind: "closing" };
  if (bytes[0] !== binary || (bytes[1]! & masked) !== (fromDialer ? masked : 0)) return { kind: "malformed" };
  const short = bytes[1]! & 0x7f;
  const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
  const header = 2 + lengthBytes + (fromDialer ? 4 : 0);
  if (bytes.length < header) return { kind: "incomplete" };
  const view = new DataView(bytes.buffer, bytes.byteOffset + 2, header - 2);
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? view.getUint16(0) : Number(view.getBigUint64(0));
  if (fromDialer && view.getUint32(lengthBytes) !== 0) return { kind: "malformed" };
  return { kind: "frame", header, length };
}
