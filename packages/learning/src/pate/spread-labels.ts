// Labels of a few public rows spread to the others along nearest neighbours: Zhou, Bousquet, Lal, Weston and Schölkopf,
// "Learning with Local and Global Consistency" (2004). All that goes in is public or paid for, so what comes out costs nothing.

import { ok, type Problem, type Result } from "@unseen/base";
import type { Backend } from "@unseen/compute";
import { programOf } from "@unseen/program";
import { apply, input } from "../model/value.ts";

export type SpreadOptions = {
  /** Nearest rows that each row is tied to; 10 if left out. */
  readonly neighbours?: number;
};

/** How much of a row's label comes from its neighbours, and how often labels go round; the authors' share. */
const fromNeighbours = 0.99;
const rounds = 300;

/**
 * `x`: rows of `size` numbers, one after the other; `labels`: a class below `classes` for each row, or -1 where it is to be
 * found. Gives a class for each row, or -1 where no known row is tied to it, however far; a known row may be given another
 * class, if its neighbours outweigh it. Costs `rows`^2 * `size` multiplications by the backend, half a minute for
 * 9,000 rows of 4,000 numbers.
 */
export async function spreadLabels(
  x: Float32Array,
  size: number,
  labels: readonly number[],
  classes: number,
  backend: Backend,
  { neighbours = 10 }: SpreadOptions = {},
): Promise<Result<number[], Problem>> {
  const nearest = await nearestRows(x, size, Math.min(neighbours, labels.length - 1), backend);
  return nearest.ok ? ok(spread(tiesOf(nearest.value, labels.length), labels, classes)) : nearest;
}

/** For each row its nearest others, the nearest first, with their squared distances. */
type Nearest = { readonly count: number; readonly rows: Int32Array; readonly distances: Float32Array };

const block = 256;

async function nearestRows(
  x: Float32Array,
  size: number,
  count: number,
  backend: Backend,
): Promise<Result<Nearest, Problem>> {
  const total = x.length / size;
  const [a, b] = [input("a", [block, size]), input("b", [block, size])];
  const program = programOf([apply("Gemm", [a, b], { transB: 1 })]);
  if (!program.ok) return program;
  const compiled = await backend.compile(program.value);
  if (!compiled.ok) return compiled;
  const squares = new Float64Array(total);
  for (let at = 0; at < x.length; at++) squares[Math.floor(at / size)]! += x[at]! ** 2;
  const rows = new Int32Array(total * count).fill(-1);
  const distances = new Float32Array(total * count).fill(Number.POSITIVE_INFINITY);
  const keep = (of: number, other: number, distance: number) => {
    let place = of * count + count;
    if (count === 0 || distance >= distances[place - 1]!) return;
    for (place--; place > of * count && distances[place - 1]! > distance; place--) {
      distances[place] = distances[place - 1]!;
      rows[place] = rows[place - 1]!;
    }
    distances[place] = distance;
    rows[place] = other;
  };
  const blockOf = (from: number) => {
    const numbers = new Float32Array(block * size);
    numbers.set(x.subarray(from * size, Math.min(total, from + block) * size));
    return numbers;
  };
  try {
    for (let from = 0; from < total; from += block) {
      const left = blockOf(from);
      for (let to = from; to < total; to += block) {
        const [products] = await compiled.value.run(
          new Map([
            ["a", left],
            ["b", to === from ? left : blockOf(to)],
          ]),
        );
        for (let i = from; i < Math.min(total, from + block); i++)
          for (let j = Math.max(to, i + 1); j < Math.min(total, to + block); j++) {
            const product = products![(i - from) * block + (j - to)]!;
            const distance = Math.max(0, squares[i]! + squares[j]! - 2 * product);
            keep(i, j, distance);
            keep(j, i, distance);
          }
      }
    }
  } finally {
    compiled.value.close();
  }
  return ok({ count, rows, distances });
}

/** The ties of each row: to which, and how strong, scaled by both ends' sums (the paper's S). */
type Ties = readonly (readonly { readonly row: number; readonly weight: number }[])[];

/** A tie holds where either end counts the other among its nearest; as near as a row's nearest are on average weighs 1/e. */
function tiesOf({ count, rows, distances }: Nearest, total: number): Ties {
  const weights = Array.from({ length: total }, () => new Map<number, number>());
  for (let row = 0; row < total; row++) {
    const own = distances.subarray(row * count, (row + 1) * count);
    const width = own.reduce((sum, each) => sum + each, 0) / count;
    for (const [at, distance] of own.entries()) {
      const other = rows[row * count + at]!;
      const weight = width > 0 ? Math.exp(-distance / width) : 1;
      const stronger = Math.max(weight, weights[row]!.get(other) ?? 0);
      weights[row]!.set(other, stronger);
      weights[other]!.set(row, stronger);
    }
  }
  const sums = weights.map((ties) => [...ties.values()].reduce((sum, each) => sum + each, 0));
  return weights.map((ties, row) =>
    Array.from(ties, ([other, weight]) => ({
      row: other,
      weight: weight / Math.sqrt(sums[row]! * sums[other]!),
    })),
  );
}

function spread(ties: Ties, labels: readonly number[], classes: number): number[] {
  const known = new Float64Array(labels.length * classes);
  for (const [row, label] of labels.entries()) if (label >= 0) known[row * classes + label] = 1;
  let shares = known.slice();
  for (let round = 0; round < rounds; round++) {
    const next = new Float64Array(shares.length);
    for (const [row, own] of ties.entries())
      for (let of = 0; of < classes; of++) {
        let sum = 0;
        for (const { row: other, weight } of own) sum += weight * shares[other * classes + of]!;
        next[row * classes + of] = fromNeighbours * sum + (1 - fromNeighbours) * known[row * classes + of]!;
      }
    shares = next;
  }
  return labels.map((_, row) => greatest(shares, row * classes, balance(shares, classes)));
}

/** One over the sum of each class's shares: a class of which more rows happened to be known does not win by that. */
function balance(shares: Float64Array, classes: number): readonly number[] {
  const sums = new Array<number>(classes).fill(0);
  for (const [at, share] of shares.entries()) sums[at % classes]! += share;
  return sums.map((sum) => (sum > 0 ? 1 / sum : 0));
}

function greatest(shares: Float64Array, from: number, scale: readonly number[]): number {
  let [best, most] = [-1, 0];
  for (const [of, each] of scale.entries()) {
    const share = shares[from + of]! * each;
    if (share > most) [best, most] = [of, share];
  }
  return best;
}
