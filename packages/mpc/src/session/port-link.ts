// A link over a MessagePort: worker threads in Node, workers in a browser. Both ends are one process and one owner, so
// nothing is sealed, and a port does not break: it has no second link.

import { Arrivals, type Link, linkRoom } from "./link.ts";

/** What Node's and the browser's ports have in common. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(
    type: "message" | "close" | "messageerror",
    listener: (event: { readonly data?: unknown }) => void,
  ): void;
  start?(): void;
  close(): void;
}

export function portLink(port: Port): Link {
  const arrivals = new Arrivals();
  port.addEventListener("message", ({ data }) => {
    if (data instanceof Uint8Array) arrivals.arrived(data);
    else if (data === ended) {
      arrivals.lost();
      port.close();
    }
  });
  // Browsers do not tell that the other end went away; a deadline does.
  port.addEventListener("close", () => arrivals.lost());
  port.addEventListener("messageerror", () => arrivals.lost());
  port.start?.();
  return {
    // What is posted is copied whole, buffer and all, so a part of a longer buffer is cut out first.
    send: (block) => port.postMessage(block.slice(linkRoom)),
    listen: (listener) => arrivals.listen(listener),
    hold: () => arrivals.hold(),
    end: () => port.postMessage(ended),
    cut() {
      arrivals.mute();
      port.postMessage(ended);
    },
  };
}

const ended = "ended";
