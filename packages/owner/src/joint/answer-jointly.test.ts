import { expect, test } from "vitest";
import {
  bp as bpColumn,
  cardOf,
  clinicColumns,
  operation,
  programOn,
} from "../questions/questions-for-tests.ts";
import { jointWorld } from "./joint-world-for-tests.ts";
import { sumsOfBytes } from "./sums-as-bytes.ts";

const bpNumbers = clinicColumns.get("bp") as Float64Array;
const oneEpsilon = 1_000_000_000n;
const truth = bpNumbers.reduce((sum, value) => sum + value, 0) / 200;
const firstOf = (told: unknown) => valuesOf(told)[0]!;
const valuesOf = (told: unknown) =>
  (told as { value: { outcome: { value: { values: { data: Float64Array }[] } } } }).value.outcome.value
    .values[0]!.data;
const codeOf = (told: unknown) => (told as { problem?: { code: string } }).problem?.code;
const sums = programOn(operation("ReduceSum", [bpColumn]));

test.each([2, 3, 5])(
  "the mean over %i owners' people is told alike by all, near the truth, charged once at each",
  async (count) => {
    using world = await jointWorld(count);
    const told = await world.ask(world.asking());
    const values = told.map(firstOf);
    expect(new Set(values).size).toBe(1);
    expect(Math.abs(values[0]! - truth)).toBeLessThan(60);
    expect(await world.spent()).toEqual(Array.from({ length: count }, () => oneEpsilon));
  },
);

test("no owner's sums are on their way to another in the open, nor even noised: they are masked afresh each time", async () => {
  using world = await jointWorld(3);
  const [told] = await world.ask(world.asking({ program: sums }));
  const total = firstOf(told);
  const summands = world.table.sent
    .filter(({ bytes }) => bytes.length === 16)
    .map(({ bytes }) => sumsOfBytes(bytes)[0]!);
  expect(summands.length).toBe(6);
  // A noised third of the sum lies below 2^40 grid steps; a uniform number of 128 bits does not.
  for (const summand of summands) expect(summand < 0n ? -summand : summand).toBeGreaterThan(2n ** 60n);
  expect(total).toBeGreaterThan(0);
});

test("each owner's noise is whole: the total of three has three times the variance of one", async () => {
  using world = await jointWorld(3);
  const width = 256;
  const ones = {
    node: { kind: "constant", value: { shape: [1, width], data: new Float64Array(width).fill(1) } },
  } as const;
  const rows = operation("Reshape", [bpColumn], { shape: [0, 1] });
  const program = programOn(operation("ReduceSum", [operation("Mul", [rows, ones])], { axes: [0] }));
  const [told] = await world.ask(world.asking({ program }));
  const exact = bpNumbers.reduce((sum, value) => sum + value, 0);
  const misses = [...valuesOf(told)].map((sum) => sum - exact);
  const meanSquare = misses.reduce((sum, miss) => sum + miss * miss, 0) / width;
  // Laplace noise of scale 256 x 140 at each owner. The mean square of 256 sums of three strays by a tenth.
  const ofOne = 2 * (width * 140) ** 2;
  expect(meanSquare).toBeGreaterThan(1.35 * ofOne);
  expect(meanSquare).toBeLessThan(5 * ofOne);
});

test("an owner that tells a false sum makes the answer wrong, and sees no more of the others' than a masked sum", async () => {
  using world = await jointWorld(3);
  world.table.twist = (channel, from) =>
    from !== 2
      ? channel
      : {
          ...channel,
          send: (bytes) => channel.send(bytes.length === 1 ? bytes : bytes.map((byte) => byte ^ 0x55)),
          receive: (most) => channel.receive(most),
          close: (why) => channel.close(why),
        };
  const told = await world.ask(world.asking({ program: sums }));
  expect(codeOf(told[0])).toBeUndefined();
  expect(Math.abs(firstOf(told[0]))).toBeGreaterThan(1e9);
  const seen = world.table.sent
    .filter(({ to, bytes }) => to === 2 && bytes.length === 16)
    .map(({ bytes }) => sumsOfBytes(bytes)[0]!);
  for (const sum of seen) expect(sum < 0n ? -sum : sum).toBeGreaterThan(2n ** 60n);
});

test("an owner that was asked something else is refused before anybody is charged or reads a row", async () => {
  using world = await jointWorld(3);
  const asked = world.asking();
  const told = await world.ask((at) => (at === 1 ? { ...asked, program: sums } : asked));
  expect(told.map(codeOf)).toEqual(["party-failed", "party-failed", "party-failed"]);
  expect(await world.spent()).toEqual([0n, 0n, 0n]);
  expect(world.owners.map(({ engine }) => engine.reads)).toEqual([0, 0, 0]);
});

