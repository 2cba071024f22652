// An owner's columns as shares: who may have them split, and what may be opened. Every attack here must fail.

import { dirname, join } from "node:path";
import type { Card } from "@unseen/program";
import { expect, test } from "vitest";
import { verifyLedger } from "../ledger/index.ts";
import { cardOf, clinicCard } from "../questions/questions-for-tests.ts";
import {
  ada,
  codesOf,
  mallory,
  opened,
  operation,
  permitWorld,
  programOn,
  shared,
  wholeOf,
} from "./permit-world-for-tests.ts";

/** Whole numbers, and how many people there are is public. */
const openCard: Card = cardOf({
  name: "clinic",
  description: "Blood pressure",
  tags: ["#clinic"],
  columns: { bp: { type: "integer", bounds: [60, 140] }, age: { type: "integer", bounds: [0, 120] } },
  unit: "row",
  people: { isPublic: true },
  budget: { epsilon: 1 },
  mock: [{ bp: 90, age: 40 }],
});
const bp = Float64Array.of(80, 100, 120);
const people = new Map([
  ["bp", bp],
  ["age", Float64Array.of(30, 40, 50)],
]);
const world = (protocol?: "replicated" | "verified") =>
  permitWorld([people, people, people], [openCard], protocol);

const x = shared("x", [3, 1]);
const total = programOn(operation("ReduceSum", [x], { axes: [0], keepdims: 0 }));
const doubled = programOn(
  operation("Add", [
    operation("ReduceSum", [x], { axes: [0], keepdims: 0 }),
    operation("ReduceSum", [x], { axes: [0], keepdims: 0 }),
  ]),
);
const refusedAll = ["opening-not-permitted", "opening-not-permitted", "opening-not-permitted"];

test("under a permit a column becomes shares, and a reviewed program's result is opened to the account", async () => {
  using here = world();
  const permit = await here.issue();
  const told = await here.share();
  expect(told.map(wholeOf).map(({ facts, permitId }) => ({ facts, permitId }))).toEqual(
    Array.from({ length: 3 }, () => ({
      facts: { shape: [3, 1], fractionBits: 0, least: 60, greatest: 140 },
      permitId: permit.id,
    })),
  );
  await here.review(permit, here.forReview(total));
  expect(opened(await here.compute(total))).toEqual([300]);
  const { dataset, columns, owner } = wholeOf(here.owners[2]!.party.shares.get(ada, "x")).provenance!;
  expect({ dataset, columns, owner }).toEqual({
    dataset: "clinic",
    columns: ["bp"],
    owner: here.parties.fingerprints[0],
  });
  expect(here.owners.map(({ reads }) => reads)).toEqual([1, 0, 0]);
});

test("each permit, review, sharing and opening is an entry of the owner's chain before it is done", async () => {
  using here = world();
  const permit = await here.issue();
  const program = here.forReview(total);
  await here.review(permit, program);
  await here.share();
  await here.compute(total);
  const events = (await here.owners[0]!.policy.history("clinic")).map(({ event }) => JSON.parse(event));
  expect(events.map(({ what }) => what)).toEqual(["permitted", "reviewed", "shared", "opened"]);
  expect(
    events.every(({ kind, permit: id, asker }) => kind === "shares" && id === permit.id && asker === ada.id),
  ).toBe(true);
  expect(events[3].of).toBe(events[1].of);
  const report = await verifyLedger(join(dirname(here.owners[0]!.home.dataDirectory), "unseen.sqlite"));
  expect(wholeOf(report).findings).toEqual([]);
});

const notPermitted: readonly [string, (here: ReturnType<typeof world>) => Promise<unknown>][] = [
  ["there is none", async () => undefined],
  ["it is another account's", (here) => here.issue(0, { account: mallory.id })],
  ["it is of another column", (here) => here.issue(0, { columns: ["age"] })],
  [
    "it is of other parties",
    (here) =>
      here.issue(0, {
        parties: [...here.owners.slice(0, 2).map(({ party }) => party.identity.fingerprint), otherParty],
      }),
  ],
  ["it is of another protocol", (here) => here.issue(0, { protocol: "verified" })],
  ["the rows were registered anew", (here) => here.issue(0, { snapshot: "earlier rows" })],
  [
    "it has ended",
    async (here) => {
      const { untilMs } = await here.issue();
      here.time.nowMs = untilMs;
    },
  ],
  [
    "it was revoked",
    async (here) => {
      const { id } = await here.issue();
      wholeOf(await here.owners[0]!.permits.revoke(id));
    },
  ],
  ["another owner gave it, not the one whose column it is", (here) => here.issue(1)],
];
const otherParty = permitWorldParty();
function permitWorldParty() {
  using here = world();
  return here.owners[0]!.party.identity.fingerprint;
}

