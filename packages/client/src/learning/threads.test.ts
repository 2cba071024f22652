import { type Thread, type Threads, wasmBackend } from "@unseen/compute";
import * as learning from "@unseen/learning";
import { conv2d, dense, dropout, type Examples, type FitOptions, flatten, sgd } from "@unseen/learning";
import { expect, test } from "vitest";
import * as ofPages from "./threads.ts";
import { threadsHere } from "./threads-of-node.ts";

const entropy = { fill: <Bytes extends Uint8Array>(bytes: Bytes) => bytes.fill(37) };
const layers = [
  conv2d(16, 3, { activation: "relu" }),
  conv2d(32, 3, { activation: "relu" }),
  dropout(0.2),
  flatten(),
  dense(3),
];
const rows = 400;
const examples: Examples = {
  x: Float32Array.from({ length: rows * 64 }, (_, at) => Math.sin(at * 0.7)),
  y: Array.from({ length: rows }, (_, row) => row % 3),
  shape: [1, 8, 8],
};

type Watched = { readonly threads: Threads; readonly started: Thread[]; ready: number; runs: number };

/** Real threads, and what passes. */
function watched(count: number): Watched {
  const real = threadsHere(count);
  const seen: Watched = {
    threads: {
      ...real,
      start: () => {
        const thread = real.start();
        seen.started.push(thread);
        return {
          ...thread,
          post: (message) => {
            if (message.kind === "run") seen.runs++;
            thread.post(message);
          },
          listen: (listener) =>
            thread.listen((message) => {
              listener(message);
              if (message === "ready") seen.ready++;
            }),
        };
      },
    },
    started: [],
    ready: 0,
    runs: 0,
  };
  return seen;
}

/** What comes after the first report is not begun before the threads are up. */
function trainedIn(seen: Watched | undefined, options: Partial<FitOptions> = {}) {
  const count = seen?.threads.count ?? 0;
  return learning.fit(
    layers,
    examples,
    {
      optimizer: sgd(0.1),
      batch: 300,
      epochs: 6,
      reportEvery: 2,
      saveCheckpoint: async () => {
        while (seen !== undefined && seen.ready < count) await new Promise((done) => setTimeout(done, 20));
      },
      ...options,
    },
    { backend: seen === undefined ? wasmBackend : { ...wasmBackend, threads: seen.threads }, entropy },
  );
}

function weightsOf(trained: Awaited<ReturnType<typeof trainedIn>>) {
  if (!trained.ok) throw new Error(trained.problem.message);
  return [...trained.value.weights.values()].map((each) => [...each]);
}

test.each([
  ["plain", {}],
  ["private", { privacy: { clip: 1, noiseMultiplier: 1, delta: 1e-3 } }],
] as const)(
  "a %s training comes to the same numbers in one thread, in two and in three",
  async (_, options) => {
    const alone = weightsOf(await trainedIn(undefined, options));
    for (const count of [2, 3]) {
      const seen = watched(count);
      expect(weightsOf(await trainedIn(seen, options))).toEqual(alone);
      expect(seen.started.length).toBe(count);
      // Several runs for each step of the second half at least.
      expect(seen.runs).toBeGreaterThan(8);
    }
  },
);

test("threads come up beside a training that waits for nothing, and take it over", async () => {
  const seen = watched(2);
  const onProgress = () => {
    if (seen.runs > 8) throw new Error("they took over");
  };
  const shared = trainedIn(seen, { epochs: 4_000, saveCheckpoint: async () => {}, onProgress });
  await expect(shared).rejects.toThrow("they took over");
});

test("a thread that ends under way ends the training, and one that never comes up does not", async () => {
  const seen = watched(2);
  const broken = trainedIn(seen, {
    epochs: 400,
    onProgress: () => seen.ready === 2 && seen.started[0]!.end(),
  });
  await expect(broken).rejects.toThrow("a thread of the training ended");
  const silent: Threads = {
    ...threadsHere(2),
    start: () => ({ post: () => {}, listen: () => {}, end: () => {} }),
  };
  const refusing: Threads = {
    ...threadsHere(2),
    start: () => ({ post: () => {}, listen: (listener) => listener("refused"), end: () => {} }),
  };
  const none: Threads = {
    ...threadsHere(2),
    start: () => {
      throw new Error("no more threads");
    },
  };
  const alone = weightsOf(await trainedIn(undefined));
  for (const threads of [silent, refusing, none])
    expect(weightsOf(await trainedIn({ threads, started: [], ready: 2, runs: 0 }))).toEqual(alone);
});

test("steps that are small beside what goes there and back start no thread, and a page has none that nobody named", async () => {
  const seen = watched(2);
  await learning.fit(
    [flatten(), dense(600, "relu"), dense(3)],
    examples,
    { optimizer: sgd(0.1), batch: 300, epochs: 2 },
    { backend: { ...wasmBackend, threads: seen.threads }, entropy },
  );
  expect(seen.started).toEqual([]);
  expect(ofPages.threadsHere(4)).toBeUndefined();
});
