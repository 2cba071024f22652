// What stands between the bytes of a frame and the network. Over TLS between the two identities themselves, and inside one
// process, nothing has to. Where TLS ends at a server's certificate, or in a browser, which cannot show who it is to TLS,
// frames are sealed under the keys of the handshake: whoever ends the TLS in between reads and changes nothing.

import { Secret } from "@unseen/base";
import { type Aead, tagBytes } from "@unseen/crypto";
import { headerBytes } from "./frame.ts";

/** Frames that are sent again as they were count in one lane, what is said once in the other. */
export type Lane = "data" | "control";

export interface FrameSeal {
  /** Bytes that sealing needs behind the payload. */
  readonly overhead: number;
  /** Seals a frame of header, payload and `overhead` bytes in place. A lane never sees one counter twice. */
  seal(lane: Lane, counter: number, frame: Uint8Array): void;
  /** The payload, or undefined if a bit of the frame is not as it was sealed. Never throws. */
  open(lane: Lane, counter: number, frame: Uint8Array): Uint8Array | undefined;
}

export const noSeal: FrameSeal = {
  overhead: 0,
  seal: () => {},
  open: (_lane, _counter, frame) => frame.subarray(headerBytes),
};

/** The keys of one direction, one for each lane: a counter is a nonce under each of them. */
export type LaneKeys = Readonly<Record<Lane, Secret<Uint8Array>>>;

export function aeadSeal(aead: Aead, sending: LaneKeys, receiving: LaneKeys): FrameSeal {
  return {
    overhead: tagBytes,
    seal(lane, counter, frame) {
      const header = frame.subarray(0, headerBytes);
      const plain = frame.subarray(headerBytes, frame.length - tagBytes);
      frame.set(aead.seal(Secret.reveal(sending[lane]), counter, header, plain), headerBytes);
    },
    open(lane, counter, frame) {
      const header = frame.subarray(0, headerBytes);
      return aead.open(Secret.reveal(receiving[lane]), counter, header, frame.subarray(headerBytes));
    },
  };
}
