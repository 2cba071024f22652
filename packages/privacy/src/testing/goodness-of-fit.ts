// For tests alone: does what a sampler drew fit the distribution it claims?

/** A false alarm once in a thousand million for a right sampler; seeds are fixed, so a passing test keeps passing. */
export const falseAlarm = 1e-9;
/** The standard normal quantile at 1 - falseAlarm (mpmath). */
const quantile = 5.9978;

export type Fit = { readonly statistic: number; readonly limit: number; readonly fits: boolean };

/** Pearson's chi-square over cells; cells that expect fewer than ten draws are joined. Probabilities sum to one. */
export function chiSquare(cells: readonly { readonly drawn: number; readonly probability: number }[]): Fit {
  const total = cells.reduce((sum, cell) => sum + cell.drawn, 0);
  let small = { drawn: 0, expected: 0 };
  const kept: { drawn: number; expected: number }[] = [];
  for (const { drawn, probability } of cells) {
    const expected = probability * total;
    if (expected >= 10) kept.push({ drawn, expected });
    else small = { drawn: small.drawn + drawn, expected: small.expected + expected };
  }
  // Draws in a cell that should almost never be hit count fully; a hit there is what a wrong tail looks like.
  if (small.expected > 0) kept.push({ drawn: small.drawn, expected: Math.max(small.expected, 1) });
  const statistic = kept.reduce((sum, { drawn, expected }) => sum + (drawn - expected) ** 2 / expected, 0);
  const limit = chiSquareQuantile(Math.max(1, kept.length - 1));
  return { statistic, limit, fits: statistic <= limit };
}

/** Whether a mean of `count` draws of the given variance lies within the false-alarm distance of what it should be. */
export function meanFits(mean: number, expected: number, variance: number, count: number): boolean {
  // Two-sided: the quantile at 1e-9 each way.
  return Math.abs(mean - expected) <= quantile * Math.sqrt(variance / count);
}

/** Wilson and Hilferty 1931, within a percent or two at this level; on the wide side for few degrees of freedom. */
function chiSquareQuantile(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + quantile * Math.sqrt(spread)) ** 3 * 1.03;
}
