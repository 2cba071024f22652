// The host's end of a link to a tab of a browser, by `ws`: a browser masks what it sends, and may send it in fragments.

import { Arrivals, type Link, linkRoom } from "@unseen/mpc";
import type { WebSocket } from "ws";

export class BrowserLink implements Link {
  readonly #socket: WebSocket;
  readonly #arrivals = new Arrivals();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => {
      if (isBinary && Buffer.isBuffer(data))
        this.#arrivals.arrived(new Uint8Array(data.buffer, data.byteOffset, data.length));
      else this.#arrivals.lost("malformed");
    });
    socket.on("error", (error: Error & { code?: string }) => {
      const isLong = error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
      this.#arrivals.lost(isLong ? "too-large" : undefined);
    });
    socket.on("close", () => this.#arrivals.lost());
  }

  send(block: Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(block.subarray(linkRoom));
  }

  listen(listener: Parameters<Link["listen"]>[0]): void {
    this.#arrivals.listen(listener);
  }

  hold(): void {
    this.#arrivals.hold();
  }

  end(): void {
    this.#arrivals.mute();
    this.#socket.close();
  }

  cut(): void {
    this.#arrivals.mute();
    this.#socket.terminate();
  }
}