test("facts that do not cover an owner's card are refused by that owner alone, and nobody is charged", async () => {
  using world = await jointWorld(3);
  const { facts } = world.asking();
  const narrow = { ...facts, columns: [{ ...facts.columns[0]!, greatest: 120 }] };
  for (const wrong of [
    narrow,
    { ...facts, columns: [{ ...facts.columns[0]!, name: "pulse" }] },
    { ...facts, columns: [{ ...facts.columns[1]!, categories: ["m", "f"] }] },
    { ...facts, rows: { least: 1, greatest: 10 } },
  ]) {
    const told = await world.ask(world.asking({ facts: wrong }));
    expect(told.map(codeOf)).toEqual(["facts-not-covered", "facts-not-covered", "facts-not-covered"]);
  }
  expect(await world.spent()).toEqual([0n, 0n, 0n]);
});

test("a card of persons with more rows, or with a public number of people, is not covered by less", async () => {
  const visits = cardOf({
    name: "clinic",
    columns: {
      bp: { type: "number", bounds: [60, 140] },
      sex: { type: "category", categories: ["f", "m"] },
    },
    unit: { column: "patient", mostRowsEach: 4 },
    people: { isPublic: false, band: [10, 1000] },
    budget: { epsilon: 10 },
  });
  const open = cardOf({
    name: "clinic",
    columns: { bp: { type: "number", bounds: [60, 140] }, sex: { type: "category", categories: ["f", "m"] } },
    unit: "row",
    people: { isPublic: true },
    budget: { epsilon: 10 },
  });
  using world = await jointWorld(2, [visits, open]);
  expect((await world.ask(world.asking())).map(codeOf)).toEqual(["facts-not-covered", "facts-not-covered"]);
});

test("an owner whose budget is used up costs the others nothing", async () => {
  using world = await jointWorld(3);
  const { ledger } = world.owners[1]!.ports.questions;
  const full = {
    affords: async () => false,
    isCharged: ledger.isCharged.bind(ledger),
    charge: ledger.charge.bind(ledger),
    recorded: ledger.recorded.bind(ledger),
    record: ledger.record.bind(ledger),
    budget: ledger.budget.bind(ledger),
  };
  Object.assign(world.owners[1]!.ports.questions, { ledger: full });
  expect((await world.ask(world.asking())).map(codeOf)).toEqual([
    "party-failed",
    "budget-exhausted",
    "party-failed",
  ]);
  expect(await world.spent()).toEqual([0n, 0n, 0n]);
});

test("an owner that does not come, or was not asked, is missed by all before anybody is charged", async () => {
  using world = await jointWorld(3);
  const asked = world.asking();
  const told = await world.ask((at) => (at === 2 ? undefined : asked));
  expect(told.slice(0, 2).map(codeOf)).toEqual(["party-failed", "party-failed"]);
  expect(await world.spent()).toEqual([0n, 0n, 0n]);
});

