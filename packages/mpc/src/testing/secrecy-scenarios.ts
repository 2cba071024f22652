// Computations of numbers of one digit, small enough that all of their randomness can be counted through.

import type { Column } from "@unseen/compute";
import { makeProgram } from "@unseen/program";
import { evaluateOnShares } from "../evaluate/evaluate-on-shares.ts";
import type { SharesValue } from "../evaluate/values.ts";
import type { Protocol } from "../protocol/protocol.ts";
import type { Shared, SharedBits } from "../protocol/shared.ts";
import type { PartyIndex } from "../session/channel.ts";
import { elements } from "./every-draw.ts";
import type { Scenario } from "./views.ts";

/** The same number in every element, or in as many as are said. */
export function bring(p: Protocol, from: PartyIndex, value: number, length = elements): Promise<Shared> {
  return p.share(from, length, columnAt(p, from, value, length));
}

export function bringBits(p: Protocol, from: PartyIndex, value: number, width: number): Promise<SharedBits> {
  return p.shareBits(from, elements, width, columnAt(p, from, value, elements));
}

function columnAt(p: Protocol, from: PartyIndex, value: number, length: number): Column | undefined {
  const { me, memory } = p.session;
  return me === from
    ? memory.columnOf(new BigUint64Array(length).fill(BigInt.asUintN(64, BigInt(value))))
    : undefined;
}

/** x y + x and y y, both opened: operations that wait for each other, and one that runs beside them. */
async function runProgram(p: Protocol, [x, y]: readonly number[]): Promise<void> {
  const shape = [elements];
  const operation = (name: string, ...inputs: number[]) =>
    ({ kind: "operation", operation: name, inputs, attributes: {} }) as const;
  const program = makeProgram({
    nodes: [
      { kind: "input", name: "x", shape },
      { kind: "input", name: "y", shape },
      operation("Mul", 0, 1),
      operation("Add", 2, 0),
      operation("Mul", 1, 1),
    ],
    outputs: [3, 4],
  });
  if (!program.ok) throw new Error(program.problem.message);
  const of = { kind: "secret", shape, fractionBits: 0, least: 0, greatest: 1 } as const;
  const inputs = new Map<string, SharesValue>([
    ["x", { ...of, shared: await bring(p, 0, x!) }],
    ["y", { ...of, shared: await bring(p, 1, y!) }],
  ]);
  const results = await evaluateOnShares(p, program.value, inputs);
  if (!results.ok) throw new Error(results.problem.message);
  for (const result of results.value) if (result.kind === "secret") await p.openToEveryone(result.shared);
}

/** Computes modulo 2^bits. */
export function modulo(bits: number): Pick<Scenario, "drawn" | "received"> {
  const digits = { bits, shift: 0 };
  return { drawn: () => digits, received: () => digits };
}

const two = [0, 1] as const;
const values = (bits: number, inputs = 1) =>
  Array.from({ length: inputs }, () => [...Array(2 ** bits).keys()]);

