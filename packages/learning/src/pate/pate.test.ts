import { Secret } from "@unseen/base";
import { type Backend, wasmBackend } from "@unseen/compute";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Examples, rowsOf } from "../fit/examples.ts";
import { planTraining } from "../fit/plan-training.ts";
import { dense } from "../layers/dense.ts";
import { planNetwork } from "../model/network.ts";
import { adam } from "../optimise/adam.ts";
import { sgd } from "../optimise/sgd.ts";
import { digits } from "../testing/digits.ts";
import { seededEntropy } from "../testing/predictable-entropy.ts";
import { disjointParts } from "./disjoint-parts.ts";
import { type PateOptions, pate } from "./pate.ts";
import { planTeachers } from "./plan-teachers.ts";
import { pricePate } from "./price-pate.ts";
import { Teachers, votesOfTeachers } from "./teachers.ts";

const teaching = { optimizer: adam(0.05), epochs: 20, batch: 16 };
const options: PateOptions = {
  teachers: 100,
  aggregator: { kind: "gaussian", noise: 10 },
  delta: 1e-4,
  teaching,
  student: { optimizer: adam(0.02), epochs: 30, batch: 20 },
};
const portsOf = (seed: number) => ({ backend: wasmBackend, entropy: seededEntropy(seed) });
const layers = [dense(3)];
const plane = planNetwork(layers, [2]);
if (!plane.ok) throw new Error(plane.problem.message);
const network = plane.value;

/** Gives these words, and then zeros. */
function wordsInOrder(words: readonly number[]) {
  return {
    fill(bytes: Uint8Array<ArrayBuffer>) {
      new Uint32Array(bytes.buffer).fill(0).set(words);
      return bytes;
    },
  };
}

async function votes(examples: Examples, count: number, seed = 1): Promise<readonly (readonly number[])[]> {
  const fast = { optimizer: sgd(1), epochs: 2, batch: 4 };
  const rows = { ...examples, x: rowsOf(examples.x, 2)! };
  const of = { layers, network, rows, count, teaching: fast };
  const queries = Float32Array.of(1, 0, 0, 1, -1, -1, 0.2, 0.1);
  const counted = await votesOfTeachers(of, queries, portsOf(seed));
  if (!counted.ok) expect.fail(counted.problem.message);
  const kept = await (await Teachers.train(of, portsOf(seed))).votesOn(queries, portsOf(seed));
  if (!kept.ok) expect.fail(kept.problem.message);
  expect(Secret.reveal(kept.value)).toEqual(Secret.reveal(counted.value));
  return Secret.reveal(counted.value);
}

test("digits are answered by teachers, and a student learns them from the answers alone", async () => {
  const { train, heldOut } = digits();
  const [x, y] = [train.x as readonly (readonly number[])[], train.y as readonly number[]];
  const own = { x: x.slice(100), y: y.slice(100), shape: [64] };
  const run = await pate([dense(10)], own, { x: x.slice(0, 100) }, withHeldOut(heldOut), portsOf(3));
  if (!run.ok) expect.fail(run.problem.message);
  const { epsilon, student, answered, answers, agreement } = run.value;
  expect(epsilon.epsilon).toBeLessThan(5.8);
  expect(epsilon).toMatchObject({ delta: 1e-4, unit: "a row", relation: "add-or-remove-one" });
  expect([answered, answers.length, agreement]).toEqual([100, 100, undefined]);
  if (!student.ok) expect.fail(student.problem.message);
  expect(student.value.heldOut!.accuracy).toBeGreaterThan(0.7);
  const price = pricePate({ ...options, options: 10, queries: 100 });
  expect(price.ok && price.value).toEqual(epsilon);
});

