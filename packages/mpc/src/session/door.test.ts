import { ok } from "@unseen/base";
import { portableAead } from "@unseen/crypto";
import { expect, test } from "vitest";
import { failureOf } from "./channel-contract-for-tests.ts";
import { connect, type Peers } from "./connect.ts";
import type { Dial } from "./dial-peer.ts";
import { Door } from "./door.ts";
import { headerBytes, writeHeader } from "./frame.ts";
import { type Binding, dial, handshakeBytesAtMost } from "./handshake.ts";
import { blockOf, type Link, linkRoom } from "./link.ts";
import { memoryLinks } from "./memory-links.ts";
import { writeRejoin } from "./rejoin.ts";
import { computationForTests, entropy, identityForTests } from "./session-for-tests.ts";
import { realTimers } from "./timers-for-tests.ts";

const around = {
  timers: realTimers,
  aead: portableAead,
  deadlines: { joinMs: 2_000, silenceMs: 2_000, resumeMs: 1_000 },
};

/** Dials a door in memory, as whoever TLS would have shown. Keeps what the dialer said. */
function dialing(door: Door, shown?: Parameters<Door["admit"]>[0]["shown"]) {
  const said: Uint8Array[] = [];
  const links: (readonly [Link, Link])[] = [];
  const dial: Dial = async () => {
    const [here, there] = memoryLinks();
    links.push([here, there]);
    void door.admit({ link: there, shown });
    const send = (block: Uint8Array<ArrayBuffer>) => {
      said.push(block.slice(linkRoom));
      here.send(block);
    };
    const { listen, hold, end, cut } = here;
    return ok({
      send,
      listen: listen.bind(here),
      hold: hold.bind(here),
      end: end.bind(here),
      cut: cut.bind(here),
    });
  };
  return { dial, said, links };
}

async function meet(binding: Binding = "nothing", id?: Uint8Array) {
  const computation = computationForTests(2, id);
  const door = new Door(realTimers);
  const way = dialing(door, binding === "identities" ? computation.parties[1] : undefined);
  const common = { computation, entropy };
  const hosting = { ...common, me: 0, identity: identityForTests(0), wayTo: () => ({ waitAt: door }) };
  const dialer = {
    ...common,
    me: 1,
    identity: identityForTests(1),
    wayTo: () => ({ dial: way.dial, binding }),
  };
  const [zero, one] = await Promise.all([connect(hosting, around), connect(dialer, around)]);
  if (!zero.ok) throw zero.problem;
  if (!one.ok) throw one.problem;
  return { door, ...way, computation, zero: zero.value, one: one.value };
}

/** As when a cable is cut: both ends notice, and what is on its way is lost. */
function breakOff(links: readonly (readonly [Link, Link])[]): void {
  for (const end of links.at(-1)!) end.end();
}

const seedOf = (peers: Peers) => [...peers.values()].map(({ seed }) => String(seed.take("a test"))).join();

/** Says something to a door and gives what it answers, or "cut". */
async function knock(door: Door, ...frames: readonly Uint8Array[]): Promise<Uint8Array | "cut"> {
  const [here, there] = memoryLinks();
  const answer = new Promise<Uint8Array | "cut">((resolve) => {
    here.listen({ arrived: (frame) => resolve(frame.slice()), lost: () => resolve("cut") });
  });
  for (const frame of frames) here.send(blockOf(frame));
  await door.admit({ link: there, shown: undefined });
  return answer;
}

test("two parties meet at a door, and their seeds are the same there and new every time", async () => {
  const first = await meet();
  const seedOfFirst = seedOf(first.zero);
  expect(seedOf(first.one)).toBe(seedOfFirst);
  const again = await meet("nothing", first.computation.id);
  expect(seedOf(again.zero)).not.toBe(seedOfFirst);
  first.one.get(0)!.channel.send(Uint8Array.of(5));
  expect(await first.zero.get(1)!.channel.receive(1)).toEqual(Uint8Array.of(5));
});

