// Losses that take single values only: discrete Laplace and discrete Gaussian noise, plain and Poisson-sampled,
// randomized response, and the worst mechanism of which only (epsilon, delta) is known.
// Canonne, Kamath, Steinke 2020 (noise); Kairouz, Oh, Viswanath 2015 (epsilon, delta).

import { logOfMixed } from "./gaussian-loss.ts";
import type { LossAtom, LossSource, ReleaseLoss } from "./loss-source.ts";

/** Noise of P(x) proportional to exp(-rate |x|) on an integer moved by `sensitivity`, the person in with `probability`. */
export function discreteLaplaceLoss(rate: number, sensitivity: number, probability = 1): ReleaseLoss {
  // Outcomes at or below 0, and at or above the sensitivity, all have one loss each: their masses are summed by hand.
  const outside = 1 / (1 + Math.exp(-rate));
  const inside = Math.tanh(rate / 2);
  const outcomes: Outcome[] = [
    { ofStill: outside, ofMoved: outside * Math.exp(-rate * sensitivity), exponent: -rate * sensitivity },
  ];
  for (let x = 1; x < sensitivity; x++) {
    outcomes.push({
      ofStill: inside * Math.exp(-rate * x),
      ofMoved: inside * Math.exp(-rate * (sensitivity - x)),
      exponent: rate * (2 * x - sensitivity),
    });
  }
  outcomes.push({
    ofStill: outside * Math.exp(-rate * sensitivity),
    ofMoved: outside,
    exponent: rate * sensitivity,
  });
  return sampledOutcomes(outcomes, probability, probability === 1 ? rate : undefined, 0);
}

/** Noise of P(x) proportional to exp(-x^2 / (2 sigma^2)) on an integer moved by `sensitivity`. */
export function discreteGaussianLoss(sigma: number, sensitivity: number, probability = 1): ReleaseLoss {
  const orders = (tail: number) => {
    const reach = Math.ceil(sigma * Math.sqrt(-2 * Math.log(tail)) + 2);
    let total = 1;
    for (let x = reach + sensitivity; x >= 1; x--) total += 2 * Math.exp((-x * x) / (2 * sigma * sigma));
    const outcomes: Outcome[] = [];
    for (let x = -reach; x <= reach + sensitivity; x++) {
      outcomes.push({
        ofStill: Math.exp((-x * x) / (2 * sigma * sigma)) / total,
        ofMoved: Math.exp(-((x - sensitivity) ** 2) / (2 * sigma * sigma)) / total,
        exponent: (sensitivity * (2 * x - sensitivity)) / (2 * sigma * sigma),
      });
    }
    const spacing = probability === 1 ? sensitivity / (2 * sigma * sigma) : undefined;
    return sampledOutcomes(outcomes, probability, spacing, tail);
  };
  return probability === 1
    ? [(tail) => orders(tail)[0](tail)]
    : [(tail) => orders(tail)[0](tail), (tail) => (orders(tail)[1] ?? orders(tail)[0])(tail)];
}

/** One of `buckets` values, with probability `noise` replaced by a uniform one. Local: P and Q are two true values. */
export function randomizedResponseLoss(noise: number, buckets: number): ReleaseLoss {
  const [kept, other] = [1 - noise + noise / buckets, noise / buckets];
  const loss = Math.log(kept / other);
  const atoms = [
    { loss, mass: kept },
    { loss: -loss, mass: other },
    { loss: 0, mass: other * (buckets - 2) },
  ];
  return [() => atomic(atoms, 0, loss)];
}

/** The same when the neighbour of a value is no value at all, which answers uniformly. */
export function randomizedResponseOfNothingLoss(noise: number, buckets: number): ReleaseLoss {
  const kept = 1 - noise + noise / buckets;
  const [up, down] = [Math.log(kept * buckets), Math.log(noise)];
  const removed = [
    { loss: up, mass: kept },
    { loss: down, mass: 1 - kept },
  ];
  const added = [
    { loss: -up, mass: 1 / buckets },
    { loss: -down, mass: 1 - 1 / buckets },
  ];
  return [() => atomic(removed, 0, undefined), () => atomic(added, 0, undefined)];
}

/** The worst of all (epsilon, delta)-private mechanisms; both bounds are about that one. */
export function epsilonDeltaLoss(epsilon: number, delta: number): ReleaseLoss {
  const atoms = [
    { loss: epsilon, mass: (1 - delta) / (1 + Math.exp(-epsilon)) },
    { loss: -epsilon, mass: (1 - delta) / (1 + Math.exp(epsilon)) },
  ];
  return [() => atomic(atoms, delta, epsilon === 0 ? undefined : epsilon)];
}

/** An outcome's probability without and with the person, and the logarithm of the second over the first. */
type Outcome = { readonly ofStill: number; readonly ofMoved: number; readonly exponent: number };

function sampledOutcomes(
  outcomes: readonly Outcome[],
  share: number,
  spacing: number | undefined,
  cut: number,
): ReleaseLoss {
  const removed = outcomes.map(({ ofStill, ofMoved, exponent }) => ({
    loss: logOfMixed(share, exponent),
    mass: (1 - share) * ofStill + share * ofMoved,
  }));
  const added = outcomes.map(({ ofStill, exponent }) => ({
    loss: -logOfMixed(share, exponent),
    mass: ofStill,
  }));
  const source = (atoms: readonly LossAtom[]): LossSource => {
    const all = atomic(atoms, 0, spacing);
    // Where noise was cut off, the source no longer knows its largest loss, unless sampling bounds it.
    if (cut === 0) return all;
    const largestLoss = atoms === added && share < 1 ? -Math.log1p(-share) : Number.POSITIVE_INFINITY;
    return { ...all, cutAbove: cut, cutBelow: cut, largestLoss };
  };
  return share === 1 ? [() => source(removed)] : [() => source(removed), () => source(added)];
}

function atomic(atoms: readonly LossAtom[], infinityMass: number, spacing: number | undefined): LossSource {
  const real = atoms.filter(({ mass }) => mass > 0);
  return {
    pieces: [],
    atoms: real,
    infinityMass,
    cutAbove: 0,
    cutBelow: 0,
    largestLoss: Math.max(0, ...real.map(({ loss }) => loss)),
    ...(spacing === undefined ? {} : { spacing }),
  };
}
