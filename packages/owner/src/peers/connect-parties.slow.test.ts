import { randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { fileURLToPath } from "node:url";
import { platformEntropy, Secret } from "@unseen/base";
import { type Identity, identityFrom, portableAead } from "@unseen/crypto";
import type { Deadlines, Peers } from "@unseen/mpc";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import {
  channelContract,
  failureOf,
  patterned,
} from "../../../mpc/src/session/channel-contract-for-tests.ts";
import { certificateOf, shownBy } from "./identity-certificate.ts";
import { attachPeers, connectParties, listenForPeers, nativeAead, type Party } from "./index.ts";

const entropy = platformEntropy(globalThis.crypto);
const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url)), "utf8");
const who = (number: number): Identity =>
  identityFrom(Secret.of<Uint8Array>(new Uint8Array(32).fill(number + 1)));
const computationHash = new Uint8Array(32).fill(7);
const quick: Deadlines = { joinMs: 3_000, silenceMs: 10_000, resumeMs: 2_000 };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Setup = {
  readonly count?: number;
  readonly deadlines?: Partial<Deadlines>;
  /** Between the parties' sockets and their listeners. */
  readonly through?: (port: number) => Promise<number>;
  /** What a party is told, if it differs. */
  readonly told?: (me: number, parties: readonly Party[]) => Partial<Parameters<typeof connectParties>[0]>;
};

/** Parties with a listener each, in this process. */
async function parties({ count = 2, deadlines = {}, through, told }: Setup = {}) {
  const listeners = await Promise.all(
    Array.from({ length: count }, (_, me) => listenForPeers(who(me), { host: "127.0.0.1", port: 0 })),
  );
  for (const { close } of listeners) closing.push(close);
  const list: Party[] = [];
  for (const [me, { url }] of listeners.entries()) {
    const at = new URL(url);
    if (through !== undefined) at.port = String(await through(Number(at.port)));
    list.push({ fingerprint: who(me).fingerprint, url: at.href });
  }
  const computationId = new Uint8Array(randomBytes(32));
  return Promise.all(
    listeners.map((door, me) =>
      connectParties({
        identity: who(me),
        parties: list,
        me,
        computationId,
        computationHash,
        entropy,
        door,
        deadlines: { ...quick, ...deadlines },
        ...told?.(me, list),
      }),
    ),
  );
}

async function met(setup?: Setup): Promise<readonly Peers[]> {
  const all = await parties(setup);
  return all.map((one) => {
    if (!one.ok) throw one.problem;
    for (const { channel } of one.value.values()) closing.push(() => channel.close());
    return one.value;
  });
}

const pairOf = ([zero, one]: readonly Peers[]) => ({
  zero: zero!.get(1)!.channel,
  one: one!.get(0)!.channel,
  close() {
    zero!.get(1)!.channel.close();
    one!.get(0)!.channel.close();
  },
});

channelContract("WebSocket in mutual TLS", async ({ silenceMs }) =>
  pairOf(await met({ deadlines: { silenceMs } })),
);

/** Party 0 on the listener of an owner's node, whose certificate is for browsers; party 1 dials it by that certificate. */
async function throughNode(silenceMs: number) {
  const node = createServer({
    cert: fixture("localhost-for-tests.pem"),
    key: fixture("localhost-for-tests-key.pem"),
  });
  const door = attachPeers(node);
  await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    door.close();
    node.close();
  });
  const url = `wss://localhost:${(node.address() as AddressInfo).port}/peers`;
  const believed = { by: "authorities", authorities: fixture("localhost-for-tests.pem") } as const;
  const list = [{ fingerprint: who(0).fingerprint, url, believed }, { fingerprint: who(1).fingerprint }];
  const common = { parties: list, computationId: new Uint8Array(randomBytes(32)), computationHash, entropy };
  const deadlines = { ...quick, silenceMs };
  const both = await Promise.all([
    connectParties({ ...common, me: 0, identity: who(0), door, deadlines }),
    connectParties({ ...common, me: 1, identity: who(1), deadlines }),
  ]);
  return both.map((one) => {
    if (!one.ok) throw one.problem;
    return one.value;
  });
}

