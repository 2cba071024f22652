// The bound that the noise is made for, tried on whole steps of both backends, and a bound that is too small found out.

import { type Backend, type Numbers, scriptBackend, WholeNumbers, wasmBackend } from "@unseen/compute";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dense } from "../layers/dense.ts";
import { crossEntropy } from "../loss/training-loss.ts";
import { learntNumbers, type Network, planNetwork, sizeOfShape } from "../model/network.ts";
import { seededNormals, seededWords } from "../model/seeded-numbers.ts";
import { firstWeights } from "../model/weights.ts";
import { privateStep } from "../step/private-step.ts";
import { drawnModels } from "../step/random-models-for-tests.ts";
import { PrivateSums } from "./private-sums.ts";

const backends = { script: scriptBackend, wasm: wasmBackend } satisfies Record<string, Backend>;

type Row = { readonly x: Float32Array; readonly label: number };

async function stepOf(backend: Backend, network: Network, clip: number, hasCount: boolean, unitsEachRun = 4) {
  const step = privateStep(network, crossEntropy(), { count: unitsEachRun, rowsEach: 1 }, hasCount);
  if (!step.ok) throw new Error(step.problem.message);
  const compiled = await backend.compile(step.value.program);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const sums = new PrivateSums({
    noiseMultiplier: 1,
    dimension: learntNumbers(network),
    unitsEachRun,
    runsChanged: 2,
    normError: step.value.normError,
    hasCount,
  });
  const weights = firstWeights(network, 3);
  const size = sizeOfShape(network.shape);
  /** What each run of a batch in this order gives. `undefined` is a place where nobody stands. */
  const runsOf = async (batch: readonly (Row | undefined)[]) => {
    const runs: (readonly Numbers[])[] = [];
    for (let from = 0; from < batch.length; from += unitsEachRun) {
      const x = new Float32Array(unitsEachRun * size);
      const y = new Float32Array(unitsEachRun * network.outputs);
      const present = new Float32Array(unitsEachRun);
      for (const [at, row] of batch.slice(from, from + unitsEachRun).entries()) {
        if (row === undefined) continue;
        x.set(row.x, at * size);
        y[at * network.outputs + row.label] = 1;
        present[at] = 1;
      }
      const inputs = new Map([
        ...weights,
        ["x", x],
        ["y", y],
        ["present", present],
        ["clip", sums.clipInside(clip)],
      ] as const);
      runs.push((await compiled.value.run(inputs)).map((output) => output.slice()));
    }
    return runs;
  };
  /** The exact total on the grid. */
  const totalOf = async (batch: readonly (Row | undefined)[]) => {
    const total = await WholeNumbers.zeros(sums.places);
    for (const run of await runsOf(batch)) sums.add(total, run, clip);
    return total.numbers;
  };
  return { sums, runsOf, totalOf };
}

function rowsFor(
  network: Network,
  count: number,
  seed: number,
  whole: number | undefined,
  scale: number,
): Row[] {
  const [normals, words] = [seededNormals(seed), seededWords(seed + 1)];
  return Array.from({ length: count }, () => ({
    x: Float32Array.from({ length: sizeOfShape(network.shape) }, () =>
      whole === undefined ? scale * normals() : words() % whole,
    ),
    label: words() % 3,
  }));
}

const drawn = fc.oneof(...Object.values(drawnModels));
const scales = fc.constantFrom(1e-20, 1e-3, 1, 1e4, 1e12);

test.each(Object.entries(backends))(
  "%s: a unit that joins moves the whole numbers by at most the sensitivity",
  async (_, backend) => {
    await fc.assert(
      fc.asyncProperty(
        drawn,
        fc.nat(1e6),
        fc.integer({ min: 1, max: 9 }),
        scales,
        async (model, seed, count, scale) => {
          const planned = planNetwork(model.layers, model.shape);
          if (!planned.ok) throw new Error(planned.problem.message);
          const { sums, totalOf } = await stepOf(backend, planned.value, 0.7, seed % 2 === 0);
          const [joining, ...rows] = rowsFor(planned.value, count + 1, seed, model.whole, scale);
          const without = await totalOf(rows);
          // It takes somebody's place, who moves to the end: so every order of the larger batch is equally likely.
          const place = seed % (rows.length + 1);
          const moved =
            place === rows.length ? [...rows, joining!] : [...rows.with(place, joining!), rows[place]!];
          const distance =
            Math.hypot(...(await totalOf(moved)).map((sum, at) => sum - without[at]!)) * sums.step;
          expect(distance).toBeLessThanOrEqual(sums.sensitivity);
          const emptied = await totalOf(rows.map((row, at) => (at === place ? undefined : row)));
          const removed = Math.hypot(...emptied.map((sum, at) => sum - without[at]!)) * sums.step;
          expect(removed).toBeLessThanOrEqual(sums.sensitivity);
        },
      ),
      { numRuns: 20 },
    );
  },
);

test("units do use up the clip, so that a sensitivity below it would be found out", async () => {
  const planned = planNetwork([dense(3)], [5]);
  if (!planned.ok) throw new Error(planned.problem.message);
  const { sums, totalOf } = await stepOf(wasmBackend, planned.value, 0.7, false);
  const [row] = rowsFor(planned.value, 1, 4, undefined, 100);
  const moved = Math.hypot(...(await totalOf([row!]))) * sums.step;
  expect(moved).toBeGreaterThan(0.999);
  expect(sums.sensitivity).toBeGreaterThan(1);
  expect(sums.sensitivity).toBeLessThan(1.002);
});

/** Beyond the tiles and vectors of kernels, and none of their multiples. */
const wide = fc.constant({
  layers: [dense(21, "relu"), dense(19, "tanh"), dense(3)],
  shape: [37],
  whole: undefined,
});

test.each(Object.entries(backends))(
  "%s: what a unit adds does not depend on its place or on who stands beside it, to the last bit",
  async (_, backend) => {
    const units = fc.integer({ min: 2, max: 13 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(drawn, wide), fc.nat(1e6), units, async (model, seed, unitsEachRun) => {
        const planned = planNetwork(model.layers, model.shape);
        if (!planned.ok) throw new Error(planned.problem.message);
        const { runsOf } = await stepOf(backend, planned.value, 1e3, false, unitsEachRun);
        const [row, beside] = rowsFor(planned.value, 2, seed, model.whole, 1);
        const alone = await runsOf([row]);
        for (let place = 1; place < unitsEachRun; place++)
          expect(await runsOf([...new Array<undefined>(place).fill(undefined), row])).toEqual(alone);
        // Beside somebody else the sum is rounded as a sum of two; a third who is not counted changes nothing.
        const nobody = { ...beside!, x: beside!.x.map(() => Number.NaN) };
        expect(await runsOf([nobody, row])).toEqual(alone);
        if (unitsEachRun > 2)
          expect(await runsOf([beside, nobody, row].slice(0, unitsEachRun))).toEqual(
            await runsOf([beside, row]),
          );
      }),
      { numRuns: 12 },
    );
  },
);
