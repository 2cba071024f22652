import { scriptBackend } from "@unseen/compute";
import type { Program } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crossEntropy } from "../loss/training-loss.ts";
import { type Network, planNetwork, sizeOfShape } from "../model/network.ts";
import { seededNormals, seededWords } from "../model/seeded-numbers.ts";
import { firstWeights, type Weights } from "../model/weights.ts";
import { plainStep } from "./plain-step.ts";
import { privateStep } from "./private-step.ts";
import { type DrawnModel, drawnModels } from "./random-models-for-tests.ts";

function networkOf({ layers, shape }: DrawnModel): Network {
  const network = planNetwork(layers, shape);
  if (!network.ok) throw new Error(network.problem.message);
  return network.value;
}

async function run(program: Program, inputs: Record<string, ArrayLike<number>>, weights: Weights) {
  const compiled = await scriptBackend.compile(program);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const all = new Map<string, Float64Array>(
    [...weights].map(([name, data]) => [name, Float64Array.from(data)]),
  );
  for (const [name, data] of Object.entries(inputs)) all.set(name, Float64Array.from(data));
  return (await compiled.value.run(all)).map((output) => Float64Array.from(output));
}

type Batch = { readonly x: Float64Array; readonly y: Float32Array; readonly present: Float64Array };

function batchOf(model: DrawnModel, network: Network, rows: number, seed: number): Batch {
  const [normals, words] = [seededNormals(seed), seededWords(seed)];
  const whole = model.whole;
  const next = whole === undefined ? normals : () => words() % whole;
  const labels = Array.from({ length: rows }, () => words() % 3);
  const y = crossEntropy().targets(labels, rows, 3);
  if (!y.ok) throw new Error(y.problem.message);
  return {
    x: Float64Array.from({ length: rows * sizeOfShape(network.shape) }, next),
    y: y.value,
    present: Float64Array.from({ length: rows }, () => (words() % 4 === 0 ? 0 : 1)),
  };
}

function rowsOf(batch: Batch, network: Network, from: number, to: number): Batch {
  const size = sizeOfShape(network.shape);
  return {
    x: batch.x.slice(from * size, to * size),
    y: batch.y.slice(from * network.outputs, to * network.outputs),
    present: batch.present.slice(from, to),
  };
}

/** Off their beginnings, so that gains are not all 1 and shifts not all 0. */
function moved(network: Network, seed: number): Weights {
  const normals = seededNormals(seed + 1);
  return new Map(
    [...firstWeights(network, seed)].map(([name, data]) => [name, data.map((x) => x + 0.3 * normals())]),
  );
}

function must<T>(result: { ok: true; value: T } | { ok: false; problem: { message: string } }): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const seeds = fc.integer({ min: 1, max: 1e6 });

test.each(Object.entries(drawnModels))(
  "%s: a plain step's gradients are those of finite differences",
  async (_, models) => {
    await fc.assert(
      fc.asyncProperty(models, seeds, async (model, seed) => {
        const network = networkOf(model);
        const { program } = must(plainStep(network, crossEntropy(), 3));
        const [weights, batch] = [moved(network, seed), batchOf(model, network, 3, seed)];
        const exact = new Map([...weights].map(([name, data]) => [name, Float64Array.from(data)]));
        const lossAt = async (name: string, at: number, shift: number) => {
          const shifted = new Map<string, Float64Array>(exact);
          shifted.set(name, exact.get(name)!.with(at, exact.get(name)![at]! + shift));
          return (await run(program, batch, shifted as unknown as Weights))[0]![0]!;
        };
        const [, , ...gradients] = await run(program, batch, weights);
        for (const [which, { name, shape }] of network.parameters.entries()) {
          const at = seed % sizeOfShape(shape);
          const slope = ((await lossAt(name, at, 1e-5)) - (await lossAt(name, at, -1e-5))) / 2e-5;
          // A pool's greatest may change on the way: rare, and then the two slopes differ.
          expect(Math.abs(gradients[which]![at]! - slope)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(slope)));
        }
      }),
      { numRuns: 6 },
    );
  },
);

