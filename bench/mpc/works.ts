// What the parties of the benchmark compute. Inputs are shared before the clock starts; each work is run a few times, all
// parties beginning together, and a party's time is from the first step to its last result.

import { RingMemory } from "@unseen/compute";
import {
  compare,
  fixedPoint,
  type Protocol,
  Provided,
  Replicated,
  relu,
  Session,
  type Shared,
  softmax,
  Verified,
} from "@unseen/mpc";
import { aesStream } from "../../packages/owner/src/peers/aes-stream.ts";
import type { LaunchedParty } from "../../packages/owner/src/peers/launch-for-tests.ts";

export type Task = {
  readonly work: Work;
  readonly protocol: "replicated" | "verified" | "provider";
  readonly runs: number;
};

export type Measured = {
  /** Of each run. */
  readonly ms: readonly number[];
  /** Processor time of this party, of each run. */
  readonly cpuMs: readonly number[];
  readonly rounds: number;
  readonly sentBytes: number;
};

export type Work = keyof typeof works;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Binary digits after the point. */
const places = 16;
const fixed = fixedPoint(places, 15);
/** MP-SPDZ compares numbers of 32 bits; a fixed point of 16 and 15 bits has 32 with its sign. */
const width = 32;

/** Runs one work at this party. */
export async function measure({ me, count, channels, seeds }: LaunchedParty, task: Task): Promise<Measured> {
  const memory = await RingMemory.open(1_500);
  const session = new Session({ me, channels, memory, nextTurn });
  const masks = seeds.map((seed) => seed?.take("masks"));
  const pair = { withPrevious: masks[(me + count - 1) % count]!, withNext: masks[(me + 1) % count]! };
  const verified = task.protocol === "verified" ? new Verified(session, pair, aesStream) : undefined;
  const protocol: Protocol = verified ?? unverified(session, task.protocol, masks, pair);
  const { prepare, run } = works[task.work];
  const inputs = await prepare(protocol);
  const ms: number[] = [];
  const cpuMs: number[] = [];
  let [rounds, sentBytes] = [0, 0];
  for (let time = 0; time <= task.runs; time++) {
    await together(protocol);
    const before = session.traffic;
    const used = process.cpuUsage();
    const begun = performance.now();
    const results = await run(protocol, inputs);
    // What was sent is proved before anything could be opened, so it is part of the work.
    await verified?.settle();
    const took = performance.now() - begun;
    const { user, system } = process.cpuUsage(used);
    rounds = session.traffic.rounds - before.rounds;
    sentBytes = session.traffic.sentBytes - before.sentBytes;
    for (const result of results) result[Symbol.dispose]();
    // The first warms the code up.
    if (time === 0) continue;
    ms.push(took);
    cpuMs.push((user + system) / 1_000);
  }
  await together(protocol);
  return { ms, cpuMs, rounds, sentBytes };
}

function unverified(
  session: Session,
  protocol: Task["protocol"],
  masks: readonly (Uint8Array | undefined)[],
  pair: { readonly withPrevious: Uint8Array; readonly withNext: Uint8Array },
): Protocol {
  if (protocol === "replicated") return new Replicated(session, pair, aesStream);
  return new Provided(session, masks, aesStream);
}

/** Nobody goes on before all are here. */
async function together(protocol: Protocol): Promise<void> {
  using zero = protocol.publicly(protocol.session.memory.zeros(1));
  protocol.session.memory.free(await protocol.openToEveryone(zero));
}

type Step = {
  readonly prepare: (p: Protocol) => Promise<readonly Shared[]>;
  readonly run: (p: Protocol, inputs: readonly Shared[]) => Promise<readonly Shared[]>;
};

const products: Step = {
  prepare: (p) => Promise.all([random(p, 1_000_000, 30), random(p, 1_000_000, 30)]),
  run: async (p, [x, y]) => [await p.multiply(x!, y!)],
};

const matmul: Step = {
  prepare: (p) => Promise.all([random(p, 256 * 784, 4), random(p, 784 * 128, 4)]),
  run: async (p, [x, y]) => [await p.matmulTruncate(x!, y!, { m: 256, k: 784, n: 128 }, places)],
};

const comparing = (length: number): Step => ({
  prepare: async (p) => [await random(p, length, 14)],
  run: async (p, [x]) => {
    using bit = await compare(p, "less", x!, 0n, width);
    return [await p.fromBit(bit)];
  },
});

const relus: Step = {
  prepare: async (p) => [await random(p, 1_000_000, 14)],
  run: async (p, [x]) => [await relu(p, x!, width)],
};

const sizes = [784, 128, 128, 10] as const;

