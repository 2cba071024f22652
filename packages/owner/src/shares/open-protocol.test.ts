import { platformEntropy } from "@unseen/base";
import { RingMemory } from "@unseen/compute";
import { freshIdentity } from "@unseen/crypto";
import type { Peers } from "@unseen/mpc";
import { expect, test } from "vitest";
import { Table } from "../peers/table-for-tests.ts";
import type { AgreedParties } from "./agree-on-parties.ts";
import { openProtocol, summandStreams } from "./open-protocol.ts";

const entropy = platformEntropy(globalThis.crypto);

async function met() {
  const parties = Array.from({ length: 3 }, () => freshIdentity(entropy).fingerprint);
  const [id, hash] = [entropy.fill(new Uint8Array(32)), new Uint8Array(32)];
  const { meet } = new Table();
  const all = await Promise.all(parties.map((_, me) => meet({ id, hash, parties, me })));
  return { parties, peers: all.map((one) => (one.ok ? one.value : undefined) as Peers) };
}

test.each(["replicated", "provider"] as const)(
  "a second protocol on one meeting would draw the masks of the first, and finds no seed: %s",
  async (name) => {
    const { parties, peers } = await met();
    const memory = await RingMemory.open(8);
    const agreed: AgreedParties = { protocol: name, parties, me: 0 };
    openProtocol(agreed, peers[0]!, memory);
    expect(() => openProtocol(agreed, peers[0]!, memory)).toThrow("once");
    const other = name === "provider" ? "replicated" : "provider";
    expect(() => openProtocol({ ...agreed, protocol: other }, peers[0]!, memory)).toThrow("once");
    summandStreams(peers[0]!, [1, 2], memory);
    expect(() => summandStreams(peers[0]!, [1], memory)).toThrow("once");
  },
);