test("a student that takes part is answered where teachers disagree with it, and learns as much from fewer answers", async () => {
  const { train, heldOut } = digits();
  const [x, y] = [train.x as readonly (readonly number[])[], train.y as readonly number[]];
  const own = { x: x.slice(300), y: y.slice(300), shape: [64] };
  const aggregator = { noise: 6, threshold: { votes: 20, noise: 10 }, mostAnswered: 120 } as const;
  const given = { ...withHeldOut(heldOut), teachers: 80 };
  const interactive: PateOptions = {
    ...given,
    aggregator: { kind: "interactive", ...aggregator },
    asking: { rounds: 4, confidence: 0.6 },
  };
  const run = await pate([dense(10)], own, { x: x.slice(0, 300) }, interactive, portsOf(3));
  if (!run.ok) expect.fail(run.problem.message);
  const { epsilon, student, answered, undisputed, answers } = run.value;
  if (!student.ok) expect.fail(student.problem.message);
  expect(student.value.heldOut!.accuracy).toBeGreaterThan(0.7);
  expect(answers.filter((answer) => answer >= 0).length).toBe(answered);
  expect(answered).toBeLessThanOrEqual(120);
  expect(undisputed).toBeGreaterThan(30);
  const rules = { teachers: 80, delta: 1e-4, options: 10, queries: 300 };
  const price = pricePate({ ...rules, aggregator: { kind: "interactive", ...aggregator } });
  const asConfident = pricePate({ ...rules, aggregator: { kind: "confident", ...aggregator } });
  expect(price.ok && price.value).toEqual(epsilon);
  expect(asConfident.ok && asConfident.value.epsilon).toBe(epsilon.epsilon);
  expect(epsilon.aggregator).toContain("Interactive-GNMax");
});

test("rounds and confidence go with an interactive run alone, and agreement is not told of one", async () => {
  const { train } = digits();
  const interactive = {
    kind: "interactive",
    noise: 6,
    threshold: { votes: 20, noise: 10 },
    mostAnswered: 2,
  } as const;
  const cases: readonly Partial<PateOptions>[] = [
    { asking: { rounds: 2 } },
    { aggregator: interactive, asking: { rounds: 0 } },
    { aggregator: interactive, asking: { rounds: 1.5 } },
    { aggregator: interactive, asking: { confidence: Number.NaN } },
    { aggregator: interactive, telling: { order: 8, releaseCost: 0.1 } },
    { aggregator: { ...interactive, mostAnswered: 6 } },
  ];
  const x = (train.x as readonly (readonly number[])[]).slice(0, 5);
  for (const changed of cases)
    expect(await pate([dense(10)], train, { x }, { ...options, ...changed }, portsOf(1))).toMatchObject({
      problem: { code: "training-invalid" },
    });
});

function withHeldOut(heldOut: Examples): PateOptions {
  return { ...options, student: { ...options.student, heldOut } };
}

test("answers spread to public rows without any, and a student that learns from all reads more digits", async () => {
  const { train, heldOut } = digits();
  const [x, y] = [train.x as readonly (readonly number[])[], train.y as readonly number[]];
  const own = { x: x.slice(500), y: y.slice(500), shape: [64] };
  const without = withHeldOut(heldOut);
  const spread = { neighbours: 8, x: x.slice(60, 500) };
  const accuracies: number[] = [];
  for (const given of [without, { ...without, student: { ...without.student, spread } }]) {
    const run = await pate([dense(10)], own, { x: x.slice(0, 60) }, given, portsOf(3));
    if (!run.ok || !run.value.student.ok) expect.fail("a student learns");
    expect(run.value.answered).toBe(60);
    accuracies.push(run.value.student.value.heldOut!.accuracy);
  }
  const [alone, withOthers] = accuracies as [number, number];
  expect(withOthers).toBeGreaterThan(alone + 0.02);

  for (const wrong of [
    { neighbours: 0 },
    { neighbours: 1.5 },
    { x: [[1, 2]] },
    { x: [new Array(64).fill(NaN)] },
  ]) {
    const given = { ...without, student: { ...without.student, spread: wrong } };
    const refused = await pate([dense(10)], own, { x: x.slice(0, 60) }, given, portsOf(3));
    expect(refused.ok).toBe(false);
  }
});

