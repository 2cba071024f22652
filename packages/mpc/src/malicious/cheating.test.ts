// What a party that cheats can do: stop everybody. Each step, each message, several ways to change it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChannelFailure } from "../session/channel.ts";
import { Cheated } from "./cheated.ts";
import { type Change, played, type Scene } from "./cheating-for-tests.ts";
import { Verified } from "./verified.ts";

const sizes = { m: 2, k: 3, n: 2 };

const scenes: readonly Scene[] = [
  { name: "multiply", run: (p, x, y) => p.multiply(x, y) },
  { name: "matmul", run: (p, x, y) => p.matmul(x, y, sizes) },
  { name: "multiplyTruncate", run: (p, x, y) => p.multiplyTruncate(x, y, 4) },
  { name: "matmulTruncate", run: (p, x, y) => p.matmulTruncate(x, y, sizes, 4) },
  { name: "truncate", run: (p, x) => p.truncate(x, 9) },
  { name: "toBits", run: (p, x) => p.toBits(x, 11) },
  { name: "sign", run: (p, x) => p.sign(x, 64) },
  {
    name: "and",
    run: async (p, x, y) => p.and(await p.toBits(x, 3), await p.toBits(y, 3)),
  },
  { name: "fromBit", run: async (p, x) => p.fromBit(await p.toBits(x, 1)) },
  { name: "fromBits", run: async (p, x) => p.fromBits(await p.toBits(x, 5)) },
  { name: "openToEveryone", run: async (p, x, y) => p.add(x, y) },
  { name: "openBits", run: (p, x) => p.toBits(x, 1) },
];

const inputs = [
  [3n, 1000n, 65_537n, 12_345n, 2n, 77n],
  [7n, 5n, 99_999n, 1n, 2n ** 20n, 31n],
] as const;

/** Ways to change a message, with random words where they need them. */
const ways: Readonly<Record<string, (random: number) => Change>> = {
  "adds one": (random) => (message) => {
    const words = new BigUint64Array(message.buffer);
    words[random % words.length]! += 1n;
    return message;
  },
  "flips a bit": (random) => (message) => {
    message[random % message.length]! ^= 1 << (random % 8);
    return message;
  },
  "adds to the top bit, which most sums with weights forget": (random) => (message) => {
    const words = new BigUint64Array(message.buffer);
    words[random % words.length]! += 1n << 63n;
    return message;
  },
  "replays an earlier message of its own": (random) => (message, earlier) => {
    const fitting = earlier.filter(({ length }) => length === message.length);
    return fitting.length === 0 ? message : Uint8Array.from(fitting[random % fitting.length]!);
  },
  "sends what it was sent": (random) => (message, _, received) => {
    const fitting = received.filter(({ length }) => length === message.length);
    return fitting.length === 0 ? message : Uint8Array.from(fitting[random % fitting.length]!);
  },
  "sends zeros": () => (message) => message.fill(0),
  "sends too little": () => (message) => message.subarray(8),
};

const unchanged: Change = (message) => message;

describe.each(scenes)("$name", (scene) => {
  const told = [0, 1, 2].map((cheater) => once(() => played(scene, inputs, cheater, -1, unchanged)));

  test.each(Object.entries(ways))("a party that %s gets nothing wrong accepted", async (_, way) => {
    const honest = await told[0]!();
    const right = honest.outcomes.map((outcome) => ("words" in outcome ? outcome.words : outcome.why));
    expect(right[1]).toEqual(right[0]);
    let [changed, noticed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 }), fc.nat(), fc.nat(), async (cheater, which, random) => {
        const { messages } = await told[cheater]!();
        // Marks of eight bytes say nothing but that a party is there.
        const telling = messages.flatMap(({ length }, at) => (length === 8 ? [] : [at]));
        const at = telling[which % telling.length]!;
        const { outcomes, hasChanged } = await played(scene, inputs, cheater, at, way(random));
        const others = outcomes.filter((_, party) => party !== cheater);
        for (const outcome of others) {
          if ("words" in outcome) expect(outcome.words).toEqual(right[0]);
          else if (outcome.why instanceof Cheated) expect(outcome.why.suspects).toContain(cheater);
          else expect(outcome.why).toBeInstanceOf(ChannelFailure);
        }
        changed += hasChanged ? 1 : 0;
        noticed += hasChanged && others.some((outcome) => "why" in outcome) ? 1 : 0;
      }),
      { numRuns: 5 },
    );
    // A proof of what is true can be changed where no coin meets the change: that proves nothing false.
    expect(noticed).toBeGreaterThanOrEqual(changed - 1);
  });
});