test.each(notPermitted)("without a permit nothing is read and nobody is met: %s", async (_, prepare) => {
  using here = world();
  await prepare(here);
  expect(codesOf(await here.share())).toEqual(["sharing-not-permitted", "party-failed", "party-failed"]);
  expect(here.owners[0]!.reads).toBe(0);
  expect(here.table.sent).toEqual([]);
});

test("a program that nobody reviewed is not opened, nor one that differs by one node from a reviewed one", async () => {
  using here = world();
  const permit = await here.issue();
  await here.share();
  const before = here.table.sent.length;
  expect(codesOf(await here.compute(total))[0]).toBe("opening-not-permitted");
  await here.review(permit, here.forReview(total));
  const extra = programOn(operation("Neg", [operation("ReduceSum", [x], { axes: [0], keepdims: 0 })]));
  for (const other of [doubled, extra, programOn(operation("ReduceSum", [x], { axes: [0], keepdims: 1 }))])
    expect(codesOf(await here.compute(other))).toEqual([
      "opening-not-permitted",
      "party-failed",
      "party-failed",
    ]);
  expect(here.table.sent.length).toBe(before);
  // A constant in the place of another is another program.
  const weighed = (weight: number) =>
    programOn(
      operation("Mul", [
        x,
        { node: { kind: "constant", value: { shape: [3, 1], data: Float64Array.of(1, weight, 0) } } },
      ]),
    );
  await here.review(permit, here.forReview(weighed(0)));
  expect(codesOf(await here.compute(weighed(1)))[0]).toBe("opening-not-permitted");
});

test("a review for one account opens nothing to another, who cannot name the shares either", async () => {
  using here = world();
  const permit = await here.issue();
  await here.review(permit, here.forReview(total));
  await here.share();
  expect(codesOf(await here.compute(total, {}, mallory))).toEqual([
    "object-unknown",
    "object-unknown",
    "object-unknown",
  ]);
  // Under a permit of her own, but without a review.
  await here.issue(0, { account: mallory.id });
  expect(codesOf(await here.share({}, mallory))).toEqual(["ok", "ok", "ok"]);
  expect(codesOf(await here.compute(total, {}, mallory))[0]).toBe("opening-not-permitted");
});

test("after its end or its revocation nothing is opened under a permit, and each party sees the end by itself", async () => {
  using here = world();
  const permit = await here.issue();
  await here.review(permit, here.forReview(total));
  await here.share();
  here.time.nowMs = permit.untilMs;
  expect(codesOf(await here.compute(total))).toEqual(refusedAll);
  here.time.nowMs = permit.untilMs - 1;
  expect(codesOf(await here.compute(total))).toEqual(["ok", "ok", "ok"]);
  wholeOf(await here.owners[0]!.permits.revoke(permit.id));
  expect(codesOf(await here.compute(total))[0]).toBe("opening-not-permitted");
});

test("every party by itself refuses to keep a result, and to mix in numbers that an asker chose", async () => {
  using here = world();
  const permit = await here.issue();
  await here.review(permit, here.forReview(total));
  await here.share();
  expect(codesOf(await here.compute(total, { keepAs: "y" }))).toEqual(refusedAll);
  for (const [me, { party }] of here.owners.entries()) {
    const { parties, facts, parts } = wholeOf(party.shares.get(ada, "x"));
    expect(me).toBe(parties.me);
    wholeOf(party.shares.put(ada, "own", { parties, facts, parts, provenance: undefined }));
  }
  const mixed = programOn(operation("Mul", [x, shared("own", [3, 1])]));
  expect(codesOf(await here.compute(mixed))).toEqual(refusedAll);
});

test("a party that forgets where its shares come from is left alone by the others", async () => {
  using here = world();
  const permit = await here.issue();
  await here.review(permit, here.forReview(total));
  await here.share();
  const sent = here.table.sent.length;
  const { shares } = here.owners[2]!.party;
  const held = wholeOf(shares.get(ada, "x"));
  const changes = [
    undefined,
    { ...held.provenance!, permitId: "spm_other" },
    { ...held.provenance!, untilMs: held.provenance!.untilMs + 1 },
    { ...held.provenance!, columns: ["age"] },
  ];
  for (const provenance of changes) {
    wholeOf(shares.put(ada, "x", { ...held, provenance }));
    expect(codesOf(await here.compute(total))).toEqual(["party-failed", "party-failed", "party-failed"]);
  }
  expect(here.table.sent.length).toBe(sent);
});

test("shares of two splittings are never computed with together", async () => {
  using here = world();
  const permit = await here.issue();
  await here.review(permit, here.forReview(total));
  await here.share();
  const first = wholeOf(here.owners[1]!.party.shares.get(ada, "x"));
  await here.share();
  wholeOf(here.owners[1]!.party.shares.put(ada, "x", first));
  expect(codesOf(await here.compute(total))).toEqual(["party-failed", "party-failed", "party-failed"]);
});

