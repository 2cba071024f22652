// How long the bounds on epsilon take of 10,000 steps of DP-SGD (q = 256/60000, noise 1.1, delta 1e-5) on one core.
// The baseline is what a first implementation does: the same upper lattice convolved with itself in plain sums by
// repeated squaring, on a lattice 64 times coarser because the full one would take hours, interleaved in the same run
// and scaled by 64 squared, the growth of a plain convolution; `ratio` is ours over that.

import { sampledGaussianLoss } from "../packages/privacy/src/accounting/pld/gaussian-loss.ts";
import { latticeOf } from "../packages/privacy/src/accounting/pld/loss-lattice.ts";
import { PldAccountant } from "../packages/privacy/src/accounting/pld/pld-accountant.ts";

type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
};

const [probability, noiseMultiplier, steps, delta] = [256 / 60_000, 1.1, 10_000, 1e-5];
const rounds = 5;
const fineStep = 2 ** -13;
const coarser = 64;
/** The plain twin keeps the losses that decide the answer: from -2 to 14. */
const [leastLoss, mostLoss] = [-2, 14];

/** Seconds for both bounds, both orders of the neighbours; refuses to report if they are further apart than 1 %. */
export async function* run(): AsyncGenerator<Figure> {
  const ours: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(
      seconds(() => {
        const accountant = new PldAccountant({ relation: "add-or-remove-one" }).compose(
          { kind: "poisson-sampled", probability, event: { kind: "gaussian", noiseMultiplier } },
          steps,
        );
        if (!accountant.ok) throw new Error(accountant.problem.because);
        const { lower, upper } = accountant.value.epsilon(delta);
        if (!((upper - lower) / upper <= 0.01)) throw new Error(`bounds too far apart: ${lower} to ${upper}`);
      }),
    );
    plain.push(coarser ** 2 * seconds(plainTwin));
  }
  const [value, baseline] = [median(ours), median(plain)];
  yield { name: "account/pld-dpsgd-10000", value, unit: "s", baseline, ratio: value / baseline };
}

function plainTwin(): number {
  const step = fineStep * coarser;
  const lattice = latticeOf(sampledGaussianLoss(1 / noiseMultiplier, probability)[0](1e-16), step);
  const base = Math.floor(leastLoss / step);
  const size = Math.ceil(mostLoss / step) - base;
  let square = new Float64Array(size);
  for (const [i, mass] of lattice.upper.entries()) {
    const place = lattice.first + i - base;
    if (place >= 0 && place < size) square[place] = mass;
  }
  let result: Float64Array | undefined;
  for (let left = steps; left > 0; left >>= 1) {
    if (left % 2 === 1) result = result === undefined ? square : convolved(result, square, base);
    if (left > 1) square = convolved(square, square, base);
  }
  return result?.[0] ?? 0;
}

function convolved(a: Float64Array, b: Float64Array, base: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) {
    for (let j = Math.max(0, -base - i); j < b.length; j++) {
      const place = i + j + base;
      if (place >= result.length) break;
      result[place]! += a[i]! * b[j]!;
    }
  }
  return result;
}

function seconds(work: () => unknown): number {
  const from = performance.now();
  work();
  return (performance.now() - from) / 1000;
}

/** The middle round: the first ones compile, and a busy neighbour slows any one. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
