// What a composed loss says: delta at an epsilon, epsilon at a delta, and how well an attacker can do, each rounded
// outward by the errors that the composition states. With L the loss, delta(eps) = infinity mass + sum over L > eps
// of P(L) (1 - e^(eps - L)); Sommer, Meiser, Mohammadi 2019.

import { unitRoundoff } from "./fft.ts";

/** masses[i] e^(logScale - tilt x) is the P-mass at loss x + offset, with x = (base + i) step. */
export type LossCurve = {
  readonly step: number;
  readonly base: number;
  readonly masses: Float64Array;
  readonly tilt: number;
  readonly logScale: number;
  readonly offset: number;
  /** Euclidean length of the error of `masses`. */
  readonly euclideanError: number;
  /** Tilted mass that the window does not hold and that wrapped around into it instead. */
  readonly outside: number;
  readonly infinity: number;
};

export type Side = "upper" | "lower";

/** Rounded up for "upper", down for "lower". One pass over the losses above epsilon. */
export function deltaOf(curve: LossCurve, epsilon: number, side: Side): number {
  const at = epsilon - curve.offset;
  const { step, base, masses, tilt } = curve;
  const start = Math.max(0, Math.floor(at / step) + 1 - base);
  if (start >= masses.length && curve.outside === 0) return clamped(curve.infinity);
  let [above, weighted] = [0, 0];
  const [fade, fadeMore] = [Math.exp(-tilt * step), Math.exp(-(tilt + 1) * step)];
  for (let i = masses.length - 1; i >= start; i--) {
    above = masses[i]! + fade * above;
    weighted = masses[i]! + fadeMore * weighted;
  }
  const nearest = (base + start) * step;
  const value = above - Math.exp(at - nearest) * weighted;
  const scale = Math.exp(curve.logScale - tilt * nearest);
  const error =
    Math.exp(curve.logScale - tilt * at) * errorOf(curve) + scale * roundingOf(curve) * Math.abs(above);
  return finish(curve, scale * value, error, side);
}

/** Smallest epsilon, of those not below zero, that the curve proves ("upper") or cannot rule out ("lower"). */
export function epsilonOf(curve: LossCurve, delta: number, side: Side): number {
  const sign = side === "upper" ? 1 : -1;
  const target = delta - curve.infinity;
  if (target <= 0) return side === "upper" || target < 0 ? Number.POSITIVE_INFINITY : 0;
  const { step, base, masses, tilt } = curve;
  const [fade, fadeMore] = [Math.exp(-tilt * step), Math.exp(-(tilt + 1) * step)];
  const error = errorOf(curve);
  const rounding = roundingOf(curve);
  const logTarget = Math.log(target) - curve.logScale;
  let [above, weighted] = [0, 0];
  for (let i = masses.length - 1; i >= 0; i--) {
    const mass = masses[i]!;
    const [nextAbove, nextWeighted] = [mass + fade * above, mass + fadeMore * weighted];
    const x = (base + i) * step;
    // In the scale of x: delta(x) e^(tilt x - logScale). The point itself adds nothing, its loss being no larger.
    const bound = nextAbove - nextWeighted + sign * (error + rounding * Math.abs(nextAbove));
    const wanted = Math.exp(logTarget + tilt * x);
    if (bound >= wanted && wanted > 0) {
      const right = x + step;
      const least = sign * (error / fade + rounding * Math.abs(above));
      const ratio = (above + least - Math.exp(logTarget + tilt * right)) / weighted;
      const inside = weighted > 0 && ratio > 0 ? right + Math.log(ratio) : side === "upper" ? right : x;
      return Math.max(0, Math.min(right, Math.max(x, inside)) + curve.offset);
    }
    [above, weighted] = [nextAbove, nextWeighted];
  }
  return side === "upper" ? Math.max(0, base * step + curve.offset) : 0;
}

/**
 * The most often that an attacker who guesses "this person is in" can be right about people who are, while wrong about
 * at most `falsePositiveRate` of those who are not: the least of e^eps FPR + delta(eps) over the lattice.
 */
export function truePositiveRateOf(curve: LossCurve, falsePositiveRate: number): number {
  const { step, base, masses, tilt } = curve;
  const [fade, fadeMore] = [Math.exp(-tilt * step), Math.exp(-(tilt + 1) * step)];
  let [above, weighted, best] = [0, 0, 1];
  const error = errorOf(curve);
  for (let i = masses.length - 1; i >= 0; i--) {
    above = masses[i]! + fade * above;
    weighted = masses[i]! + fadeMore * weighted;
    const x = (base + i) * step;
    const value = above - weighted + error + roundingOf(curve) * Math.abs(above);
    const delta = Math.exp(curve.logScale - tilt * x) * value + curve.infinity;
    best = Math.min(best, delta + Math.exp(x + curve.offset) * falsePositiveRate);
  }
  return Math.min(1, best * (1 + 4 * unitRoundoff));
}

/**
 * Most by which sum of masses w, with w = e^(-tilt y) (1 - e^-y) at y above epsilon, is off: wrapped mass times the
 * largest w, and by Cauchy and Schwarz the error of the masses times the length of w, whose square sums to at most its
 * integral over the step plus its largest square.
 */
function errorOf(curve: LossCurve): number {
  const { tilt, step, masses } = curve;
  const largest = tilt === 0 ? 1 : Math.exp(tilt * Math.log(tilt / (1 + tilt))) / (1 + tilt);
  const integral =
    tilt === 0 ? Number.POSITIVE_INFINITY : 1 / (2 * tilt) - 2 / (2 * tilt + 1) + 1 / (2 * tilt + 2);
  const squares = Math.min(masses.length, integral / step + 1) + largest * largest;
  return largest * curve.outside + curve.euclideanError * Math.sqrt(squares);
}

/** Of summing by nested multiplication: each term is rounded at most twice a step that it passes. */
function roundingOf(curve: LossCurve): number {
  const passed = Math.min(
    curve.masses.length,
    curve.tilt > 0 ? 60 / (curve.tilt * curve.step) : curve.masses.length,
  );
  return 4 * unitRoundoff * (passed + 8);
}

function finish(curve: LossCurve, value: number, error: number, side: Side): number {
  const bound = value + (side === "upper" ? error : -error);
  return clamped(Math.max(0, bound) + curve.infinity);
}

function clamped(delta: number): number {
  return Math.min(1, Math.max(0, delta));
}