test("a party that is another, or an owner that is no party, is refused before anything is read", async () => {
  using here = world();
  await here.issue();
  const [one, two, three] = here.parties.fingerprints as [string, string, string];
  const twice = { protocol: "replicated", fingerprints: [one, two, two] } as const;
  expect(codesOf(await here.share({ parties: twice }))).toEqual([
    "parties-invalid",
    "parties-invalid",
    "parties-invalid",
  ]);
  expect(codesOf(await here.share({ owner: otherParty }))[0]).toBe("parties-invalid");
  const asProvider = { protocol: "provider", fingerprints: [two, three, one] } as const;
  expect(codesOf(await here.share({ parties: asProvider }))[0]).toBe("parties-invalid");
  expect(here.owners[0]!.reads).toBe(0);
});

test("what the owner sends tells a party nothing: the same rows are sent as other bytes, and none of them is a value", async () => {
  const sentTo = async () => {
    using here = world();
    await here.issue();
    await here.share();
    return here.table.sent
      .filter(({ bytes }) => bytes.length === 24)
      .map(({ bytes }) => [...new BigUint64Array(bytes.buffer)]);
  };
  const [once, again] = [await sentTo(), await sentTo()];
  expect(once.length).toBeGreaterThan(0);
  expect(once).not.toEqual(again);
  for (const words of [...once, ...again]) for (const value of bp) expect(words).not.toContain(BigInt(value));
});

test("where the number of people is not public, the shape is what the card allows for and one column says who is there", async () => {
  const rows = new Map([["bp", Float64Array.of(70, 90.5, 150)]]);
  using here = permitWorld([rows, rows, rows], [clinicCard]);
  const permit = await here.issue();
  const [told] = await here.share();
  expect(wholeOf(told!).facts).toEqual({ shape: [1_000, 2], fractionBits: 16, least: 0, greatest: 140 });
  const sums = programOn(operation("ReduceSum", [shared("x", [1_000, 2])], { axes: [0], keepdims: 0 }));
  await here.review(permit, here.forReview(sums));
  // 150 lies outside what was declared.
  expect(opened(await here.compute(sums), 16)).toEqual([70 + 90.5 + 140, 3]);
});

test("a program over two owners' columns is opened once both have reviewed it, and not before", async () => {
  using here = world("verified");
  const permits = [await here.issue(0), await here.issue(1, { columns: ["age"] })];
  await here.share();
  const [, theirs] = here.parties.fingerprints;
  expect(codesOf(await here.share({ objectId: "y", owner: theirs!, columns: ["age"] }))).toEqual([
    "ok",
    "ok",
    "ok",
  ]);
  const products = programOn(
    operation("ReduceSum", [operation("Mul", [x, shared("y", [3, 1])])], { axes: [0], keepdims: 0 }),
  );
  const mask = [BigUint64Array.of(0n), BigUint64Array.of(0n)];
  const program = here.forReview(products, { x: { at: 0, columns: ["bp"] }, y: { at: 1, columns: ["age"] } });
  await here.review(permits[0]!, program, 0);
  expect(codesOf(await here.compute(products, { mask }))).toEqual([
    "party-failed",
    "opening-not-permitted",
    "party-failed",
  ]);
  await here.review(permits[1]!, program, 1);
  const told = await here.compute(products, { mask });
  expect(told.map((one) => [...wholeOf(one).summand!])).toEqual([[12_400n], [12_400n], [12_400n]]);
});

test("a text column, an unknown one, and more numbers than a share may hold are refused from the card alone", async () => {
  using here = world();
  await here.issue(0, { columns: ["bp", "weight"] });
  expect(codesOf(await here.share({ columns: ["weight"] }))[0]).toBe("column-not-askable");
  const plainCard = {
    name: "clinic",
    description: "",
    tags: [],
    columns: { bp: { type: "number", bounds: [0, 1] } },
    unit: "row",
    people: { isPublic: false, band: [10, 2_000_000] },
    budget: { epsilon: 1 },
    mock: [{ bp: 1 }],
  };
  const wide = cardOf(plainCard);
  using large = permitWorld([people, people, people], [wide]);
  await large.issue();
  expect(codesOf(await large.share())[0]).toBe("message-too-large");
  const huge = cardOf({
    ...plainCard,
    people: { isPublic: false, band: [10, 20] },
    columns: { bp: { type: "number", bounds: [0, 1e300] } },
  });
  using endless = permitWorld([people, people, people], [huge]);
  await endless.issue();
  expect(codesOf(await endless.share())[0]).toBe("range-exceeded");
  expect(here.owners[0]!.reads + endless.owners[0]!.reads + large.owners[0]!.reads).toBe(0);
});
