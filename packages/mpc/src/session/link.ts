// What carries a channel's frames for a while: a socket, a port, memory. A link may break; the channel then goes on over
// another. A link keeps order and the borders of frames, and nothing else is asked of it.

/** Bytes in front of every block that are the link's own, for a header of its own: WebSocket's has 14 at most (RFC 6455, 5.2). */
export const linkRoom = 16;

export interface Link {
  /**
   * Sends the frame that stands in `block` behind `linkRoom` bytes, which the link may overwrite. Returns at once. The
   * block is not changed before the other side has told that it took the frame.
   */
  send(block: Uint8Array<ArrayBuffer>): void;
  /** From now on `listener` is told what arrives, first of all what arrived while nobody listened. */
  listen(listener: LinkListener): void;
  /** From now on what arrives is kept until somebody listens. */
  hold(): void;
  /** Ends the link after what was sent. */
  end(): void;
  /** Ends the link at once. */
  cut(): void;
}

export type LinkFault = "malformed" | "too-large";

export interface LinkListener {
  /** A whole frame, and no `Buffer` of Node's: its `slice` copies nothing. Its bytes are the link's again once this returns. */
  arrived(frame: Uint8Array): void;
  /**
   * The link is of no more use; told once, and not after `cut`. With a fault if the other side broke the link's rules:
   * then another link would be of no use either.
   */
  lost(fault?: LinkFault): void;
}

/** Bytes that a link holds for a listener that is still to come: a handshake and a first frame, with room to spare. */
const heldAtMost = 1 << 20;

/** The listener of a link, and what arrives before there is one. */
export class Arrivals implements LinkListener {
  #listener: LinkListener | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isLost = false;
  #fault: LinkFault | undefined;

  listen(listener: LinkListener): void {
    this.#listener = listener;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    // A listener may hand over to another while it is told; the rest then goes to that one.
    for (const frame of held) this.arrived(frame);
    if (this.#isLost) this.#listener?.lost(this.#fault);
  }

  hold(): void {
    this.#listener = undefined;
  }

  /** Tells nobody from now on. */
  mute(): void {
    this.#listener = { arrived: () => {}, lost: () => {} };
    this.#held = [];
  }

  arrived(frame: Uint8Array): void {
    if (this.#listener !== undefined) {
      this.#listener.arrived(frame);
      return;
    }
    this.#heldBytes += frame.length;
    if (this.#heldBytes <= heldAtMost) this.#held.push(new Uint8Array(frame));
    else this.lost("too-large");
  }

  lost(fault?: LinkFault): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#fault = fault;
    this.#listener?.lost(fault);
  }
}

/** Puts `frame` behind the link's room. */
export function blockOf(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(linkRoom + frame.length);
  block.set(frame, linkRoom);
  return block;
}
