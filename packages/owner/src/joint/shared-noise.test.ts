// Questions whose guarantee counts on more than one honest owner: what they promise, and the attacks that honest owners must
// notice in each other's place.

import { expect, test } from "vitest";
import {
  ada,
  bp as bpColumn,
  clinicColumns,
  operation,
  programOn,
} from "../questions/questions-for-tests.ts";
import { answerJointly } from "./answer-jointly.ts";
import { jointWorld } from "./joint-world-for-tests.ts";

const bpNumbers = clinicColumns.get("bp") as Float64Array;
const oneEpsilon = 1_000_000_000n;
const eve = { ...ada, id: "acct_2", name: "eve" } as typeof ada;
const codeOf = (told: unknown) => (told as { problem?: { code: string } }).problem?.code;
const outcomeOf = (told: unknown) =>
  (told as { value: { outcome: { value: { values: { data: Float64Array }[]; guarantee: string } } } }).value
    .outcome.value;
const valuesOf = (told: unknown) => outcomeOf(told).values[0]!.data;
const sums = programOn(operation("ReduceSum", [bpColumn]));
const sumBytes = 16;
/** An owner's name for its noise, or a digest of totals. */
const agreeing = 32;

/** The sum in so many elements, each with noise of its own, for statistics. */
function sumsRepeated(width: number) {
  const ones = {
    node: { kind: "constant", value: { shape: [1, width], data: new Float64Array(width).fill(1) } },
  } as const;
  const rows = operation("Reshape", [bpColumn], { shape: [0, 1] });
  return programOn(operation("ReduceSum", [operation("Mul", [rows, ones])], { axes: [0] }));
}

const twoStages = programOn(
  operation("ReduceMean", [
    operation(
      "Clip",
      [
        operation("Mul", [
          operation("Sub", [bpColumn, operation("ReduceMean", [bpColumn])]),
          operation("Sub", [bpColumn, operation("ReduceMean", [bpColumn])]),
        ]),
      ],
      { min: 0, max: 400 },
    ),
  ]),
);

test("with two honest of three, all tell the same, each charges the whole offer, and the words say who must be honest", async () => {
  using world = await jointWorld(3, [], 2);
  for (const [askId, program] of [
    ["ask-one-stage", sums],
    ["ask-two-stages", twoStages],
  ] as const) {
    const told = await world.ask(world.asking({ askId, program, honestOwners: 2 }));
    const values = told.map((one) => valuesOf(one)[0]);
    expect(new Set(values).size).toBe(1);
    for (const one of told) {
      expect(outcomeOf(one).guarantee).toContain("as long as at least 2 of the owners");
      expect(outcomeOf(one).guarantee).toContain("loses what as many people of one owner lose together");
      expect(outcomeOf(one).guarantee).not.toContain("loses that much at each of them");
    }
  }
  expect(await world.spent()).toEqual([2n * oneEpsilon, 2n * oneEpsilon, 2n * oneEpsilon]);
});

test.each([2, 3])("with %i honest of three the total has that part of three whole noises", async (honest) => {
  using world = await jointWorld(3, [], 3);
  const width = 192;
  const program = sumsRepeated(width);
  const exact = bpNumbers.reduce((sum, value) => sum + value, 0);
  const meanSquareOf = async (honestOwners: number) => {
    const asked = world.asking({ askId: `ask-honest-${honestOwners}`, program, honestOwners });
    const [told] = await world.ask(asked);
    return [...valuesOf(told)].reduce((sum, value) => sum + (value - exact) ** 2, 0) / width;
  };
  const ratio = (await meanSquareOf(1)) / (await meanSquareOf(honest));
  // Each mean square strays by a fifth or less.
  expect(ratio / honest).toBeGreaterThan(0.6);
  expect(ratio / honest).toBeLessThan(1.7);
});

test("an owner that counts on nobody else refuses by itself, and nobody is charged or reads a row", async () => {
  using world = await jointWorld(3, [], 2);
  Object.assign(world.owners[1]!.ports, { honestOwnersAtMost: 1 });
  const told = await world.ask(world.asking({ honestOwners: 2 }));
  expect(told.map(codeOf)).toEqual(["party-failed", "honest-owners-too-many", "party-failed"]);
  const three = await world.ask(world.asking({ honestOwners: 3 }));
  expect(three.map(codeOf)).toEqual([
    "honest-owners-too-many",
    "honest-owners-too-many",
    "honest-owners-too-many",
  ]);
  expect(await world.spent()).toEqual([0n, 0n, 0n]);
  expect(world.owners.map(({ engine }) => engine.reads)).toEqual([0, 0, 0]);
});

