// The privacy loss of one release as a distribution: log(P(o)/Q(o)) over outcomes o drawn from P, where P and Q are
// the outputs on the two neighbouring datasets that are told apart most easily (a dominating pair).
// Zhu, Dong, Wang, "Optimal accounting of differential privacy via characteristic function", 2022, Definition 7.

/** Outcomes on which the loss does not decrease from `from` to `to` and P has a smooth density. */
export type LossPiece = {
  readonly from: number;
  readonly to: number;
  loss(outcome: number): number;
  /** Density of P there; `loss` is the loss at that outcome, which is mostly at hand already. */
  density(outcome: number, loss: number): number;
  /** The outcome with this loss, within the piece; `near` is one with a slightly smaller loss. */
  outcomeAt(loss: number, near: number): number;
  /** At least |d/do log density| of P and of Q at this outcome: how fine the quadrature must be. */
  steepness(outcome: number): number;
};

export type LossAtom = { readonly loss: number; readonly mass: number };

export type LossSource = {
  readonly pieces: readonly LossPiece[];
  readonly atoms: readonly LossAtom[];
  /** Outcomes that Q never gives: true mass at infinity, in every bound. */
  readonly infinityMass: number;
  /** P-mass cut off above: counted as infinite by the upper bound and left out by the lower one. */
  readonly cutAbove: number;
  /** P-mass cut off below: moved up to the lowest loss by the upper bound and left out by the lower one. */
  readonly cutBelow: number;
  /** No finite loss is larger; infinite when there is no such bound. */
  readonly largestLoss: number;
  /** All atoms lie on multiples of this, and they are what matters. */
  readonly spacing?: number;
};

/** The loss with at most about `tail` of P-mass cut off on each side. */
export type LossOrder = (tail: number) => LossSource;

/** Losses of both orders of the neighbours; one when they are equal. Every order is composed by itself. */
export type ReleaseLoss = readonly [LossOrder] | readonly [LossOrder, LossOrder];

/** Which source it was is part of the output, for example whether a batch was truncated. */
export function mixedSource(weight: number, first: LossSource, second: LossSource): LossSource {
  const scaled = (part: LossSource, by: number): LossSource => ({
    ...part,
    pieces: part.pieces.map((piece) => ({
      from: piece.from,
      to: piece.to,
      loss: piece.loss,
      density: (outcome, loss) => by * piece.density(outcome, loss),
      outcomeAt: piece.outcomeAt,
      steepness: piece.steepness,
    })),
    atoms: part.atoms.map(({ loss, mass }) => ({ loss, mass: by * mass })),
    infinityMass: by * part.infinityMass,
    cutAbove: by * part.cutAbove,
    cutBelow: by * part.cutBelow,
  });
  const [a, b] = [scaled(first, weight), scaled(second, 1 - weight)];
  return {
    pieces: [...a.pieces, ...b.pieces],
    atoms: [...a.atoms, ...b.atoms],
    infinityMass: a.infinityMass + b.infinityMass,
    cutAbove: a.cutAbove + b.cutAbove,
    cutBelow: a.cutBelow + b.cutBelow,
    largestLoss: Math.max(a.largestLoss, b.largestLoss),
  };
}

/** Newton's method kept inside [from, to], for a loss that never decreases. Stops at the precision of doubles. */
export function outcomeBySearch(
  piece: Pick<LossPiece, "from" | "to" | "loss">,
  slope: (outcome: number) => number,
  target: number,
  near: number,
): number {
  let [low, high] = [piece.from, piece.to];
  let guess = near;
  for (let round = 0; round < 200; round++) {
    const excess = piece.loss(guess) - target;
    if (excess > 0) high = guess;
    else low = guess;
    const newton = guess - excess / slope(guess);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - guess) <= 4e-16 * (1 + Math.abs(guess))) return next;
    guess = next;
  }
  return guess;
}