test("a person who comes, goes or changes is in one part, and every other part stays as it was", () => {
  const lots = fc.array(fc.nat(2 ** 20), { minLength: 12, maxLength: 12 });
  const rows = fc.array(fc.nat(11), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(lots, rows, fc.integer({ min: 1, max: 9 }), fc.nat(11), (words, people, teachers, gone) => {
      // Each person's own lot, in the order in which people are first seen.
      const lotsOf = (seen: readonly number[]) =>
        wordsInOrder([...new Set(seen)].map((person) => words[person]!));
      const parts = disjointParts(people.length, teachers, lotsOf(people), people);
      const ofParts = (all: readonly (readonly number[])[], of: readonly number[]) =>
        all.map((part) => part.map((row) => of[row]!));
      for (const person of new Set(people))
        expect(ofParts(parts, people).filter((part) => part.includes(person))).toHaveLength(1);
      expect(parts.flat().toSorted((a, b) => a - b)).toEqual(people.map((_, row) => row));
      const left = people.filter((person) => person !== gone);
      const without = ofParts(disjointParts(left.length, teachers, lotsOf(left), left), left);
      expect(without).toEqual(ofParts(parts, people).map((part) => part.filter((person) => person !== gone)));
    }),
  );
});

test("parts are drawn by lot: each as often, and rows without people each for itself", () => {
  const parts = disjointParts(30_000, 3, seededEntropy(4));
  // Five and a half deviations of 82.
  for (const part of parts) expect(Math.abs(part.length - 10_000)).toBeLessThan(450);
});

test("whatever one person becomes, one vote moves in each query at most", async () => {
  const number = fc.oneof(
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.constantFrom(Number.NaN, 1e30, -1e6),
  );
  const row = fc.tuple(
    number,
    number,
    fc.oneof(fc.nat(2), fc.constantFrom(3, -1, 0.5, Number.NaN)),
    fc.nat(9),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 25 }),
      fc.array(number, { minLength: 3, maxLength: 3 }),
      async (rows, [a, b, c]) => {
        const of = (all: typeof rows): Examples => ({
          x: all.map(([first, second]) => [first, second]),
          y: all.map(([, , label]) => label),
          people: all.map(([, , , person]) => person),
        });
        const person = rows[0]![3];
        const changed = rows.map((each): (typeof rows)[number] =>
          each[3] === person ? [a!, b!, c!, person] : each,
        );
        const [here, there] = [await votes(of(rows), 4), await votes(of(changed), 4)];
        for (const [query, counts] of here.entries()) {
          expect(counts.reduce((sum, each) => sum + each, 0)).toBe(4);
          const moved = counts.reduce((sum, each, at) => sum + Math.abs(each - there[query]![at]!), 0);
          expect(moved).toBeLessThanOrEqual(2);
        }
      },
    ),
    { numRuns: 12 },
  );
});

test("a teacher is what its rows make it, in whatever order all rows come", async () => {
  const rows = fc.array(
    fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }), fc.nat(3)),
    {
      minLength: 6,
      maxLength: 20,
    },
  );
  await fc.assert(
    fc.asyncProperty(rows, async (own) => {
      const of = (all: typeof own): Examples => ({
        x: all.map(([a, b]) => [a, b]),
        y: all.map(([, , y]) => y),
      });
      // With one teacher there is no lot.
      expect(await votes(of(own), 1)).toEqual(await votes(of(own.toReversed()), 1));
    }),
    { numRuns: 12 },
  );
});

test("a teacher without rows votes for the first option, so more teachers than people may be", async () => {
  expect(await votes({ x: [], y: [] }, 5)).toEqual(Array(4).fill([5, 0, 0]));
  const one = await votes({ x: [[1, 0]], y: [2] }, 50);
  for (const counts of one) expect(counts[0]!).toBeGreaterThanOrEqual(49);
});

