// Where other parties come in: the upgrade to WebSocket at one path of an HTTPS server, an owner's node or one of its own.

import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Identity } from "@unseen/crypto";
import { Door, frameBytesAtMost } from "@unseen/mpc";
import { WebSocketServer } from "ws";
import { BrowserLink } from "./browser-link.ts";
import { nodeTimers } from "./node-timers.ts";
import { hostTls, shownOn } from "./peer-tls.ts";
import { SocketLink } from "./socket-link.ts";
import { acceptOf, plainFrames, subprotocol } from "./web-socket.ts";

export const peersPath = "/peers";

export type PeerDoor = {
  readonly door: Door;
  /** Takes nobody in any more and cuts whoever is inside. */
  close(): void;
};

/**
 * Takes parties in at `peersPath` of a server that speaks HTTPS. Where the server asks for certificates (`hostTls`), parties
 * under Node are bound to TLS by the keys they show; elsewhere, and in browsers, their frames are sealed.
 * @param allowedOrigins web pages that may be a party, as "https://app.example"; "*" stands for all. The handshake says who
 * a page is, so this keeps nobody out that is not let in by it anyway; it spares the owner their knocking.
 */
export function attachPeers(server: Server, allowedOrigins: readonly string[] = ["*"]): PeerDoor {
  const door = new Door(nodeTimers);
  const inside = new Set<Duplex>();
  const forBrowsers = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: frameBytesAtMost,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (request.url !== peersPath) {
      // Node leaves a socket to whoever listens for upgrades; if that is we alone, nobody else ends it.
      if (server.listenerCount("upgrade") === 1) turnAway(socket, "404 Not Found");
      return;
    }
    inside.add(socket);
    socket.once("close", () => inside.delete(socket));
    const { origin } = request.headers;
    const offered = request.headers["sec-websocket-protocol"]?.split(/\s*,\s*/) ?? [];
    const mayEnter = origin === undefined || allowedOrigins.includes("*") || allowedOrigins.includes(origin);
    if (!mayEnter) return turnAway(socket, "403 Forbidden");
    if (socket instanceof TLSSocket) socket.setNoDelay(true);
    if (offered.includes(plainFrames)) return enter(request, socket, head);
    forBrowsers.handleUpgrade(request, socket, head, (webSocket) => {
      void door.admit({ link: new BrowserLink(webSocket), shown: undefined });
    });
  };
  const enter = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { upgrade, "sec-websocket-key": key, "sec-websocket-version": version } = request.headers;
    if (upgrade?.toLowerCase() !== "websocket" || version !== "13" || !/^[\w+/]{22}==$/.test(key ?? ""))
      return turnAway(socket, "400 Bad Request");
    socket.write(
      [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${acceptOf(key!)}`,
        `Sec-WebSocket-Protocol: ${plainFrames}`,
        "",
        "",
      ].join("\r\n"),
    );
    const shown = socket instanceof TLSSocket ? shownOn(socket) : undefined;
    void door.admit({ link: new SocketLink(socket, { isDialer: false, head }), shown });
  };
  server.on("upgrade", onUpgrade);
  return {
    door,
    close() {
      server.off("upgrade", onUpgrade);
      for (const socket of inside) socket.destroy();
    },
  };
}

function turnAway(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

export type PeerListener = PeerDoor & {
  /** Where others dial: wss://host:port/peers. */
  readonly url: string;
};

/** A server for parties alone, with TLS of the identity's own. @param port 0: any free one. */
export function listenForPeers(
  identity: Identity,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<PeerListener> {
  const server = createServer(hostTls(identity), (_request, response) => response.writeHead(404).end());
  const { door, close } = attachPeers(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const { address, port: chosen, family } = server.address() as AddressInfo;
      const name = family === "IPv6" ? `[${address}]` : address;
      const url = `wss://${name}:${chosen}${peersPath}`;
      const closeAll = () => {
        close();
        server.close();
        server.closeAllConnections();
      };
      resolve({ door, url, close: closeAll });
    });
  });
}
