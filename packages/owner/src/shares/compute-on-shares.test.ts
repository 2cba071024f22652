import { platformEntropy, type Result } from "@unseen/base";
import { freshIdentity } from "@unseen/crypto";
import { makeProgram, type Program, type ProgramNode } from "@unseen/program";
import type { AskedComputation, AskedParties, SentRun, SharedFacts } from "@unseen/wire";
import { expect, test } from "vitest";
import type { Caller } from "../accounts/index.ts";
import { everybodyAllowed, Table } from "../peers/table-for-tests.ts";
import { noPermits } from "../share-permits/no-permits-for-tests.ts";
import {
  agreeOnParties,
  ComputingRoom,
  computeOnShares,
  HeldShares,
  priceOfShares,
  type SharesPorts,
} from "./index.ts";

const entropy = platformEntropy(globalThis.crypto);
const [ada, mallory] = ["ada", "mallory"].map(
  (name) => ({ id: `acct_${name}`, name, role: "researcher" }) as unknown as Caller,
) as [Caller, Caller];
const facts: SharedFacts = { shape: [2], fractionBits: 0, least: -100, greatest: 100 };

function nodes(count: number) {
  const table = new Table();
  const all: SharesPorts[] = Array.from({ length: count }, () => ({
    identity: freshIdentity(entropy),
    allowed: { find: everybodyAllowed },
    meet: table.meet,
    shares: new HeldShares(),
    room: new ComputingRoom(),
    clock: { nowMs: () => 1_800_000_000_000 },
    permits: noPermits,
  }));
  return { table, all, fingerprints: all.map(({ identity }) => identity.fingerprint as string) };
}

function world() {
  const { table, all, fingerprints } = nodes(3);
  const parties: AskedParties = { protocol: "replicated", fingerprints };
  const summands = [BigUint64Array.of(5n, 1n), BigUint64Array.of(6n, 1n), BigUint64Array.of(1n, 1n)];
  for (const [me, ports] of all.entries()) {
    const agreed = wholeOf(agreeOnParties(parties, ports));
    const parts = [summands[me]!, summands[(me + 1) % 3]!];
    wholeOf(ports.shares.put(ada, "x", { parties: agreed, facts, parts, provenance: undefined }));
  }
  const asking = (more: Partial<AskedComputation> = {}): AskedComputation => ({
    id: entropy.fill(new Uint8Array(32)),
    parties,
    program: squares,
    keepAs: undefined,
    mask: [],
    ...more,
  });
  const ask = (asked: AskedComputation | ((at: number) => AskedComputation), caller: Caller = ada) =>
    Promise.all(
      all.map((ports, at) => computeOnShares(ports, caller, typeof asked === "function" ? asked(at) : asked)),
    );
  return { table, all, parties, asking, ask };
}

const input: ProgramNode = { kind: "input", name: "x", shape: [2] };
const squares = programOf({ kind: "operation", operation: "Mul", inputs: [0, 0], attributes: {} });
const doubles = programOf({ kind: "operation", operation: "Add", inputs: [0, 0], attributes: {} });

const ofKept = wholeOf(
  makeProgram({
    nodes: [
      { kind: "input", name: "y", shape: [2] },
      { kind: "operation", operation: "Neg", inputs: [0], attributes: {} },
    ],
    outputs: [1],
  }),
);

function programOf(node: ProgramNode): Program {
  return wholeOf(makeProgram({ nodes: [input, node], outputs: [1] }));
}

function wholeOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

const codes = (told: readonly Result<SentRun, unknown>[]) =>
  told.map((one) => (one.ok ? "ok" : (one.problem as { code: string }).code));
const sumOf = (told: readonly Result<SentRun, unknown>[]) =>
  [0, 1].map((at) =>
    BigInt.asIntN(
      64,
      told.reduce((sum, one) => sum + (one.ok ? one.value.summand![at]! : 0n), 0n),
    ),
  );

test("three nodes square what none of them knows, and the asker alone can add their parts up", async () => {
  const { asking, ask, all } = world();
  const told = await ask(asking());
  expect(sumOf(told)).toEqual([144n, 9n]);
  const again = await ask(asking());
  expect(sumOf(again)).toEqual([144n, 9n]);
  // Masked afresh: a part says nothing, not even beside an earlier one of the same result.
  for (const [at, one] of told.entries())
    expect(one.ok && again[at]!.ok && one.value.summand![0] === again[at]!.value.summand![0]).toBe(false);
  const price = wholeOf(await priceOfShares(all[0]!, ada, asking()));
  expect(told.map((one) => one.ok && one.value.sentBytes)).toEqual(price.sentBytes);
  expect(told[0]!.ok && told[0]!.value.rounds).toBe(price.rounds);
});