channelContract("sealed WebSocket at an owner's node", async ({ silenceMs }) =>
  pairOf(await throughNode(silenceMs)),
);

test("three parties meet, and each pair has one seed that no other pair and no other meeting has", async () => {
  const seeds = (all: readonly Peers[]) =>
    all.map((peers) =>
      [...peers].map(([party, { seed }]) => [party, Buffer.from(seed.take("a test")).toString("hex")]),
    );
  const first = seeds(await met({ count: 3 }));
  const [zero, one, two] = first.map((own) => new Map(own as [number, string][]));
  expect(zero!.get(1)).toBe(one!.get(0));
  expect(zero!.get(2)).toBe(two!.get(0));
  expect(one!.get(2)).toBe(two!.get(1));
  expect(new Set(first.flat().map(([, seed]) => seed)).size).toBe(3);
  const again = seeds(await met({ count: 3 }));
  expect(new Set([...first.flat(), ...again.flat()].map(([, seed]) => seed)).size).toBe(6);
});

test("a party whose listener shows another key than agreed is refused before anything is said to it", async () => {
  const outcome = await parties({
    deadlines: { joinMs: 800 },
    told: (me, list) =>
      me === 1 ? { parties: [{ ...list[0]!, fingerprint: who(5).fingerprint }, list[1]!] } : {},
  });
  expect(outcome[1]).toMatchObject({ ok: false, problem: { kind: "identity", party: 0 } });
});

test("a dialer that is somebody else is sent away, and the party that is waited for can still come", async () => {
  const outcome = await parties({
    deadlines: { joinMs: 1_500 },
    told: (me, list) =>
      me === 1
        ? { identity: who(6), parties: [list[0]!, { ...list[1]!, fingerprint: who(6).fingerprint }] }
        : {},
  });
  expect(outcome[0]).toMatchObject({ ok: false, problem: { kind: "deadline", party: 1 } });
  expect(outcome[1]).toMatchObject({ ok: false, problem: { kind: "identity", party: 0 } });
});

test("parties that agreed to different computations do not meet", async () => {
  const outcome = await parties({
    deadlines: { joinMs: 800 },
    told: (me) => (me === 1 ? { computationHash: new Uint8Array(32) } : {}),
  });
  expect(outcome.every((one) => !one.ok && one.problem.kind === "identity")).toBe(true);
});

test("one operator at two places, such as a provider that is a party, is refused before anybody is dialed", async () => {
  const outcome = await parties({
    count: 2,
    told: (_, list) => ({ parties: [list[0]!, list[1]!, list[0]!] }),
  });
  for (const one of outcome)
    expect(one).toMatchObject({ ok: false, problem: { kind: "identity", party: 2 } });
});

test("a party that never comes is named when the time is over", async () => {
  const outcome = await parties({
    count: 3,
    deadlines: { joinMs: 700 },
    told: (me) => (me === 2 ? { computationId: new Uint8Array(32) } : {}),
  });
  expect(outcome[0]).toMatchObject({ ok: false, problem: { party: 2 } });
});