test("an owner that was told another number of honest ones is not let in", async () => {
  using world = await jointWorld(3, [], 3);
  const asked = world.asking({ honestOwners: 2 });
  const told = await world.ask((at) => (at === 1 ? { ...asked, honestOwners: 3 } : asked));
  expect(told.map(codeOf)).toEqual(["party-failed", "party-failed", "party-failed"]);
  expect(await world.spent()).toEqual([0n, 0n, 0n]);
});

test("more honest owners than there are, and any but one in a comparison, are refused", async () => {
  using world = await jointWorld(3, [], 5);
  for (const more of [{ honestOwners: 4 }, { honestOwners: 2, kind: "greatest" }] as const) {
    const told = await world.ask(world.asking(more));
    expect(told.map(codeOf)).toEqual(["parties-invalid", "parties-invalid", "parties-invalid"]);
  }
});

test("an owner does not go on beside another's second noise: the asker has two accounts there, and an accomplice broke off", async () => {
  using world = await jointWorld(3, [], 2);
  const isSum = (bytes: Uint8Array) => bytes.length === sumBytes;
  // Party 2 is the accomplice: it hears the others' sums and tells nothing of its own.
  world.table.twist = (channel, from) => ({
    send: (bytes) => {
      if (from === 2 && isSum(bytes)) channel.close("gone");
      else channel.send(bytes);
    },
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
  const asked = world.asking({ program: sums, honestOwners: 2 });
  await world.ask(asked);
  world.table.twist = (channel) => channel;
  const first = world.table.sent.length;
  const again = world.asking({ program: sums, honestOwners: 2, again: true });
  const told = await Promise.all(
    world.owners.map(({ ports }, at) => answerJointly(ports, at === 1 ? eve : ada, again)),
  );
  expect(codeOf(told[0])).toBe("outcomes-differ");
  const sentByFirst = world.table.sent.slice(first).filter(({ from, bytes }) => from === 0 && isSum(bytes));
  expect(sentByFirst).toEqual([]);
});

test("an ask that broke off goes on with the same noise of all", async () => {
  using world = await jointWorld(3, [], 2);
  world.table.twist = (channel, from) => ({
    send: (bytes) => {
      if (from === 2 && bytes.length === sumBytes) channel.close("killed");
      else channel.send(bytes);
    },
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
  const askId = "ask-broken-off";
  const first = await world.ask(world.asking({ askId, program: sums, honestOwners: 2 }));
  expect(first.slice(0, 2).map(codeOf)).toEqual(["party-failed", "party-failed"]);
  const reads = world.owners.map(({ engine }) => engine.reads);
  world.table.twist = (channel) => channel;
  const told = await world.ask(world.asking({ askId, program: sums, honestOwners: 2, again: true }));
  expect(new Set(told.map((one) => valuesOf(one)[0])).size).toBe(1);
  expect(world.owners.map(({ engine }) => engine.reads)).toEqual(reads);
  expect(await world.spent()).toEqual([oneEpsilon, oneEpsilon, oneEpsilon]);
});

test("an owner that tells two others different sums ends the question before anything of the next stage is noised", async () => {
  using world = await jointWorld(3, [], 2);
  world.table.twist = (channel, from, to) => ({
    send: (bytes) => {
      const isSum = bytes.length >= sumBytes && bytes.length !== agreeing;
      channel.send(
        from === 2 && to === 1 && isSum ? bytes.map((byte, at) => (at === 0 ? byte ^ 0x40 : byte)) : bytes,
      );
    },
    receive: (most) => channel.receive(most),
    close: (why) => channel.close(why),
  });
  const told = await world.ask(world.asking({ program: twoStages, honestOwners: 2 }));
  expect(told.slice(0, 2).map(codeOf)).toEqual(["outcomes-differ", "outcomes-differ"]);
  // The mean's sum and count were read, and nothing of the second stage.
  expect(world.owners.slice(0, 2).map(({ engine }) => engine.reads)).toEqual([2, 2]);
});