test("no refusal depends on a private row: what is no number, no class, or diverges counts as nothing", async () => {
  const run = (examples: Examples, steep = 0.1) =>
    pate(
      layers,
      examples,
      {
        x: [
          [1, 0],
          [0, 1],
        ],
      },
      { ...options, teachers: 3, teaching: { ...teaching, optimizer: sgd(steep) } },
      portsOf(1),
    );
  const bad = {
    x: [
      [Number.NaN, 1],
      [1e30, 2],
      [1, 2],
      [3, 4],
    ],
    y: [0, 1, 7, Number.NaN],
  };
  for (const each of [bad, { ...bad, y: [0, 1, 2, 0] }, { x: [], y: [] }])
    expect((await run(each)).ok).toBe(true);
  const diverging = await run(
    {
      x: [
        [1e6, -1e6],
        [-1e6, 1e6],
      ],
      y: [0, 0],
    },
    1e30,
  );
  expect(diverging.ok).toBe(true);
  // Of public queries it is said.
  const asked = await pate(layers, bad, { x: [[Number.NaN, 0]] }, options, portsOf(1));
  expect(!asked.ok && asked.problem.code).toBe("training-invalid");
});

test("a teacher whose numbers become none runs as many programs as any other: nobody could end it early and be timed", async () => {
  const runsOn = async (largest: number) => {
    let runs = 0;
    const backend: Backend = {
      ...wasmBackend,
      async compile(program) {
        const compiled = await wasmBackend.compile(program);
        if (!compiled.ok) return compiled;
        const { value } = compiled;
        const run: typeof value.run = (inputs) => {
          runs++;
          return value.run(inputs);
        };
        const placeOf = (name: string) => value.placeOf?.(name);
        return { ok: true, value: { run, placeOf, close: () => value.close() } };
      },
    };
    const rows = { x: Float32Array.of(largest, 1, 2, 3), y: [0, 1] };
    const teaching = { optimizer: sgd(1e5), epochs: 30, batch: 1 };
    const counted = await votesOfTeachers(
      { layers, network, rows, count: 1, teaching },
      Float32Array.of(1, 2),
      { backend, entropy: seededEntropy(1) },
    );
    if (!counted.ok) expect.fail(counted.problem.message);
    return { runs, votes: Secret.reveal(counted.value) };
  };
  const usual = await runsOn(1e-3);
  expect(usual.runs).toBe(2 * 30 + 1);
  const diverging = await runsOn(1e7);
  expect(diverging).toEqual({ runs: usual.runs, votes: [[1, 0, 0]] });
});

test("where nothing is answered there is no student, and the answers were charged all the same", async () => {
  const aggregator = {
    kind: "confident",
    noise: 5,
    threshold: { votes: 9, noise: 0.01 },
    mostAnswered: 1,
  } as const;
  const ten = {
    x: Array.from({ length: 300 }, (_, at) => [Math.sin(at * at), Math.cos(3 * at)]),
    y: Array.from({ length: 300 }, (_, at) => at % 3),
  };
  const settings = {
    ...options,
    teachers: 9,
    aggregator,
    teaching: { optimizer: adam(0.1), epochs: 3, batch: 8 },
  };
  const price = pricePate({
    ...settings,
    options: 3,
    queries: 1,
    aggregator: { ...aggregator, threshold: { votes: 9, noise: 3 } },
  });
  expect(price.ok && price.value.epsilon).toBeGreaterThan(0);
  const run = await pate(layers, ten, { x: [[0, 0]] }, { ...settings, delta: 0.5 }, portsOf(2));
  // So sharp a test promises nothing, and is refused before a teacher is trained.
  expect(!run.ok && run.problem.code).toBe("epsilon-unreachable");
  const soft = { ...settings, aggregator: { ...aggregator, threshold: { votes: 9, noise: 0.5 } } };
  const silent = await pate(layers, ten, { x: [[0, 0]] }, soft, portsOf(2));
  if (!silent.ok) expect.fail(silent.problem.message);
  expect(silent.value.answers).toEqual([-1]);
  expect(silent.value.epsilon.epsilon).toBeGreaterThan(1);
  expect(!silent.value.student.ok && silent.value.student.problem.code).toBe("training-invalid");
});