test("an owner that leaves after the charge ends the question; asked again it goes on with the noise that was drawn", async () => {
  using world = await jointWorld(3);
  // Party 2 sends its budget's byte and then nothing: killed before its sum.
  world.table.twist = (channel, from) => ({
    send: (bytes) => {
      if (from === 2 && bytes.length > 1) channel.close("killed");
      else channel.send(bytes);
    },
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
  const asked = world.asking({ program: sums });
  expect((await world.ask(asked)).slice(0, 2).map(codeOf)).toEqual(["party-failed", "party-failed"]);
  expect(await world.spent()).toEqual([oneEpsilon, oneEpsilon, oneEpsilon]);
  const reads = world.owners.map(({ engine }) => engine.reads);
  world.table.twist = (channel) => channel;
  const first = world.table.sent.length;
  const told = await world.ask(world.asking({ program: sums, again: true }));
  const values = told.map(firstOf);
  expect(new Set(values).size).toBe(1);
  // One noise a charge: rows are not read again, and nothing is charged again.
  expect(world.owners.map(({ engine }) => engine.reads)).toEqual(reads);
  expect(await world.spent()).toEqual([oneEpsilon, oneEpsilon, oneEpsilon]);
  // The masks are new, so the two sendings of one owner tell nothing together.
  const before = world.table.sent
    .slice(0, first)
    .filter(({ bytes }) => bytes.length === 16)
    .map(({ bytes }) => String(bytes));
  const after = world.table.sent
    .slice(first)
    .filter(({ bytes }) => bytes.length === 16)
    .map(({ bytes }) => String(bytes));
  expect(before.length).toBeGreaterThan(0);
  for (const bytes of after) expect(before).not.toContain(bytes);
});

test("a noised sum is not kept before its slot: who asks again meanwhile does not see that it is there", async () => {
  using world = await jointWorld(2);
  const { book, questions } = world.owners[0]!.ports;
  const isKept: boolean[] = [];
  const look = async () => {
    const held = await book.held({ serial: 1 } as never, "noised 0.0");
    isKept.push(held.ok && held.value !== undefined);
  };
  Object.assign(questions, { slots: { next: look } });
  expect((await world.ask(world.asking({ program: sums }))).map(codeOf)).toEqual([undefined, undefined]);
  await look();
  expect(isKept).toEqual([false, true]);
});

test("a later stage is not asked about another total than before: an owner that changes its sum spoils the ask, not the noise", async () => {
  using world = await jointWorld(3);
  const centred = operation("Sub", [bpColumn, operation("ReduceMean", [bpColumn])]);
  const program = programOn(
    operation("ReduceMean", [
      operation("Clip", [operation("Mul", [centred, centred])], { min: 0, max: 400 }),
    ]),
  );
  let isFirst = true;
  world.table.twist = (channel, from) => ({
    send: (bytes) => {
      const isSum = bytes.length >= 16;
      // Told true the first time, and gone at the second stage.
      if (from === 2 && isSum && !isFirst)
        channel.send(bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte)));
      else channel.send(bytes);
    },
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
  const asked = world.asking({ program });
  const { engine } = world.owners[0]!;
  // The first owner fails where it would record: its outcome is lost, its parts are kept.
  const { ledger } = world.owners[0]!.ports.questions;
  const record = ledger.record.bind(ledger);
  Object.assign(ledger, {
    record: async () => ({ ok: false, problem: { code: "answer-not-recorded", message: "full" } }),
  });
  await world.ask(asked);
  Object.assign(ledger, { record });
  isFirst = false;
  const reads = engine.reads;
  // The others have their answers recorded; an accomplice plays all of them again, with another sum.
  for (const other of world.owners.slice(1))
    Object.assign(other.ports.questions.ledger, { recorded: async () => ({ ok: true, value: undefined }) });
  const told = await world.ask({ ...world.asking({ program }), again: true });
  expect(codeOf(told[0])).toBe("outcomes-differ");
  expect(engine.reads).toBe(reads);
});

test("who compares learns a place: no owner's answer is opened", async () => {
  using world = await jointWorld(3);
  const told = await world.ask(world.asking({ kind: "greatest", offer: { epsilon: "5" } }));
  const places = told.map(firstOf);
  expect(new Set(places).size).toBe(1);
  expect([0, 1, 2]).toContain(places[0]);
  expect(await world.spent()).toEqual([5n * oneEpsilon, 5n * oneEpsilon, 5n * oneEpsilon]);
});

test("two of the parties that are one, a node that is none, and a stranger are refused", async () => {
  using world = await jointWorld(2);
  const { owners } = world.asking();
  const [first] = world.owners;
  const { answerJointly } = await import("./answer-jointly.ts");
  const { ada } = await import("../questions/questions-for-tests.ts");
  const ask = (more: object) => answerJointly(first!.ports, ada, world.asking(more));
  expect(codeOf(await ask({ owners: [owners[0]!, owners[0]!] }))).toBe("parties-invalid");
  expect(codeOf(await ask({ owners: [owners[1]!, { ...owners[1]!, fingerprint: "0".repeat(64) }] }))).toBe(
    "parties-invalid",
  );
  expect(codeOf(await ask({ owners: [owners[0]!] }))).toBe("parties-invalid");
  expect(codeOf(await ask({ kind: "greatest" }))).toBe("parties-invalid");
  expect(codeOf(await ask({ kind: "greatest", provider: owners[1]!.fingerprint }))).toBe("parties-invalid");
  Object.assign(first!.ports.party, { allowed: { find: () => undefined } });
  expect(codeOf(await ask({}))).toBe("party-not-allowed");
  expect(await world.spent()).toEqual([0n, 0n]);
});

test("one question asked four times at once is summed and noised once, and takes one slot of time", async () => {
  using world = await jointWorld(2);
  const told = await Promise.all([1, 2, 3, 4].map(() => world.ask(world.asking({ program: sums }))));
  expect(new Set(told.flat().map(firstOf)).size).toBe(1);
  expect(world.owners.map(({ engine }) => engine.reads)).toEqual([1, 1]);
});

test("what was paid with the last of the budget goes on when its asker asks again under its name", async () => {
  using world = await jointWorld(2);
  world.table.twist = (channel, from) => ({
    send: (bytes) => {
      if (from === 1 && bytes.length >= 16) channel.close("gone");
      else channel.send(bytes);
    },
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
  expect(codeOf((await world.ask(world.asking({ program: sums })))[0])).toBe("party-failed");
  world.table.twist = (channel) => channel;
  for (const { ports } of world.owners) Object.assign(ports.questions.ledger, { affords: async () => false });
  const told = await world.ask(world.asking({ program: sums }));
  expect(told.map(codeOf)).toEqual([undefined, undefined]);
  expect(await world.spent()).toEqual([oneEpsilon, oneEpsilon]);
});
