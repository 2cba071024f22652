import { scriptBackend, wasmBackend } from "@unseen/compute";
import { expect, test } from "vitest";
import { spreadLabels } from "./spread-labels.ts";

/** Predictable numbers from 0 to 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Two half moons that hold each other: no straight line parts them. */
function moons(rows: number, seed: number): { x: Float32Array; y: number[] } {
  const next = numbers(seed);
  const y = Array.from({ length: rows }, (_, row) => row % 2);
  const x = y.flatMap((of) => {
    const turn = Math.PI * next();
    const [a, b] = of === 0 ? [Math.cos(turn), Math.sin(turn)] : [1 - Math.cos(turn), 0.5 - Math.sin(turn)];
    return [a + 0.06 * next(), b + 0.06 * next()];
  });
  return { x: Float32Array.from(x), y };
}

test("one known row of each moon tells all the others", async () => {
  const { x, y } = moons(400, 5);
  const known = y.map((label, row) => (row < 2 ? label : -1));
  const found = await spreadLabels(x, 2, known, 2, wasmBackend);
  expect(found).toEqual({ ok: true, value: y });
});

test("where labels spread to is where the paper's matrix has them: (I - aS)^-1 Y, solved whole", async () => {
  for (const seed of [1, 2, 3]) {
    const next = numbers(seed);
    const [rows, size, classes, neighbours] = [40, 3, 3, 4];
    const x = Float32Array.from({ length: rows * size }, next);
    const labels = Array.from({ length: rows }, (_, row) => (row < 6 ? row % classes : -1));
    const found = await spreadLabels(x, size, labels, classes, scriptBackend, { neighbours });
    expect(found).toEqual({ ok: true, value: solvedWhole(x, size, labels, classes, neighbours) });
  }
});

test("rows that nothing known is tied to stay unknown, and of one row nothing is said", async () => {
  const far = Float32Array.from([0, 0.1, 0.2, 100, 100.1, 100.2]);
  const found = await spreadLabels(far, 1, [1, -1, -1, -1, -1, -1], 2, wasmBackend, { neighbours: 2 });
  expect(found).toEqual({ ok: true, value: [1, 1, 1, -1, -1, -1] });
  expect(await spreadLabels(Float32Array.of(3), 1, [-1], 2, wasmBackend)).toEqual({ ok: true, value: [-1] });
});

test("rows that are all the same are tied all the same", async () => {
  const found = await spreadLabels(new Float32Array(20), 2, [1, ...Array(9).fill(-1)], 2, wasmBackend);
  expect(found).toEqual({ ok: true, value: Array(10).fill(1) });
});

/** Slow and obvious: all distances, a dense matrix, and elimination. */
function solvedWhole(
  x: Float32Array,
  size: number,
  labels: readonly number[],
  classes: number,
  neighbours: number,
): number[] {
  const rows = labels.length;
  const distance = (i: number, j: number) => {
    let sum = 0;
    for (let at = 0; at < size; at++) sum += (x[i * size + at]! - x[j * size + at]!) ** 2;
    return sum;
  };
  const weights = labels.map(() => new Array<number>(rows).fill(0));
  for (let i = 0; i < rows; i++) {
    const others = labels.map((_, j) => j).filter((j) => j !== i);
    const nearest = others.sort((a, b) => distance(i, a) - distance(i, b)).slice(0, neighbours);
    const width = nearest.reduce((sum, j) => sum + distance(i, j), 0) / neighbours;
    for (const j of nearest) {
      const weight = Math.max(weights[i]![j]!, Math.exp(-distance(i, j) / width));
      weights[i]![j] = weight;
      weights[j]![i] = weight;
    }
  }
  const degree = weights.map((row) => row.reduce((sum, each) => sum + each, 0));
  const system = weights.map((row, i) => [
    ...row.map((weight, j) => Number(i === j) - (0.99 * weight) / Math.sqrt(degree[i]! * degree[j]!)),
    ...Array.from({ length: classes }, (_, of) => Number(labels[i] === of)),
  ]);
  for (let pivot = 0; pivot < rows; pivot++)
    for (let i = 0; i < rows; i++) {
      const factor = i === pivot ? 0 : system[i]![pivot]! / system[pivot]![pivot]!;
      if (factor !== 0) system[i] = system[i]!.map((each, j) => each - factor * system[pivot]![j]!);
    }
  const shares = system.map((row, i) => row.slice(rows).map((each) => each / row[i]!));
  const sums = Array.from({ length: classes }, (_, of) => shares.reduce((sum, row) => sum + row[of]!, 0));
  return shares.map((row) => {
    const scaled = row.map((each, of) => each / sums[of]!);
    return scaled.indexOf(Math.max(...scaled));
  });
}