test("nothing is told of a teacher's training, not even to whom a training would tell it", async () => {
  const told: unknown[] = [];
  const tell = (each: unknown) => void told.push(each);
  const curious = { ...teaching, onProgress: tell, saveCheckpoint: async (bytes: Uint8Array) => tell(bytes) };
  const examples = {
    x: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    y: [0, 1, 2],
  };
  const run = await pate(
    layers,
    examples,
    { x: [[1, 0]] },
    { ...options, teachers: 2, teaching: curious },
    portsOf(1),
  );
  expect([run.ok, told]).toEqual([true, []]);
});

test("teachers that agree are told of with noise, within the price that was known before", async () => {
  const { train } = digits();
  const x = train.x as readonly (readonly number[])[];
  const telling = { order: 8, releaseCost: 0.2 };
  const run = await pate(
    [dense(10)],
    { ...train, x: x.slice(0) },
    { x: x.slice(0, 5) },
    { ...options, teachers: 12, aggregator: { kind: "gaussian", noise: 20 }, telling },
    portsOf(5),
  );
  if (!run.ok) expect.fail(run.problem.message);
  expect(run.value.agreement!.epsilonAtMost).toBeLessThanOrEqual(run.value.epsilon.epsilon + 1e-12);
  expect(run.value.epsilon.conversion).toContain("order 8");
});

test("no teacher has a larger step than the one that was planned, however many rows it has", () => {
  const { teachers, aggregator, delta } = options;
  const planned = (batch: number) => {
    const of = { teachers, aggregator, delta, teaching: { ...teaching, batch } };
    const plan = planTeachers(network, of, 3, { unit: "a row" });
    if (!plan.ok) expect.fail(plan.problem.message);
    return plan.value.steps.units.count;
  };
  const ofRows = (rows: number, batch: number) => {
    const x = new Float32Array(2 * rows);
    const own = { optimizer: sgd(1), epochs: 1, batch: Math.min(batch, rows) };
    const plan = planTraining(network, { x, y: new Float32Array(rows), shape: [2] }, own);
    if (!plan.ok) expect.fail(plan.problem.message);
    return plan.value.units.count;
  };
  for (const batch of [1, 16, 72, 73, 100, 145, 2 ** 31])
    for (const rows of [1, 10, 37, 71, 72, 73, 74, 100, 144, 145, 200])
      expect(ofRows(rows, batch), `${rows} rows, batches of ${batch}`).toBeLessThanOrEqual(planned(batch));
});

test("what cannot be priced or does not fit is refused", async () => {
  const refused = async (
    of: Partial<PateOptions>,
    queries = { x: [[1, 0]] as number[][] },
    with_ = layers,
    rows: Examples = { x: [[0, 0]], y: [0] },
  ) => {
    const run = await pate(with_, rows, queries, { ...options, ...of }, portsOf(1));
    return run.ok ? "answered" : run.problem.code;
  };
  expect(await refused({}, undefined, [dense(1)])).toBe("training-invalid");
  expect(await refused({}, { x: [] })).toBe("training-invalid");
  expect(await refused({}, { x: [[1, 2, 3]] })).toBe("shapes-do-not-fit");
  expect(await refused({}, undefined, layers, { x: [[0, 0]], y: [0, 1] })).toBe("labels-invalid");
  expect(await refused({}, undefined, layers, { x: [[0, 0]], y: [0], people: [1, 2] })).toBe(
    "labels-invalid",
  );
  for (const wrong of [
    { teachers: 0 },
    { teachers: 2.5 },
    { delta: 0 },
    { delta: Number.NaN },
    { aggregator: { kind: "gaussian", noise: 0 } },
    { aggregator: { kind: "gaussian", noise: Number.NaN } },
    { teaching: { ...teaching, batch: 0 } },
    { student: { ...teaching, epochs: -1 } },
    { telling: { order: 1, releaseCost: 0.1 } },
    { telling: { order: 20, releaseCost: 0 } },
    // So little buys noise that no double holds: it would fail after the charge.
    { telling: { order: 8, releaseCost: 1e-300 } },
    { telling: { order: 8, releaseCost: 1e300 } },
    { aggregator: { kind: "laplace", noise: 20 }, telling: { order: 20, releaseCost: 0.1 } },
  ] as const)
    expect(await refused(wrong), JSON.stringify(wrong)).toBe("training-invalid");
});