/** A wire that can be cut, and on which bits can be turned over. */
async function wire(target: number) {
  const sockets = new Set<Socket>();
  let flipIn: number | undefined;
  const server: Server = createTcpServer((client) => {
    const host = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [client, host],
      [host, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on("data", (bytes: Buffer) => {
        if (flipIn !== undefined && from === client && bytes.length > flipIn) {
          bytes.writeUInt8(bytes.readUInt8(flipIn) ^ 4, flipIn);
          flipIn = undefined;
        }
        to.write(bytes);
      });
      from.on("close", () => to.destroy());
      from.on("error", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    flip(at: number) {
      flipIn = at;
    },
    shut: () => server.close(),
  };
}

async function overWires(deadlines: Partial<Deadlines> = {}) {
  const wires: Awaited<ReturnType<typeof wire>>[] = [];
  const peers = await met({
    deadlines,
    through: async (port) => {
      const made = await wire(port);
      wires.push(made);
      return made.port;
    },
  });
  return { ...pairOf(peers), wires };
}

test("sockets are cut again and again while messages go both ways: all arrive, each once, in order", async () => {
  const { zero, one, wires } = await overWires({ resumeMs: 20_000 });
  for (let round = 0; round < 40; round += 1) {
    // A few milliseconds later a long message is under way, and a broken connection may be about to come back.
    if (round % 3 === 1)
      setTimeout(() => {
        for (const { cut } of wires) cut();
      }, round / 2);
    const length = round % 7 === 0 ? 3_000_000 : round * 100;
    zero.send(patterned(length, round));
    one.send(patterned(length, round + 1));
    const [there, here] = await Promise.all([one.receive(3_000_000), zero.receive(3_000_000)]);
    expect(Buffer.compare(there, patterned(length, round))).toBe(0);
    expect(Buffer.compare(here, patterned(length, round + 1))).toBe(0);
  }
});

test("a connection that does not come back in time fails with the party named, on both sides", async () => {
  const { zero, one, wires } = await overWires({ resumeMs: 300 });
  const waiting = [failureOf(zero.receive(1)), failureOf(one.receive(1))];
  for (const { cut, shut } of wires) {
    shut();
    cut();
  }
  expect(await waiting[0]).toMatchObject({ kind: "closed", party: 1 });
  expect(await waiting[1]).toMatchObject({ kind: "closed", party: 0 });
});

test("a bit that is turned over on the wire is never given to anybody: TLS notices, and the frame is sent again", async () => {
  const { zero, one, wires } = await overWires();
  for (let round = 0; round < 20; round += 1) {
    for (const { flip } of wires) flip(5 + round * 3);
    one.send(patterned(5_000, round));
    expect(Buffer.compare(await zero.receive(5_000), patterned(5_000, round))).toBe(0);
  }
});

test("without time to come back, a bit that is turned over on the wire fails the channel", async () => {
  const { zero, one, wires } = await overWires({ resumeMs: 0 });
  for (const { flip } of wires) flip(40);
  one.send(patterned(5_000, 1));
  expect(await failureOf(zero.receive(5_000))).toMatchObject({ kind: "closed", party: 1 });
});

test("a certificate shows the key of its identity and nobody else's, and signs itself", () => {
  for (let number = 0; number < 20; number += 1) {
    const identity = who(number * 9);
    const certificate = new X509Certificate(certificateOf(identity).cert);
    expect(shownBy(certificate)).toBe(identity.fingerprint);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.verify(new X509Certificate(certificateOf(who(1)).cert).publicKey)).toBe(
      number * 9 === 1,
    );
  }
  expect(shownBy(new X509Certificate(fixture("localhost-for-tests.pem")))).toBeUndefined();
  expect(shownBy(undefined)).toBeUndefined();
  expect(String(certificateOf(who(0)).key)).toBe("[secret]");
});

test("Node's cipher and the portable one are the same", () => {
  const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(
      keys,
      fc.nat(),
      fc.uint8Array(),
      fc.uint8Array(),
      fc.nat(),
      (key, counter, beside, plain, at) => {
        const sealed = nativeAead.seal(key, counter, beside, plain);
        expect(sealed).toEqual(portableAead.seal(key, counter, beside, plain));
        expect(new Uint8Array(nativeAead.open(key, counter, beside, sealed)!)).toEqual(plain);
        sealed[at % sealed.length]! ^= 1;
        expect(nativeAead.open(key, counter, beside, sealed)).toBeUndefined();
        expect(nativeAead.open(key, counter, beside, sealed.subarray(0, at % 16))).toBeUndefined();
      },
    ),
  );
});