/** Each unit's whole gradient by a plain step of its own, clipped and added up in the open. */
async function clippedInTheOpen(
  network: Network,
  batch: Batch,
  weights: Weights,
  units: { count: number; rowsEach: number },
  clip: number,
) {
  const { program } = must(plainStep(network, crossEntropy(), units.rowsEach));
  const sums = network.parameters.map(({ shape }) => new Float64Array(sizeOfShape(shape)));
  for (let unit = 0; unit < units.count; unit++) {
    const own = rowsOf(batch, network, unit * units.rowsEach, (unit + 1) * units.rowsEach);
    const [, , ...gradients] = await run(program, own, weights);
    const norm = Math.sqrt(
      gradients.reduce((sum, each) => sum + each.reduce((total, x) => total + x * x, 0), 0),
    );
    if (!Number.isFinite(norm)) continue;
    for (const [which, sum] of sums.entries())
      for (let at = 0; at < sum.length; at++)
        sum[at]! += Math.min(1, clip / (norm || 1)) * gradients[which]![at]!;
  }
  return sums;
}

test.each(Object.entries(drawnModels))(
  "%s: a private step's sums are those of whole gradients, each clipped, of one row or several",
  async (_, models) => {
    await fc.assert(
      fc.asyncProperty(
        models,
        seeds,
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0.02, max: 3, noNaN: true }),
        async (model, seed, rowsEach, clip) => {
          const network = networkOf(model);
          const units = { count: 3, rowsEach };
          const weights = moved(network, seed);
          const batch = batchOf(model, network, units.count * rowsEach, seed);
          const { program } = must(privateStep(network, crossEntropy(), units));
          const sums = await run(program, { ...batch, clip: [clip] }, weights);
          const expected = await clippedInTheOpen(network, batch, weights, units, clip);
          for (const [which, sum] of expected.entries())
            for (let at = 0; at < sum.length; at++) expect(sums[which]![at]).toBeCloseTo(sum[at]!, 9);
        },
      ),
      { numRuns: 8 },
    );
  },
);

test("a unit whose numbers are not finite counts as zero and spoils nobody else's", async () => {
  const cases = {
    dense: drawnModels.dense!,
    convolutions: drawnModels.convolutions!,
    words: drawnModels.words!,
  };
  for (const [name, models] of Object.entries(cases)) {
    const model = fc.sample(models, { numRuns: 1, seed: 5 })[0]!;
    const network = networkOf(model);
    const units = { count: 3, rowsEach: 1 };
    const batch = { ...batchOf(model, network, 3, 7), present: new Float64Array(3).fill(1) };
    const { program } = must(privateStep(network, crossEntropy(), units));
    const size = sizeOfShape(network.shape);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e30]) {
      const x = batch.x.slice().fill(bad, size, 2 * size);
      const spoilt = await run(program, { ...batch, x, clip: [1] }, moved(network, 7));
      const without = await run(program, { ...batch, present: [1, 0, 1], clip: [1] }, moved(network, 7));
      const isWord = name === "words";
      // A pooled 1e30 may still give a small gradient through a function that is flat there: it is clipped like any other.
      if (bad === 1e30 && !isWord) {
        for (const sum of spoilt) expect(sum.every(Number.isFinite)).toBe(true);
      } else expect(spoilt, name).toEqual(without);
    }
  }
});

test("no unit alone moves the sums by more than the clip", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(...Object.values(drawnModels)), seeds, async (model, seed) => {
      const network = networkOf(model);
      const { program, normError } = must(privateStep(network, crossEntropy(), { count: 1, rowsEach: 2 }));
      const batch = { ...batchOf(model, network, 2, seed), present: [1, 1] };
      const scaled = { ...batch, x: model.whole === undefined ? batch.x.map((x) => x * 1e3) : batch.x };
      const sums = await run(program, { ...scaled, clip: [0.5] }, moved(network, seed));
      const norm = Math.hypot(...sums.flatMap((sum) => [...sum]));
      expect(norm).toBeLessThanOrEqual(0.5 * (1 + normError));
    }),
    { numRuns: 25 },
  );
});
