// A link to a party under Node, over the WebSocket that a browser brings. The browser checks the server's certificate; who
// is at the other end, the handshake shows.

import { err, ok } from "@unseen/base";
import { Arrivals, type Dial, frameBytesAtMost, type Link, linkRoom } from "@unseen/mpc";

/** What the door of a party calls this way of speaking. */
const subprotocol = "unseen.parties.1";

export function dialerTo(url: string): Dial {
  return (withinMs) =>
    new Promise((resolve) => {
      const socket = new WebSocket(url, subprotocol);
      socket.binaryType = "arraybuffer";
      const late = setTimeout(() => socket.close(), withinMs);
      const link = linkOver(socket);
      socket.addEventListener("open", () => {
        clearTimeout(late);
        resolve(ok(link));
      });
      socket.addEventListener("close", () => {
        clearTimeout(late);
        resolve(err("unreachable"));
      });
    });
}

function linkOver(socket: WebSocket): Link {
  const arrivals = new Arrivals();
  socket.addEventListener("message", ({ data }) => {
    // The browser has put a message together before it tells its length: a party that sends long ones is not asked again.
    if (!(data instanceof ArrayBuffer)) arrivals.lost("malformed");
    else if (data.byteLength > frameBytesAtMost) arrivals.lost("too-large");
    else arrivals.arrived(new Uint8Array(data));
  });
  socket.addEventListener("close", () => arrivals.lost());
  return {
    send(block) {
      if (socket.readyState === WebSocket.OPEN) socket.send(block.subarray(linkRoom));
    },
    listen: (listener) => arrivals.listen(listener),
    hold: () => arrivals.hold(),
    end() {
      arrivals.mute();
      socket.close();
    },
    cut() {
      arrivals.mute();
      socket.close();
    },
  };
}