test("a link that breaks is replaced, whichever way it is bound", async () => {
  for (const binding of ["nothing", "identities"] as const) {
    const { zero, one, links } = await meet(binding);
    const [there, here] = [zero.get(1)!.channel, one.get(0)!.channel];
    for (let round = 0; round < 5; round += 1) {
      here.send(Uint8Array.of(round));
      breakOff(links);
      there.send(Uint8Array.of(round, 1));
      expect(await there.receive(1)).toEqual(Uint8Array.of(round));
      expect(await here.receive(2)).toEqual(Uint8Array.of(round, 1));
    }
  }
});

test("whatever a stranger says, of every length, it is sent away and the party can still come", async () => {
  const { door, zero, one } = await meet();
  for (let length = 0; length <= handshakeBytesAtMost + 1; length += 1)
    expect(await knock(door, new Uint8Array(length).fill(length))).toBe("cut");
  one.get(0)!.channel.send(Uint8Array.of(1));
  expect(await zero.get(1)!.channel.receive(1)).toEqual(Uint8Array.of(1));
});

test("a join for a computation that nobody waits for is told so, and nothing else", async () => {
  const { door } = await meet();
  const meeting = {
    computation: computationForTests(2),
    me: 1,
    them: 0,
    identity: identityForTests(1),
    entropy,
  };
  const answer = await knock(door, dial({ ...meeting, binding: "nothing" }).join);
  expect(Buffer.from(answer as Uint8Array).toString()).toBe("unseen1N");
});

test("a stranger that heard the first words of a session cannot go on with it, nor end it", async () => {
  for (const binding of ["nothing", "identities"] as const) {
    const { door, zero, one, said, links } = await meet(binding);
    // The party itself comes back once, so that a true rejoin can be overheard.
    breakOff(links);
    one.get(0)!.channel.send(Uint8Array.of(1));
    await zero.get(1)!.channel.receive(1);
    const at = said.findLastIndex((frame) => Buffer.from(frame.subarray(0, 8)).toString() === "unseen1R");
    expect(await knock(door, said[at]!, said[at + 1]!)).toBe("cut");
    const invented = new Uint8Array(headerBytes + (binding === "nothing" ? 16 : 0));
    writeHeader(invented, 0, { kind: "again", counter: 1_000, amount: 0 });
    expect(await knock(door, said[at]!, invented)).toBe("cut");
    expect(await knock(door, writeRejoin(new Uint8Array(32)), invented)).toBe("cut");
    one.get(0)!.channel.send(Uint8Array.of(2));
    expect(await zero.get(1)!.channel.receive(1)).toEqual(Uint8Array.of(2));
  }
});

test("a party that starts anew in the middle is not let into the old session: the other names it, and nothing is reused", async () => {
  const { door, computation, zero, one, links } = await meet();
  const old = seedOf(one);
  // The process of party 1 is gone: its link breaks, and nobody dials again.
  Object.assign(one.get(0)!.channel, { sayAgain: () => {} });
  const waiting = failureOf(zero.get(1)!.channel.receive(1));
  links.at(-1)![0].cut();
  const { dial } = dialing(door);
  const anew = await connect(
    {
      computation,
      me: 1,
      identity: identityForTests(1),
      entropy,
      wayTo: () => ({ dial, binding: "nothing" }),
    },
    { ...around, deadlines: { ...around.deadlines, joinMs: 300 } },
  );
  expect(anew).toMatchObject({ ok: false, problem: { kind: "deadline", party: 0 } });
  expect(await waiting).toMatchObject({ kind: "closed", party: 1 });
  // Both start anew under the same computation: other masks.
  expect(seedOf((await meet("nothing", computation.id)).one)).not.toBe(old);
});

test("strangers beyond the limit are cut off at once, and their places are free again when they are gone", async () => {
  const { door } = await meet();
  const silent = Array.from({ length: 64 }, () => memoryLinks());
  for (const [, there] of silent) void door.admit({ link: there, shown: undefined });
  expect(await knock(door, new Uint8Array(3))).toBe("cut");
  for (const [here] of silent) here.end();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const meeting = {
    computation: computationForTests(2),
    me: 1,
    them: 0,
    identity: identityForTests(1),
    entropy,
  };
  expect(await knock(door, dial({ ...meeting, binding: "nothing" }).join)).not.toBe("cut");
});
