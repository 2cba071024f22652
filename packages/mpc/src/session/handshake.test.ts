import { Secret } from "@unseen/base";
import { fingerprintOf } from "@unseen/crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { agreedComputation, type Computation } from "./computation.ts";
import {
  type Binding,
  dial,
  handshakeBytesAtMost,
  host,
  type Meeting,
  type PairKeys,
  readJoin,
} from "./handshake.ts";
import { computationForTests, entropy, identityForTests } from "./session-for-tests.ts";

function meeting(me: number, them: number, more: Partial<Meeting> = {}): Meeting {
  const binding: Binding = "nothing";
  return { computation, me, them, identity: identityForTests(me), entropy, binding, ...more };
}
const computation: Computation = computationForTests(3);
const malformed = { ok: false, problem: { kind: "malformed" } };
const refused = (party: number) => ({ ok: false, problem: { kind: "identity", party } });

/** Party 2 dials party 0; each half may be changed. */
function meet(dialer: Meeting = meeting(2, 0), hosting: Meeting = meeting(0, 2)) {
  const dialing = dial(dialer);
  const hosted = host(hosting, readJoin(dialing.join)!);
  if (!hosted.ok) return { hosted };
  const dialed = dialing.finish(hosted.value.welcome);
  if (!dialed.ok) return { hosted, dialed };
  return { hosted, dialed, confirmed: hosted.value.finish(dialed.value.confirm), dialing };
}

function sessions(met: ReturnType<typeof meet>): readonly [PairKeys, PairKeys] {
  if (!met.dialed?.ok || !met.confirmed?.ok) throw new Error("the parties did not meet");
  return [met.dialed.value.keys, met.confirmed.value];
}

const hex = (secret: Secret<Uint8Array>) => Buffer.from(Secret.reveal(secret)).toString("hex");
const seedOf = ({ seed }: PairKeys) => Buffer.from(seed.take("a test")).toString("hex");
const secretsOf = (keys: PairKeys) => {
  const { sending, receiving } = keys;
  return [seedOf(keys), ...[sending.data, sending.control, receiving.data, receiving.control].map(hex)];
};

test("two parties that agree share a seed for masks, and one key for each way and lane", () => {
  const [dialer, hosting] = sessions(meet());
  expect(dialer.id).toEqual(hosting.id);
  expect(hex(dialer.sending.data)).toBe(hex(hosting.receiving.data));
  expect(hex(dialer.sending.control)).toBe(hex(hosting.receiving.control));
  expect(hex(dialer.receiving.data)).toBe(hex(hosting.sending.data));
  expect(hex(dialer.receiving.control)).toBe(hex(hosting.sending.control));
  const secrets = secretsOf(dialer);
  expect(new Set(secrets).size).toBe(5);
  expect(seedOf(hosting)).toBe(secrets[0]);
});

test("parties that start anew under the same computation share nothing with what they shared before", () => {
  const first = sessions(meet())[0];
  const again = sessions(meet())[0];
  const all = [...secretsOf(first), ...secretsOf(again)];
  expect(new Set(all).size).toBe(all.length);
  expect(first.id).not.toEqual(again.id);
});

test("a party with another fingerprint than the one agreed is refused, on either side", () => {
  const stranger = identityForTests(9);
  expect(meet(meeting(2, 0, { identity: stranger })).hosted).toMatchObject(refused(2));
  expect(meet(undefined, meeting(0, 2, { identity: stranger })).dialed).toMatchObject(refused(0));
});

test("a party that says another's key, and cannot sign for it, is refused", () => {
  const thief = { ...identityForTests(9), publicKey: identityForTests(2).publicKey };
  expect(fingerprintOf(thief.publicKey)).toBe(computation.parties[2]);
  expect(meet(meeting(2, 0, { identity: thief })).confirmed).toMatchObject(refused(2));
  const false0 = { ...identityForTests(9), publicKey: identityForTests(0).publicKey };
  expect(meet(undefined, meeting(0, 2, { identity: false0 })).dialed).toMatchObject(refused(0));
});

test("a party that stands in the list twice is refused, by the place of its second", () => {
  const [zero, one] = computation.parties as [never, never];
  const twice = { id: computation.id, hash: computation.hash, parties: [zero, one, zero] };
  expect(agreedComputation(twice)).toMatchObject(refused(2));
  expect(agreedComputation({ ...twice, parties: [zero] })).toMatchObject({ ok: false });
  expect(agreedComputation({ ...twice, id: new Uint8Array(31) })).toMatchObject({ ok: false });
});

