// The fourth tool from the asker's hand: PySyft's scenarios of encrypted programs, over nodes that meet by mutual TLS.

import type { Owner } from "@unseen/owner";
import { type GridClient, type RemoteWorker, type SharedTensor, type ShareOptions, tensor } from "unseen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SharesWorld, sharesWorld } from "./shares-world.ts";

let world: SharesWorld;
let grid: GridClient;
let bob: RemoteWorker;
let alice: RemoteWorker;
let theo: RemoteWorker;
let openmined: RemoteWorker;

beforeAll(async () => {
  world = await sharesWorld(["bob", "alice", "theo", "openmined"]);
  grid = await world.asker();
  [bob, alice, theo, openmined] = ["bob", "alice", "theo", "openmined"].map((name) => grid.node(name)) as [
    RemoteWorker,
    RemoteWorker,
    RemoteWorker,
    RemoteWorker,
  ];
});
afterAll(() => world[Symbol.asyncDispose]());

test("the slide: five numbers shared among three nodes and doubled there", async () => {
  const x = await tensor([1, 2, 3, 4, 5]).share(bob, alice, theo, { cryptoProvider: openmined });
  const pointer = (name: string) => `\\t-> \\[PointerTensor \\| me:\\d{11} -> ${name}:\\d{11}\\]`;
  expect(String(x)).toMatch(
    new RegExp(
      `^\\(Wrapper\\)>\\[AdditiveSharingTensor\\]\\n${["bob", "alice", "theo"].map(pointer).join("\\n")}\\n\\t\\*crypto provider: openmined\\*$`,
    ),
  );
  const y = x.add(x);
  expect(String(await y.get())).toBe("tensor([ 2, 4, 6, 8, 10 ])");
  const price = await y.price();
  expect(price).toMatchObject({
    rounds: 0,
    sentBytes: [0, 0, 0, 0],
    parties: ["bob", "alice", "theo", "openmined"],
  });
  const products = await x.mul(x).price();
  expect(products.rounds).toBe(1);
  expect(products.sentBytes.every((bytes) => bytes > 0)).toBe(true);
  expect(await x.mul(x).explain()).toContain("you alone learn the result");
});

const groups: readonly [string, () => readonly RemoteWorker[], () => ShareOptions<SharedTensor>][] = [
  ["three replicated", () => [bob, alice, theo], () => ({})],
  ["three who check each other", () => [bob, alice, theo], () => ({ protocol: "verified" })],
  ["two and a provider", () => [bob, alice], () => ({ cryptoProvider: openmined })],
  ["three and a provider", () => [bob, alice, theo], () => ({ cryptoProvider: openmined })],
];

test.each(groups)("PySyft's encrypted programs among %s", async (_, parties, options) => {
  const share = (numbers: Parameters<typeof tensor>[0]): Promise<SharedTensor> =>
    tensor(numbers).share(...parties(), options());
  const opened = async (shared: SharedTensor) => (await shared.get()).toNested();
  const [x, y] = [await share(25), await share(5)];
  const numbers = [
    [x, 25],
    [x.add(y), 30],
    [x.sub(y), 20],
    [x.mul(y), 125],
    [x.greater(y), 1],
    [x.lessOrEqual(y), 0],
    [x.equal(y), 0],
    [x.equal(x.add(0)), 1],
  ] as const;
  const [first, ...others] = numbers.map(([shared]) => shared.reshape([1]));
  expect((await first!.concat(others, 0).get()).toNested()).toEqual(numbers.map(([, number]) => number));
  const rows = [
    [1, 2],
    [3, 4],
  ];
  const twice = [
    [2, 0],
    [0, 2],
  ];
  expect(await opened((await share(rows)).matmul(await share(twice)))).toEqual([
    [2, 4],
    [6, 8],
  ]);
  const four = await share([2, 3, 4, 1]);
  expect(
    await opened(
      four
        .max()
        .reshape([1])
        .concat([four.argMax(0).reshape([1])], 0),
    ),
  ).toEqual([4, 2]);
  const half = await share([0.5, -1.25]);
  const product = await opened(half.mul(half));
  expect(product).toEqual([expect.closeTo(0.25, 3), expect.closeTo(1.5625, 3)]);
});

