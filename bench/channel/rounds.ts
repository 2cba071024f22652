// What each party of `channel.bench.ts` does.

import { once } from "node:events";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { WebSocket, WebSocketServer } from "ws";
import { Secret } from "../../packages/base/src/index.ts";
import { identityFrom } from "../../packages/crypto/src/index.ts";
import type { LaunchedParty } from "../../packages/owner/src/peers/launch-for-tests.ts";
import { dialerTls, hostTls } from "../../packages/owner/src/peers/peer-tls.ts";

type Argument = { readonly bytes: number };
const warmUps = 5;
const rounds = 20;
const roundTrips = 1_000;
const frameBytes = 256 * 1_024;

/** One step: sends, and resolves when as much came back. */
type Exchange = (message: Uint8Array) => Promise<void>;

export async function eachOther({ me, channels }: LaunchedParty, { bytes }: Argument) {
  const channel = channels[1 - me]!;
  return measure(me, bytes, async (message) => {
    channel.send(message);
    await channel.receive(message.length);
  });
}

export async function circle({ me, count, channels }: LaunchedParty, { bytes }: Argument) {
  const to = channels[(me + 1) % count]!;
  const from = channels[(me + count - 1) % count]!;
  return measure(me, bytes, async (message) => {
    to.send(message);
    await from.receive(message.length);
  });
}

/** The same over a TLS socket without anything else: the port goes through the channel. */
export async function bareTls(party: LaunchedParty, argument: Argument) {
  const both = await bareSocket(party, 1 - party.me, party.me === 0);
  const measured = await measure(party.me, argument.bytes, bareExchange(both, both));
  await allDone(party);
  both.destroy();
  return measured;
}

/** The same over the WebSockets of `ws`, in frames as long as a channel's, with nothing packed and a masking key of zero. */
export async function ws(party: LaunchedParty, argument: Argument) {
  const { me, channels } = party;
  const identity = identityFrom(Secret.of<Uint8Array>(new Uint8Array(32).fill(me + 1)));
  const plain = { perMessageDeflate: false, maxPayload: 2 ** 30 } as const;
  let socket: WebSocket;
  if (me === 0) {
    const server = createHttpsServer(hostTls(identity));
    const sockets = new WebSocketServer({ server, ...plain });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    channels[1]!.send(Buffer.from(String((server.address() as AddressInfo).port)));
    [socket] = (await once(sockets, "connection")) as [WebSocket];
  } else {
    const port = Buffer.from(await channels[0]!.receive(8)).toString();
    const generateMask = (mask: Buffer) => void mask.fill(0);
    const url = `wss://127.0.0.1:${port}`;
    socket = new WebSocket(url, { ...dialerTls(identity), ...plain, generateMask });
    await once(socket, "open");
  }
  // What is to come, in the order it was asked for, and what came before it was.
  let missing = 0;
  let whole = new Uint8Array();
  let done: (() => void) | undefined;
  const early: Buffer[] = [];
  const take = (piece: Buffer) => {
    whole.set(piece, whole.length - missing);
    missing -= piece.length;
    if (missing === 0) done?.();
  };
  socket.on("message", (piece: Buffer) => {
    if (missing === 0) early.push(piece);
    else take(piece);
  });
  const measured = await measure(me, argument.bytes, async (message) => {
    // A channel copies what is sent, gives bytes that belong to the reader, and cuts long messages into frames.
    const copy = new Uint8Array(message);
    for (let at = 0; at < copy.length; at += frameBytes) socket.send(copy.subarray(at, at + frameBytes));
    whole = new Uint8Array(message.length);
    missing = message.length;
    const came = new Promise<void>((resolve) => {
      done = resolve;
    });
    while (early.length > 0 && missing > 0) take(early.shift()!);
    await came;
  });
  await allDone(party);
  socket.terminate();
  return measured;
}

export async function bareCircle(party: LaunchedParty, argument: Argument) {
  const { me, count } = party;
  const [next, before] = [(me + 1) % count, (me + count - 1) % count];
  const [to, from] = await Promise.all([bareSocket(party, next, true), bareSocket(party, before, false)]);
  const measured = await measure(me, argument.bytes, bareExchange(to, from));
  await allDone(party);
  to.destroy();
  from.destroy();
  return measured;
}

/** A socket that is destroyed loses what it has not sent. */
async function allDone({ channels }: LaunchedParty): Promise<void> {
  for (const channel of channels) channel?.send(Uint8Array.of(1));
  await Promise.all(channels.map((channel) => channel?.receive(1)));
}

async function bareSocket({ me, channels }: LaunchedParty, them: number, hosts: boolean): Promise<TLSSocket> {
  const identity = identityFrom(Secret.of<Uint8Array>(new Uint8Array(32).fill(me + 1)));
  if (!hosts) {
    const port = Number(Buffer.from(await channels[them]!.receive(8)).toString());
    const socket = connect({ ...dialerTls(identity), host: "127.0.0.1", port });
    await once(socket, "secureConnect");
    return socket.setNoDelay(true);
  }
  const server = createServer(hostTls(identity));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  channels[them]!.send(Buffer.from(String((server.address() as AddressInfo).port)));
  const [socket] = (await once(server, "secureConnection")) as [TLSSocket];
  server.close();
  return socket.setNoDelay(true);
}

/** Four bytes of length, and the message copied once on each side, as a channel must. */
function bareExchange(to: TLSSocket, from: TLSSocket): Exchange {
  /** Messages that came before anybody waited for them. */
  let early = 0;
  let done: (() => void) | undefined;
  let whole: Uint8Array | undefined;
  let filled = 0;
  from.on("data", (bytes: Buffer) => {
    let at = 0;
    while (at < bytes.length) {
      if (whole === undefined) {
        whole = new Uint8Array(bytes.readUInt32BE(at));
        filled = 0;
        at += 4;
      }
      const piece = bytes.subarray(at, at + whole.length - filled);
      whole.set(piece, filled);
      filled += piece.length;
      at += piece.length;
      if (filled === whole.length) {
        whole = undefined;
        if (done === undefined) early += 1;
        done?.();
        done = undefined;
      }
    }
  });
  return (message) => {
    const framed = Buffer.allocUnsafe(4 + message.length);
    framed.writeUInt32BE(message.length);
    framed.set(message, 4);
    to.write(framed);
    return new Promise((resolve) => {
      if (early === 0) done = resolve;
      else {
        early -= 1;
        resolve();
      }
    });
  };
}

async function measure(me: number, bytes: number, exchange: Exchange) {
  const message = new Uint8Array(bytes).fill(me);
  for (let round = 0; round < warmUps; round += 1) await exchange(message);
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) times.push(await timed(() => exchange(message)));
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1_000 / rounds;
  const short = new Uint8Array(1_024);
  const trips: number[] = [];
  for (let trip = 0; trip < roundTrips; trip += 1) trips.push(await timed(() => exchange(short)));
  return { roundMs: median(times), roundTripUs: median(trips) * 1_000, cpuMs };
}

async function timed(run: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}
