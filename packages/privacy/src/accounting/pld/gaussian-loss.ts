// Losses of Gaussian noise, in units of its standard deviation: P is a mixture of N(m, 1) with every m >= 0 and Q one
// with every m <= 0, so that the loss grows with the outcome. With one or two components each this is the Gaussian
// mechanism and its Poisson-sampled form: Koskela et al. 2020; Zhu, Dong, Wang 2022.

import {
  type LossOrder,
  type LossPiece,
  type LossSource,
  mixedSource,
  outcomeBySearch,
  type ReleaseLoss,
} from "./loss-source.ts";

/** One component: its share of the mixture, and its mean over the standard deviation. */
type Component = { readonly share: number; readonly mean: number };

const unmoved: readonly Component[] = [{ share: 1, mean: 0 }];
const inverseRootTwoPi = 1 / Math.sqrt(2 * Math.PI);

/** `shift` is sensitivity over standard deviation. */
export function gaussianLoss(shift: number): ReleaseLoss {
  return [(tail) => gaussianSource([{ share: 1, mean: shift }], unmoved, tail)];
}

/**
 * The person is in with `probability`, under adding or removing one: first the order "removed", then "added".
 * `shift` is sensitivity over standard deviation.
 */
export function sampledGaussianLoss(shift: number, probability: number): ReleaseLoss {
  return mixtureOfGaussiansLoss([0, shift], [1 - probability, probability]);
}

/** The person's contribution is shifts[i] standard deviations with probability shares[i]. */
export function mixtureOfGaussiansLoss(shifts: readonly number[], shares: readonly number[]): ReleaseLoss {
  const moved = shifts
    .map((mean, i) => ({ share: shares[i] ?? 0, mean }))
    .filter((component) => component.share > 0);
  if (moved.every(({ mean }) => mean === moved[0]?.mean)) return gaussianLoss(moved[0]?.mean ?? 0);
  return [
    (tail) => gaussianSource(moved, unmoved, tail),
    (tail) => gaussianSource(unmoved, opposite(moved), tail),
  ];
}

/**
 * The sampled person is replaced by another: one may add up to `shift` standard deviations, the other take away as
 * much, so that the two are twice `shift` apart.
 */
export function replacedSampledGaussianLoss(shift: number, probability: number): ReleaseLoss {
  if (probability === 1) return gaussianLoss(2 * shift);
  const moved = [
    { share: 1 - probability, mean: 0 },
    { share: probability, mean: shift },
  ];
  return [(tail) => gaussianSource(moved, opposite(moved), tail)];
}

/**
 * A Poisson sample of which at most `batchSize` stay: with probability `truncated` (given that the person was drawn)
 * it was cut, which the bound lets the attacker see; then somebody else may stay in the person's place, which moves the
 * sum by up to twice `shift` (sections 4.3 of dp-accounting's supplementary material). An upper bound, and the `lower` of it is that of the bound.
 */
export function truncatedSampledGaussianLoss(
  shift: number,
  probability: number,
  truncated: number,
  probabilityWhenTruncated: number,
  isReplacement: boolean,
): ReleaseLoss {
  const plain = isReplacement
    ? replacedSampledGaussianLoss(shift, probability)
    : sampledGaussianLoss(shift, probability);
  if (truncated === 0) return plain;
  const [cut] = replacedSampledGaussianLoss(2 * shift, probabilityWhenTruncated);
  const mixed =
    (order: LossOrder): LossOrder =>
    (tail) =>
      mixedSource(truncated, cut(tail), order(tail));
  return plain.length === 1 ? [mixed(plain[0])] : [mixed(plain[0]), mixed(plain[1])];
}

function opposite(components: readonly Component[]): readonly Component[] {
  return components.map(({ share, mean }) => ({ share, mean: -mean }));
}

/** The loss as a function of the outcome, for tests and for the pieces below. Both in standard deviations. */
export function lossOfOutcome(p: readonly Component[], q: readonly Component[]): (outcome: number) => number {
  const [top, bottom] = [logRatioToStandard(p), logRatioToStandard(q)];
  if (q === unmoved) return top;
  if (p === unmoved) return (outcome) => -bottom(outcome);
  return (outcome) => top(outcome) - bottom(outcome);
}

