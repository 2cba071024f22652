// Dialing another party: TLS first, then a look at whose key it showed, and only then the upgrade to WebSocket.

import { randomBytes } from "node:crypto";
import { type IncomingMessage, request } from "node:http";
import { connect, type TLSSocket } from "node:tls";
import { err, ok, type Result } from "@unseen/base";
import type { Fingerprint, Identity } from "@unseen/crypto";
import type { Dial, Link } from "@unseen/mpc";
import { dialerTls, shownOn } from "./peer-tls.ts";
import { SocketLink } from "./socket-link.ts";
import { acceptOf, plainFrames } from "./web-socket.ts";

/**
 * How the other side's TLS is believed. "identity": it shows the key of its identity. "authorities": it shows a certificate for
 * its name, of those authorities (PEM) or of the ones Node knows; who it is, the handshake shows, and frames are sealed.
 */
export type Believed =
  | { readonly by: "identity" }
  | { readonly by: "authorities"; readonly authorities?: string };

export function dialerTo(url: URL, expected: Fingerprint, identity: Identity, believed: Believed): Dial {
  const tls =
    believed.by === "identity"
      ? dialerTls(identity)
      : { minVersion: "TLSv1.3" as const, ...(believed.authorities && { ca: believed.authorities }) };
  return async (withinMs) => {
    const socket = await openTls(url, tls, withinMs);
    if (socket === undefined) return err("unreachable");
    if (believed.by === "identity" && shownOn(socket) !== expected) {
      socket.destroy();
      return err("identity");
    }
    return upgrade(url, socket, withinMs);
  };
}

function openTls(url: URL, options: object, withinMs: number): Promise<TLSSocket | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({ ...options, host, port: Number(url.port || 443), servername: serverName(host) });
    const give = (given: TLSSocket | undefined) => {
      socket.setTimeout(0);
      if (given === undefined) socket.destroy();
      resolve(given);
    };
    socket.setTimeout(withinMs, () => give(undefined));
    // For as long as the socket lives: an error that nobody hears would end the process.
    socket.on("error", () => give(undefined));
    socket.once("secureConnect", () => give(socket));
  });
}

/** An address is no name that a certificate could be chosen by. */
function serverName(host: string): string {
  return /^[\d.]+$|:/.test(host) ? "" : host;
}

function upgrade(url: URL, socket: TLSSocket, withinMs: number): Promise<Result<Link, "unreachable">> {
  const key = randomBytes(16).toString("base64");
  return new Promise((resolve) => {
    const asking = request({
      createConnection: () => socket,
      host: url.hostname,
      path: url.pathname,
      headers: {
        host: url.host,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": key,
        "sec-websocket-protocol": plainFrames,
      },
    });
    const give = (result: Result<Link, "unreachable">) => {
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    asking.setTimeout(withinMs, () => give(err("unreachable")));
    asking.on("error", () => give(err("unreachable")));
    asking.on("response", () => give(err("unreachable")));
    asking.on("upgrade", ({ headers }: IncomingMessage, upgraded: TLSSocket, head: Buffer) => {
      const isTheirs =
        headers["sec-websocket-accept"] === acceptOf(key) &&
        headers["sec-websocket-protocol"] === plainFrames;
      if (!isTheirs) return give(err("unreachable"));
      upgraded.setTimeout(0);
      upgraded.setNoDelay(true);
      give(ok(new SocketLink(upgraded, { isDialer: true, head })));
    });
    asking.end();
  });
}