test.each(["replicated", "verified"] as const)(
  "what is kept is started from, and what is deleted is gone: %s",
  async (protocol) => {
    const x = await tensor([3, 4]).share(bob, alice, theo, { protocol });
    const squares = await x.mul(x).keep();
    await x.delete();
    expect((await squares.add(1).get()).toNested()).toEqual([10, 17]);
    await expect(x.get()).rejects.toMatchObject({ code: "object-unknown" });
    await squares.delete();
  },
);

test("a node that is named twice, or that provides for itself, is refused by name before anything is shared", async () => {
  await expect(tensor([1]).share(bob, bob, theo)).rejects.toThrow(/^bob and bob are one and the same node/);
  await expect(tensor([1]).share(bob, alice, { cryptoProvider: alice })).rejects.toThrow(
    /^the crypto provider alice and alice are one and the same node/,
  );
  await expect(tensor([1]).share(bob, alice)).rejects.toMatchObject({ code: "parties-invalid" });
  const verified = { protocol: "verified", cryptoProvider: openmined } as const;
  await expect(tensor([1]).share(bob, alice, theo, verified)).rejects.toMatchObject({
    code: "parties-invalid",
  });
});

test("a number outside the range that the parties are told is refused here, and never sent", async () => {
  await expect(tensor([2 ** 30]).share(bob, alice, theo)).rejects.toMatchObject({ code: "range-exceeded" });
  const wide = await tensor([2 ** 30]).share(bob, alice, theo, { between: [0, 2 ** 31] });
  expect((await wide.add(wide).get()).toNested()).toEqual([2 ** 31]);
});

test("another asker cannot name a shared tensor, at any node", async () => {
  const x = await tensor([1, 2]).share(bob, alice, theo);
  const other = await world.asker("mallory");
  const theirs = await tensor([5, 5]).share(other.node("bob"), other.node("alice"), other.node("theo"));
  const { idAtLocation } = x;
  // The same program as the other's own, with the name of somebody else's tensor in it.
  Object.defineProperty(theirs, "idAtLocation", { value: idAtLocation });
  await expect(theirs.delete()).rejects.toMatchObject({ code: "object-unknown" });
  expect((await x.get()).toNested()).toEqual([1, 2]);
});

test("verified: what it costs and promises is said beforehand, and a node that cheats is named by name", async () => {
  const x = await tensor([3, -4]).share(bob, alice, theo, { protocol: "verified" });
  const plain = await tensor([3, -4]).share(bob, alice, theo);
  const [price, usual] = [await x.mul(x).price(), await plain.mul(plain).price()];
  expect(price.rounds).toBeGreaterThan(usual.rounds);
  expect(price.sentBytes[0]).toBeGreaterThan(usual.sentBytes[0]!);
  expect(await x.mul(x).explain()).toContain("is found out before anything wrong is opened");
  using _cheating = cheating(world.house("theo").owner);
  // What a party sends first is its part of the products, to the party before it.
  await expect(x.mul(x).get()).rejects.toMatchObject({
    code: "party-cheated",
    message: /^(bob|alice): theo /,
  });
  await expect(x.mul(x).keep()).rejects.toMatchObject({ code: "party-cheated" });
});

/** Turns a bit of the first message to each other party, in every computation from now on. */
function cheating(owner: Owner): Disposable {
  const { party } = owner.node.joint!;
  const { meet } = party;
  const twisted: typeof meet = async (gathering) => {
    const met = await meet(gathering);
    if (!met.ok) return met;
    for (const { channel } of met.value.values()) {
      const send = channel.send.bind(channel);
      let sent = 0;
      channel.send = (message) => {
        const changed = Uint8Array.from(message);
        if (sent === 0) changed[0]! ^= 1;
        sent += 1;
        send(changed);
      };
    }
    return met;
  };
  Object.assign(party, { meet: twisted });
  return { [Symbol.dispose]: () => Object.assign(party, { meet }) };
}