/** Three dense layers with ReLU after the first two: forward. */
const network = (batch: number): Step => ({
  prepare: networkInputs(batch),
  run: async (p, [x, ...weights]) => {
    const { layers } = await forward(p, x!, weights, batch, false);
    for (const layer of layers.slice(0, -1)) for (const value of layer) value[Symbol.dispose]();
    return layers.at(-1)!;
  },
});

/** Forward, softmax and cross entropy's gradient, backward, and new weights. */
const step: Step = {
  prepare: async (p) => [...(await networkInputs(128)(p)), await random(p, 128 * 10, 0)],
  run: async (p, inputs) => {
    const batch = 128;
    const [x, labels] = [inputs[0]!, inputs.at(-1)!];
    const weights = inputs.slice(1, -1);
    const { layers, kept } = await forward(p, x, weights, batch, true);
    using chances = await softmax(p, layers.at(-1)![0]!, 10, fixed);
    let delta = p.sub(chances, labels);
    const updated: Shared[] = [];
    for (let at = 2; at >= 0; at--) {
      const [m, n] = [sizes[at]!, sizes[at + 1]!];
      const below = at === 0 ? x : layers[at - 1]![0]!;
      using turned = p.gather(below, transposed(batch, m));
      const old = delta;
      using _old = old;
      const upstream = async () => {
        if (at === 0) return undefined;
        using turnedWeights = p.gather(weights[2 * at]!, transposed(m, n));
        using raw = await p.matmulTruncate(old, turnedWeights, { m: batch, k: n, n: m }, places);
        return await p.multiply(raw, kept[at - 1]!);
      };
      const [gradient, next] = await Promise.all([
        p.matmulTruncate(turned, old, { m, k: batch, n }, places + 7),
        upstream(),
      ]);
      using change = gradient;
      updated.push(p.sub(weights[2 * at]!, change));
      if (next !== undefined) delta = next;
    }
    for (const value of [...layers.flat(), ...kept]) value[Symbol.dispose]();
    return updated;
  },
};

const works = {
  "products-1e6": products,
  matmul,
  "compare-1e6": comparing(1_000_000),
  "compare-1e5": comparing(100_000),
  "relu-1e6": relus,
  "network-a-1": network(1),
  "network-a-128": network(128),
  "network-a-step": step,
} as const;

function networkInputs(batch: number): (p: Protocol) => Promise<readonly Shared[]> {
  return async (p) => {
    const inputs = [await random(p, batch * sizes[0], 0)];
    for (let at = 0; at < 3; at++) {
      inputs.push(await random(p, sizes[at]! * sizes[at + 1]!, -4));
      inputs.push(await random(p, sizes[at + 1]!, -4));
    }
    return inputs;
  };
}

/** Each layer's output, and for the ReLUs which numbers they kept, where a step back will need it. */
async function forward(p: Protocol, x: Shared, weights: readonly Shared[], batch: number, goesBack: boolean) {
  const layers: Shared[][] = [];
  const kept: Shared[] = [];
  let input = x;
  for (let at = 0; at < 3; at++) {
    const [k, n] = [sizes[at]!, sizes[at + 1]!];
    using raw = await p.matmulTruncate(input, weights[2 * at]!, { m: batch, k, n }, places);
    using bias = p.gather(
      weights[2 * at + 1]!,
      Uint32Array.from({ length: batch * n }, (_, i) => i % n),
    );
    const sum = p.add(raw, bias);
    if (at === 2) {
      layers.push([sum]);
      break;
    }
    using before = sum;
    if (!goesBack) {
      input = await relu(p, before, width);
      layers.push([input]);
      continue;
    }
    using isNegative = await p.sign(before, width);
    using isKept = p.not(isNegative);
    const bit = await p.fromBit(isKept);
    kept.push(bit);
    input = await p.multiply(bit, before);
    layers.push([input]);
  }
  return { layers, kept };
}

/** Numbers below 2^bits in size, by no rule that matters. */
async function random(p: Protocol, length: number, bits: number): Promise<Shared> {
  const { memory, me } = p.session;
  if (me !== 0) return p.share(0, length, undefined);
  const column = memory.column(length);
  const words = memory.words(column);
  const scale = 2 ** (places + bits);
  for (let at = 0; at < length; at++)
    words[at] = BigInt.asUintN(
      64,
      BigInt(Math.round((((at * 2_654_435_761) % 4_294_967_296) / 2 ** 31 - 1) * scale)),
    );
  const shared = await p.share(0, length, column);
  memory.free(column);
  return shared;
}

function transposed(rows: number, columns: number): Uint32Array {
  return Uint32Array.from(
    { length: rows * columns },
    (_, at) => (at % rows) * columns + Math.floor(at / rows),
  );
}
