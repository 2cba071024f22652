import { digestOf } from "@unseen/crypto";
import { describe, expect, test } from "vitest";
import { fixedPoint } from "../functions/fixed-point.ts";
import { logarithm } from "../functions/logarithm.ts";
import { relu } from "../functions/pieces.ts";
import { reciprocal } from "../functions/reciprocal.ts";
import { sqrt } from "../functions/roots.ts";
import { sigmoid } from "../functions/sigmoid.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { sessionsInMemory } from "../testing/in-memory.ts";
import { type ProtocolUnderTest, protocolsUnderTest } from "../testing/protocols.ts";
import { agreedComputation, digestOfComputation, stepsVersion } from "./computation.ts";

/** Lengths of all messages between two parties, in order, of steps of every kind. By the version of the steps. */
const sent: Readonly<Record<string, string>> = {
  replicated: "dab95739a7c9ac2a",
  verified: "d2758b0caaf2d796",
  "provider, 2 parties": "f94d89e68ca4dfb9",
  "provider, 3 parties": "44b9ecf0790168b9",
};

async function everyKind(p: Protocol): Promise<void> {
  const { memory, me } = p.session;
  const mine = (from: number) =>
    me === from ? memory.columnOf(BigUint64Array.of(5n, 6n, 7n, 8n)) : undefined;
  const [x, y] = [await p.share(0, 4, mine(0)), await p.share(1, 4, mine(1))];
  const square = { m: 2, k: 2, n: 2 };
  const fixed = await p.fix(x);
  const products = [
    await p.multiply(x, y),
    await p.multiplyTruncate(x, y, 1),
    await p.matmul(x, y, square),
    await p.matmulTruncate(fixed, y, square, 1),
    await p.truncate(x, 1),
    await relu(p, x, 20),
    await reciprocal(p, x, fixedPoint(16)),
    await sqrt(p, x, fixedPoint(16)),
    await logarithm(p, x, fixedPoint(16)),
    await sigmoid(p, x, fixedPoint(16)),
  ];
  const bits = await p.shareBits(1, 4, 5, mine(1));
  const more = [await p.fromBits(await p.and(bits, p.not(bits))), await p.fromBit(await p.sign(y, 20))];
  const all = p.concat([...products, ...more, await p.fromBits(await p.toBits(x, 9))]);
  await p.openTo(1, all);
  await p.openBits(bits);
  await p.openToEveryone(all);
}

async function lengthsSent(under: ProtocolUnderTest): Promise<string> {
  const lengths = new Map<string, number[]>();
  const sessions = await sessionsInMemory(under.parties, {
    mebibytes: 8,
    meddle: (from, to, message) => {
      const pair = `${from} ${to}`;
      lengths.set(pair, [...(lengths.get(pair) ?? []), message.length]);
      return message;
    },
  });
  await Promise.all(under.open(sessions).map(everyKind));
  const text = JSON.stringify([...lengths].sort(([one], [other]) => (one < other ? -1 : 1)));
  return Buffer.from(digestOf("lengths of messages", new TextEncoder().encode(text)))
    .toString("hex")
    .slice(0, 16);
}

describe.each(protocolsUnderTest.filter(({ name }) => name !== "clear"))("$name", (under) => {
  test(`steps of every kind send what they send in version ${stepsVersion}: whoever changes it raises stepsVersion`, async () => {
    expect(await lengthsSent(under)).toBe(sent[under.name]);
  });
});

test("parties with other steps take part in another computation", () => {
  const parties = ["a", "b"].map((letter) => letter.repeat(64)) as unknown as Parameters<
    typeof agreedComputation
  >[0]["parties"];
  const agreed = agreedComputation({ id: new Uint8Array(32), hash: new Uint8Array(32), parties });
  if (!agreed.ok) throw new Error("agreed");
  expect(digestOfComputation(agreed.value)).toEqual(digestOfComputation(agreed.value, stepsVersion));
  expect(digestOfComputation(agreed.value)).not.toEqual(digestOfComputation(agreed.value, stepsVersion + 1));
});