test("a node that was told another program, or another place to keep the result, is refused before anything runs", async () => {
  const { asking, ask, table } = world();
  const asked = asking();
  expect(codes(await ask((at) => (at === 1 ? { ...asked, program: doubles } : asked)))).toEqual([
    "party-failed",
    "party-failed",
    "party-failed",
  ]);
  const kept = asking();
  expect(codes(await ask((at) => (at === 1 ? { ...kept, keepAs: "y" } : kept)))[0]).toBe("party-failed");
  expect(table.sent).toEqual([]);
});

test("another account cannot name the tensor, and learns no more than that there is none of that name", async () => {
  const { asking, ask, all } = world();
  expect(codes(await ask(asking(), mallory))).toEqual(["object-unknown", "object-unknown", "object-unknown"]);
  expect(all[0]!.shares.delete(mallory, "x")).toMatchObject({
    ok: false,
    problem: { code: "object-unknown" },
  });
  expect(all[0]!.shares.list(mallory)).toEqual([]);
});

test("a party that stops in the middle is named by who waits for it, and nothing is kept there", async () => {
  const { asking, ask, table, all } = world();
  table.twist = (channel, from) => ({
    send: (bytes) => (from === 2 ? channel.close("killed") : channel.send(bytes)),
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
  const told = await ask(asking({ keepAs: "y" }));
  // In this program party 2 owes a message to party 1 alone; what party 0 kept is of no use by itself.
  expect(codes(told)[1]).toBe("party-failed");
  expect(told[1]).toMatchObject({ problem: { facts: { party: "2" } } });
  expect(all[1]!.shares.list(ada)).toEqual(["x"]);
  expect(codes(await ask(asking({ program: ofKept })))[1]).toBe("object-unknown");
});

test("a message that is longer than the protocol says ends the computation, whoever sends it", async () => {
  const { asking, ask, table } = world();
  table.twist = (channel, from) => ({
    send: (bytes) => channel.send(from === 2 ? new Uint8Array(bytes.length + 8) : bytes),
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
  expect(codes(await ask(asking()))[1]).toBe("party-failed");
});

test("a party that is two, a provider that is a party, a stranger and a node that is none are refused", () => {
  const { all, fingerprints } = nodes(4);
  const [one, two, three] = fingerprints as [string, string, string, string];
  const agree = (asked: AskedParties) => {
    const told = agreeOnParties(asked, all[0]!);
    return told.ok ? "ok" : told.problem.code;
  };
  expect(agree({ protocol: "replicated", fingerprints: [one, two, three] })).toBe("ok");
  expect(agree({ protocol: "replicated", fingerprints: [one, two, two] })).toBe("parties-invalid");
  expect(agree({ protocol: "replicated", fingerprints: [one, two] })).toBe("parties-invalid");
  expect(agree({ protocol: "provider", fingerprints: [one, two, one] })).toBe("parties-invalid");
  expect(agree({ protocol: "provider", fingerprints: [one, two] })).toBe("parties-invalid");
  expect(agree({ protocol: "replicated", fingerprints: [fingerprints[3]!, two, three] })).toBe(
    "parties-invalid",
  );
  expect(agree({ protocol: "replicated", fingerprints: [one, two, "nobody"] })).toBe("parties-invalid");
  const strict = { ...all[0]!, allowed: { find: () => undefined } };
  expect(agreeOnParties({ protocol: "replicated", fingerprints: [one, two, three] }, strict)).toMatchObject({
    ok: false,
    problem: { code: "party-not-allowed" },
  });
});

test("a share with more or fewer parts than its place has is not taken, and an account fills only its own room", () => {
  const { all, fingerprints } = nodes(3);
  const ports = all[0]!;
  const agreed = wholeOf(agreeOnParties({ protocol: "replicated", fingerprints }, ports));
  const put = (parts: readonly BigUint64Array[]) =>
    ports.shares.put(ada, "x", { parties: agreed, facts, parts, provenance: undefined });
  expect(put([])).toMatchObject({ ok: false, problem: { code: "message-malformed" } });
  expect(put([new BigUint64Array(2)])).toMatchObject({ ok: false });
  expect(put([new BigUint64Array(2), new BigUint64Array(2)])).toMatchObject({ ok: true });
  const large = [new BigUint64Array(2 ** 23), new BigUint64Array(2 ** 23)];
  expect(put(large)).toMatchObject({ ok: true });
  const second = ports.shares.put(ada, "y", { parties: agreed, facts, parts: large, provenance: undefined });
  expect(second).toMatchObject({ ok: false, problem: { code: "workspace-full" } });
});

test("a node computes a few things at once and says when it is full", () => {
  const room = new ComputingRoom();
  const inside = Array.from({ length: 4 }, () => wholeOf(room.enter(ada)));
  expect(room.enter(ada)).toMatchObject({ ok: false, problem: { code: "workspace-full" } });
  expect(room.enter(mallory).ok).toBe(true);
  inside[0]![Symbol.dispose]();
  expect(room.enter(ada).ok).toBe(true);
});
