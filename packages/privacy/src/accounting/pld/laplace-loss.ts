// Losses of Laplace noise, in units of its scale, plain and Poisson-sampled: the loss is constant on both sides of the
// two means, which gives two atoms, and smooth between them. Zhu, Dong, Wang 2022 for the sampled form.

import { logOfMixed } from "./gaussian-loss.ts";
import type { LossSource, ReleaseLoss } from "./loss-source.ts";

/** `shift` is L1 sensitivity over scale; `probability` is that of the person being in the sample (1: no sampling). */
export function laplaceLoss(shift: number, probability = 1): ReleaseLoss {
  const removed = removedLaplace(shift, probability);
  return probability === 1 ? [() => removed] : [() => removed, () => addedLaplace(shift, probability)];
}

/** P is the sampled mixture of means 0 and shift, Q is Laplace at 0: the ratio before sampling is e^(2x - shift). */
function removedLaplace(shift: number, probability: number): LossSource {
  const loss = (outcome: number) => logOfMixed(probability, 2 * outcome - shift);
  return {
    pieces: [
      {
        from: 0,
        to: shift,
        loss,
        density: (outcome, at) => Math.exp(at - outcome) / 2,
        outcomeAt: (target) => (exponentOf(target, probability) + shift) / 2,
        steepness: () => 2,
      },
    ],
    atoms: [
      {
        loss: logOfMixed(probability, -shift),
        mass: (1 - probability + probability * Math.exp(-shift)) / 2,
      },
      {
        loss: logOfMixed(probability, shift),
        mass: ((1 - probability) * Math.exp(-shift) + probability) / 2,
      },
    ],
    infinityMass: 0,
    cutAbove: 0,
    cutBelow: 0,
    largestLoss: probability === 1 ? shift : logOfMixed(probability, shift),
    ...(probability === 1 ? { spacing: shift } : {}),
  };
}

/** P is Laplace at 0 and Q the mixture; outcomes are counted back from the moved mean so that the loss grows. */
function addedLaplace(shift: number, probability: number): LossSource {
  return {
    pieces: [
      {
        from: 0,
        to: shift,
        loss: (outcome) => -logOfMixed(probability, shift - 2 * outcome),
        density: (outcome) => Math.exp(outcome - shift) / 2,
        outcomeAt: (target) => (shift - exponentOf(-target, probability)) / 2,
        steepness: () => 2,
      },
    ],
    atoms: [
      { loss: -logOfMixed(probability, shift), mass: Math.exp(-shift) / 2 },
      { loss: -logOfMixed(probability, -shift), mass: 1 / 2 },
    ],
    infinityMass: 0,
    cutAbove: 0,
    cutBelow: 0,
    largestLoss: -logOfMixed(probability, -shift),
  };
}

/** Undoes `logOfMixed`, for what it can give. */
function exponentOf(mixed: number, share: number): number {
  if (share === 1) return mixed;
  if (mixed > 30) return mixed + Math.log1p(-(1 - share) * Math.exp(-mixed)) - Math.log(share);
  return Math.log1p(Math.max(-1, Math.expm1(mixed) / share));
}