test("parties that agreed to anything else are refused: id, hash, list, order, places, roles, binding", () => {
  const { id, hash, parties } = computation;
  const other = (changed: object) => {
    const agreed = agreedComputation({ id, hash, parties, ...changed });
    if (!agreed.ok) throw agreed.problem;
    return meet(meeting(2, 0, { computation: agreed.value })).hosted;
  };
  expect(other({})).toMatchObject({ ok: true });
  expect(other({ id: new Uint8Array(32) })).toMatchObject(refused(2));
  expect(other({ hash: new Uint8Array(32) })).toMatchObject(refused(2));
  expect(other({ parties: [parties[1], parties[0], parties[2]] })).toMatchObject(refused(2));
  expect(other({ parties: [...parties, identityForTests(5).fingerprint] })).toMatchObject(refused(2));
  expect(meet(meeting(1, 0, { identity: identityForTests(2) })).hosted).toMatchObject(refused(2));
  expect(meet(meeting(2, 1)).hosted).toMatchObject(refused(2));
  expect(meet(meeting(2, 0, { binding: "identities" })).hosted).toMatchObject(refused(2));
});

test("a party that swaps roles, or gives back what was said to it, is refused", () => {
  const dialing = dial(meeting(2, 0));
  const hosted = host(meeting(0, 2), readJoin(dialing.join)!);
  if (!hosted.ok) throw hosted.problem;
  const { welcome, finish } = hosted.value;
  // The host's own signature, given back as the dialer's.
  expect(finish(Uint8Array.of(...Buffer.from("unseen1C"), ...welcome.slice(-64)))).toMatchObject(refused(2));
  // Who was hosted dials with the join that it was sent.
  expect(host(meeting(2, 0), readJoin(dialing.join)!)).toMatchObject(refused(0));
  // The dialer's own key and half as the host's.
  const mirror = host(meeting(0, 2, { identity: identityForTests(2) }), readJoin(dialing.join)!);
  expect(mirror.ok && dialing.finish(mirror.value.welcome)).toMatchObject(refused(0));
});

test("every message of an old handshake is refused when it is repeated in a new one", () => {
  const old = dial(meeting(2, 0));
  const oldHost = host(meeting(0, 2), readJoin(old.join)!);
  if (!oldHost.ok) throw oldHost.problem;
  const oldEnd = old.finish(oldHost.value.welcome);
  if (!oldEnd.ok) throw oldEnd.problem;
  const replayed = host(meeting(0, 2), readJoin(old.join)!);
  expect(replayed.ok && replayed.value.finish(oldEnd.value.confirm)).toMatchObject(refused(2));
  expect(dial(meeting(2, 0)).finish(oldHost.value.welcome)).toMatchObject(refused(0));
});

test("a flipped bit anywhere in any message of the handshake is refused", () => {
  const flip = (bytes: Uint8Array, bit: number) => {
    const changed = bytes.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    return changed;
  };
  const met = meet();
  if (!met.hosted.ok || !met.dialed?.ok || met.dialing === undefined)
    throw new Error("the parties did not meet");
  const { dialing, hosted, dialed } = met;
  for (let bit = 0; bit < dialing.join.length * 8; bit += 5) {
    const join = readJoin(flip(dialing.join, bit));
    if (join === undefined) continue;
    const answer = host(meeting(0, 2), join);
    // What is not compared at once is under the signatures.
    if (answer.ok) expect(dialing.finish(answer.value.welcome)).toMatchObject({ ok: false });
    else expect(["identity", "malformed"]).toContain(answer.problem.kind);
  }
  for (let bit = 0; bit < hosted.value.welcome.length * 8; bit += 5)
    expect(dialing.finish(flip(hosted.value.welcome, bit)).ok).toBe(false);
  for (let bit = 0; bit < dialed.value.confirm.length * 8; bit += 5)
    expect(hosted.value.finish(flip(dialed.value.confirm, bit)).ok).toBe(false);
});

test("halves that would give everybody the same secret are refused", () => {
  const dialing = dial(meeting(2, 0));
  const join = { ...readJoin(dialing.join)!, half: new Uint8Array(32) };
  expect(host(meeting(0, 2), join)).toMatchObject(malformed);
});

test("malformed messages of every length are told so, and throw nothing", () => {
  const hosted = host(meeting(0, 2), readJoin(dial(meeting(2, 0)).join)!);
  if (!hosted.ok) throw hosted.problem;
  for (let length = 0; length <= handshakeBytesAtMost; length += 1) {
    for (const filling of [0, 1, 255]) {
      const bytes = new Uint8Array(length).fill(filling);
      expect(readJoin(bytes)).toBeUndefined();
      expect(dial(meeting(2, 0)).finish(bytes)).toMatchObject(malformed);
      expect(hosted.value.finish(bytes)).toMatchObject(malformed);
    }
  }
  const { join } = dial(meeting(2, 0));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 160 }), fc.nat(join.length), (bytes, kept) => {
      const mixed = Uint8Array.of(...join.subarray(0, kept), ...bytes);
      const read = readJoin(mixed);
      if (read !== undefined) void host(meeting(0, 2), read);
    }),
    { numRuns: 2_000 },
  );
});

test("secrets of a session print placeholders", () => {
  const [session] = sessions(meet());
  expect(`${session.sending.data} ${session.receiving.control}`).toBe("[secret] [secret]");
  expect(JSON.stringify(session.seed)).toBe("{}");
  expect(() => JSON.stringify(session)).toThrow();
});
