// For tests alone: the questions that every sample of noise is asked. The false-alarm rate of each is that of
// `goodness-of-fit.ts`.

import { chiSquare, type Fit, meanFits } from "./goodness-of-fit.ts";
import type { ReferenceNoise } from "./reference-noise.ts";

/** Cells -6 and below, -5 .. 5, 6 and above. */
export function fitsReference(drawn: Float64Array, { pmf }: ReferenceNoise): Fit {
  const counts = new Float64Array(13);
  for (const x of drawn) counts[Math.max(-6, Math.min(6, x)) + 6]!++;
  const near = pmf.reduce((sum, p, x) => sum + (x === 0 ? p : 2 * p), 0);
  const tail = Math.max(0, (1 - near) / 2);
  return chiSquare(
    Array.from(counts, (count, cell) => ({
      drawn: count,
      probability: Math.abs(cell - 6) === 6 ? tail : pmf[Math.abs(cell - 6)]!,
    })),
  );
}

export function momentsFit(drawn: Float64Array, { variance }: ReferenceNoise): boolean {
  const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
  const square = drawn.reduce((sum, x) => sum + x * x, 0) / drawn.length;
  const fourth = drawn.reduce((sum, x) => sum + x ** 4, 0) / drawn.length;
  return (
    meanFits(mean, 0, variance, drawn.length) &&
    (fourth === 0 || meanFits(square, variance, Math.max(variance, fourth), drawn.length))
  );
}

/** Sixteen equally likely cells of |x| by its continuous quantile, which at this scale is as good as the discrete. */
export function fitsInTheLarge(drawn: Float64Array, upTo: (x: number) => number): boolean[] {
  const cells = new Float64Array(16);
  const low = new Float64Array(16);
  for (const x of drawn) {
    cells[Math.min(15, Math.floor(upTo(Math.abs(x)) * 16))]!++;
    low[((x % 16) + 16) % 16]!++;
  }
  return [cells, low].map(
    (counts) => chiSquare(Array.from(counts, (count) => ({ drawn: count, probability: 1 / 16 }))).fits,
  );
}

/** How often |x| passes six scales, where P(|x| > h) = 2 q^(h+1) / (1+q) with q = exp(-1/scale). */
export function tailFits(drawn: Float64Array, scale: number): boolean {
  const q = Math.exp(-1 / scale);
  const probability = (2 * q ** (6 * scale + 1)) / (1 + q);
  const beyond = drawn.filter((x) => Math.abs(x) > 6 * scale).length;
  return meanFits(beyond / drawn.length, probability, probability, drawn.length);
}