export const secrecyScenarios: Readonly<Record<string, Scenario>> = {
  "a number is shared": { from: [0], run: (p, [x]) => bring(p, 0, x!) },
  "a number is opened to one party": {
    from: two,
    async run(p, [x, y]) {
      const [a, b] = [await bring(p, 0, x!), await bring(p, 1, y!)];
      await p.openTo(1, p.add(a, b));
    },
    told: ([x, y], party) => (party === 1 ? x! ^ y! : undefined),
  },
  "a product": {
    from: two,
    run: async (p, [x, y]) => p.multiply(await bring(p, 0, x!), await bring(p, 1, y!)),
  },
  "a product modulo four": {
    from: [0],
    values: values(2),
    ...modulo(2),
    async run(p, [x]) {
      const a = await bring(p, 0, x!);
      await p.multiply(a, a);
    },
  },
  "a product is opened": {
    from: two,
    async run(p, [x, y]) {
      await p.openToEveryone(await p.multiply(await bring(p, 0, x!), await bring(p, 1, y!)));
    },
    told: ([x, y]) => x! & y!,
  },
  "a product is opened to one party": {
    from: two,
    async run(p, [x, y]) {
      await p.openTo(0, await p.multiply(await bring(p, 0, x!), await bring(p, 1, y!)));
    },
    told: ([x, y], party) => (party === 0 ? x! & y! : undefined),
  },
  "a number is multiplied twice at the same time, and the sum is opened": {
    from: two,
    async run(p, [x, y]) {
      const [a, b] = [await bring(p, 0, x!), await bring(p, 1, y!)];
      const [one, other] = await Promise.all([p.multiply(a, b), p.multiply(a, p.addEach(b, 1n))]);
      await p.openToEveryone(p.add(one, other));
    },
    told: ([x]) => x,
  },
  "a product and a linear function of it are opened": {
    from: two,
    async run(p, [x, y]) {
      const [a, b] = [await bring(p, 0, x!), await bring(p, 1, y!)];
      const product = await p.multiply(a, b);
      await p.openToEveryone(product);
      await p.openToEveryone(p.addEach(p.sub(product, a), 1n));
    },
    told: ([x, y]) => [x! & y!, x],
  },
  "a program opens its outputs": {
    from: two,
    run: runProgram,
    told: ([x, y]) => [(x! & y!) ^ x!, y],
  },
  "a row times a matrix": {
    from: two,
    async run(p, [x, y]) {
      await p.matmul(await bring(p, 0, x!, 1), await bring(p, 1, y!), { m: 1, k: 1, n: elements });
    },
  },
  "a fixed number is multiplied with two columns, one after the other": {
    from: [0, 1, 0],
    async run(p, [x, y, z]) {
      const fixed = await p.fix(await bring(p, 0, x!, 1));
      await p.matmul(fixed, await bring(p, 1, y!), { m: 1, k: 1, n: elements });
      await p.matmul(await bring(p, 0, z!), fixed, { m: elements, k: 1, n: 1 });
    },
  },
  "two products with a fixed number are opened": {
    from: [0, 1],
    async run(p, [x, y]) {
      const [fixed, other] = [await p.fix(await bring(p, 0, x!, 1)), await bring(p, 1, y!)];
      const sizes = { m: 1, k: 1, n: elements };
      const [one, two] = await Promise.all([
        p.matmul(fixed, other, sizes),
        p.matmul(fixed, p.addEach(other, 1n), sizes),
      ]);
      await p.openToEveryone(one);
      await p.openToEveryone(two);
    },
    told: ([x, y]) => [x! & y!, x],
  },
  "bits are shared and turned": {
    from: [1],
    values: values(2),
    run: async (p, [x]) => p.not(await bringBits(p, 1, x!, 2)),
  },
  "bits are multiplied, one by each of two": {
    from: two,
    values: values(1, 2),
    run: async (p, [x, y]) => p.and(await bringBits(p, 0, x!, 1), await bringBits(p, 1, y!, 1)),
  },
  "a product of bits is turned and opened": {
    from: two,
    async run(p, [x, y]) {
      await p.openBits(p.not(await p.and(await bringBits(p, 0, x!, 1), await bringBits(p, 1, y!, 1))));
    },
    told: ([x, y]) => x! & y!,
  },
  "a bit becomes a number": { from: [1], run: async (p, [x]) => p.fromBit(await bringBits(p, 1, x!, 1)) },
  "bits become a number, modulo four": {
    from: [1],
    values: values(2),
    ...modulo(2),
    run: async (p, [x]) => p.fromBits(await bringBits(p, 1, x!, 2)),
  },
  "a bit decides whether a number stays": {
    from: two,
    run: async (p, [x, y]) => p.keepWhere(await bringBits(p, 0, x!, 1), await bring(p, 1, y!)),
  },
  "a bit becomes a number that is opened, as are its bits": {
    from: two,
    async run(p, [x, y]) {
      const sum = p.xor(await bringBits(p, 0, x!, 1), await bringBits(p, 1, y!, 1));
      await p.openToEveryone(await p.fromBit(sum));
      await p.openBits(sum);
    },
    told: ([x, y]) => x! ^ y!,
  },
  "the bits of a number of two": {
    from: [1],
    values: values(2),
    ...modulo(2),
    run: async (p, [x]) => p.toBits(await bring(p, 1, x!), 2),
  },
  "the sign of a number of two bits is opened": {
    from: [1],
    values: values(2),
    ...modulo(2),
    run: async (p, [x]) => p.openBits(await p.sign(await bring(p, 1, x!), 2)),
    told: ([x]) => x! >> 1,
  },
};

/** Too many digits for parties of which each pair draws. */
export const longScenarios: Readonly<Record<string, Scenario>> = {
  "two products of one number, of which one goes on": {
    from: two,
    async run(p, [x, y]) {
      const [a, b] = [await bring(p, 0, x!), await bring(p, 1, y!)];
      const [one, other] = await Promise.all([p.multiply(a, b), p.multiply(a, a)]);
      await p.openToEveryone(await p.multiply(one, other));
    },
    told: ([x, y]) => x! & y!,
  },
  "a row of two times a matrix": {
    from: [0, 1, 0, 1],
    async run(p, [x, y, z, w]) {
      const row = p.concat([await bring(p, 0, x!, 1), await bring(p, 0, z!, 1)]);
      const matrix = p.concat([await bring(p, 1, y!), await bring(p, 1, w!)]);
      await p.matmul(row, matrix, { m: 1, k: 2, n: elements });
    },
  },
  "two bits times one": {
    from: two,
    values: [...values(2), ...values(1)],
    run: async (p, [x, y]) => p.and(await bringBits(p, 0, x!, 2), await bringBits(p, 1, y!, 1)),
  },
  "the sign of a number of three bits": {
    from: [0],
    values: values(3),
    ...modulo(3),
    run: async (p, [x]) => p.sign(await bring(p, 0, x!), 3),
  },
};