function gaussianSource(p: readonly Component[], q: readonly Component[], tail: number): LossSource {
  // The mass of N(m, 1) more than z away on one side is at most exp(-z^2 / 2) / 2.
  const reach = Math.sqrt(-2 * Math.log(tail));
  const largest = Math.max(...p.map(({ mean }) => mean));
  const furthest = largest + Math.max(...q.map(({ mean }) => -mean));
  const [from, to] = [-reach, largest + reach];
  const loss = lossOfOutcome(p, q);
  const logTop = logRatioToStandard(p);
  const logBottom = logRatioToStandard(q);
  const slope = (outcome: number) =>
    meanUnder(p, logTop(outcome), outcome) - meanUnder(q, logBottom(outcome), outcome);
  const closed = closedInverse(p, q);
  const piece: LossPiece = {
    from,
    to,
    loss,
    density:
      p === unmoved
        ? (outcome) => inverseRootTwoPi * Math.exp((-outcome * outcome) / 2)
        : q === unmoved
          ? (outcome, at) => inverseRootTwoPi * Math.exp(at - (outcome * outcome) / 2)
          : (outcome) => inverseRootTwoPi * Math.exp(logTop(outcome) - (outcome * outcome) / 2),
    outcomeAt:
      closed === undefined
        ? (target, near) => outcomeBySearch({ from, to, loss }, slope, target, near)
        : (target) => Math.min(to, Math.max(from, closed(target))),
    steepness: (outcome) => Math.abs(outcome) + furthest,
  };
  const still = q.find(({ mean }) => mean === 0);
  return {
    pieces: [piece],
    atoms: [],
    infinityMass: 0,
    cutAbove: tail,
    cutBelow: tail,
    largestLoss:
      p === unmoved && still !== undefined && still.share < 1
        ? -Math.log(still.share)
        : Number.POSITIVE_INFINITY,
  };
}

/** log of (the mixture's density over that of N(0, 1)), without losing digits near zero or overflowing far away. */
function logRatioToStandard(components: readonly Component[]): (outcome: number) => number {
  if (components.length === 1) {
    const { mean } = components[0]!;
    return (outcome) => mean * (outcome - mean / 2);
  }
  if (components.length === 2 && components[0]!.mean === 0) {
    const { share, mean } = components[1]!;
    return (outcome) => logOfMixed(share, mean * (outcome - mean / 2));
  }
  return (outcome) => {
    let excess = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (const { share, mean } of components) {
      const exponent = mean * (outcome - mean / 2);
      excess += share * Math.expm1(exponent);
      highest = Math.max(highest, exponent);
    }
    if (Math.abs(excess) < 0.5) return Math.log1p(excess);
    let sum = 0;
    for (const { share, mean } of components) sum += share * Math.exp(mean * (outcome - mean / 2) - highest);
    return highest + Math.log(sum);
  };
}

/** log(1 - share + share e^exponent). */
export function logOfMixed(share: number, exponent: number): number {
  if (exponent > 30) return exponent + Math.log(share + (1 - share) * Math.exp(-exponent));
  const excess = share * Math.expm1(exponent);
  return excess > -0.5 ? Math.log1p(excess) : Math.log(1 - share + share * Math.exp(exponent));
}

/** Mean of the component that the outcome came from, which is the slope of the log ratio. */
function meanUnder(components: readonly Component[], logRatio: number, outcome: number): number {
  let moment = 0;
  for (const { share, mean } of components) {
    if (mean !== 0) moment += share * mean * Math.exp(mean * (outcome - mean / 2) - logRatio);
  }
  return moment;
}

/** Solved by hand where one side is N(0, 1) and the other has one moved component: no search in the common cases. */
function closedInverse(
  p: readonly Component[],
  q: readonly Component[],
): ((loss: number) => number) | undefined {
  const isRemoval = q === unmoved;
  const moved = isRemoval ? p : q;
  if (!isRemoval && p !== unmoved) return undefined;
  const component = moved.length === 1 ? moved[0]! : moved[1]!;
  if (moved.length > 2 || (moved.length === 2 && moved[0]!.mean !== 0) || component.mean === 0)
    return undefined;
  const { share, mean } = component;
  return (loss) => {
    const ratio = isRemoval ? loss : -loss;
    const exponent =
      share === 1
        ? ratio
        : ratio > 30
          ? ratio + Math.log1p(-(1 - share) * Math.exp(-ratio)) - Math.log(share)
          : Math.log1p(Math.expm1(ratio) / share);
    // Below what the mixture can reach there is no outcome: the caller clamps the infinity that stands for it.
    if (Number.isNaN(exponent)) return isRemoval ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return exponent / mean + mean / 2;
  };
}