test("without the check and the tags, every step can be made wrong and nobody notices", async () => {
  class Trusting extends Verified {
    override async settle(): Promise<void> {}
    protected override agree(): boolean {
      return true;
    }
  }
  for (const scene of scenes) {
    const right = await played(scene, inputs, 0, -1, unchanged, Trusting);
    const wrong: boolean[] = [];
    for (let at = 0; at < Math.min(6, right.messages.length); at++) {
      const { outcomes } = await played(scene, inputs, 1, at, ways["sends zeros"]!(0), Trusting);
      expect(outcomes.every((outcome) => "words" in outcome)).toBe(true);
      wrong.push(JSON.stringify(outcomes, asText) !== JSON.stringify(right.outcomes, asText));
    }
    expect(wrong).toContain(true);
  }
});

test("a party whose proof is false is named", async () => {
  const scene = scenes[0]!;
  const { messages } = await played(scene, inputs, 1, -1, unchanged);
  // The seed of coins, and the two sums of one row.
  const at = messages.findIndex(({ length }) => length === 32 + 32);
  const { outcomes } = await played(scene, inputs, 1, at, (message) => {
    message[40]! ^= 1;
    return message;
  });
  const accused = outcomes.flatMap((outcome) =>
    "why" in outcome && outcome.why instanceof Cheated ? [outcome.why] : [],
  );
  expect(accused.map(({ suspects }) => suspects)).toEqual([[1]]);
});

test("after it was found out nothing more is sent or opened", async () => {
  const { outcomes, messages } = await played(scenes[0]!, inputs, 1, 0, ways["adds one"]!(1));
  const honest = await played(scenes[0]!, inputs, 1, -1, unchanged);
  expect(outcomes.every((outcome) => "why" in outcome)).toBe(true);
  // The cheater got as far as the end of the check at most, and no opening was answered.
  expect(messages.length).toBeLessThan(honest.messages.length);
});

test("what is computed while a check runs is checked too before it is opened", async () => {
  const accepted = new Set<string>();
  const scene: Scene = {
    name: "two strands",
    run: async (p, x, y) => {
      const [, late] = await Promise.all([
        p.multiply(x, y).then((product) => p.openToEveryone(product)),
        p
          .multiply(x, x)
          .then((square) => p.multiply(square, y))
          .then((product) => p.openToEveryone(product)),
      ]);
      if (p.session.me !== 1) accepted.add(p.memory.words(late).join());
      return p.publicly(late);
    },
  };
  await played(scene, inputs, 1, -1, unchanged);
  expect(accepted.size).toBe(1);
  // The first messages: both products, then the beginning of the check together with the last product.
  for (let at = 0; at < 3; at++)
    for (const part of [0, 0.25, 0.5, 0.75, 0.99])
      await played(scene, inputs, 1, at, (message) => {
        message[Math.floor(part * message.length)]! ^= 1;
        return message;
      });
  expect(accepted.size).toBe(1);
});

test("one who opens before the others do is told nothing, and stops them", async () => {
  for (const early of [0, 1, 2]) {
    const scene: Scene = {
      name: "early",
      run: async (p, x, y) => (p.session.me === early ? p.add(x, y) : await p.multiply(x, y)),
    };
    const { outcomes } = await played(scene, inputs, early, -1, unchanged);
    expect(outcomes.every((outcome) => "why" in outcome)).toBe(true);
  }
});

function asText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
