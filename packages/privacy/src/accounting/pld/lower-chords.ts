// A lower curve of deltas with its corners on the lattice. The connect-the-dots curve touches the true one at every
// lattice point and bulges above it in between by a known height; so the same curve, lowered at every point by the
// larger of the bulges beside it, runs below the true one everywhere. Lowered points need not be convex, which masses
// that are not negative need: the convex hull from below is taken, which lowers the curve further. That any curve below
// stays below after composition: replace one release at a time, each under the positive masses of all others.

/**
 * `upper` are the masses of connect-the-dots, bump[i] the height of the bulge between points i and i + 1. The shortfall
 * is what has to be taken off every delta as well: the lowering at the largest loss, which no mass can express.
 */
export function chordsBelow(
  upper: Float64Array,
  bump: Float64Array,
  step: number,
): { readonly masses: Float64Array; readonly shortfall: number } {
  const length = upper.length;
  const [up, down] = [Math.expm1(step), -Math.expm1(-step)];
  const masses = new Float64Array(length);
  let first = 0;
  while (first < length && upper[first] === 0) first++;
  let last = length - 1;
  while (last > first && upper[last] === 0) last--;
  if (first >= length) return { masses, shortfall: 0 };
  // Beyond both ends the lowering stays what it is there.
  const lowering = (i: number) => {
    const at = Math.min(last, Math.max(first, i));
    return Math.max(bump[at - 1] ?? 0, bump[at]!) * (1 + 1e-9);
  };
  let shortfall = lowering(last);

  // The hull in terms of masses: a negative mass is a corner that bends the wrong way. It is given to the corners left
  // and right of it, keeping its P- and its Q-mass, which replaces the two edges there by one chord.
  const kept = new Int32Array(last - first + 2);
  let size = 0;
  for (let i = first; i <= last; i++) {
    masses[i] = upper[i]! - ((lowering(i + 1) - lowering(i)) / up - (lowering(i) - lowering(i - 1)) / down);
    kept[size++] = i;
    while (size >= 2) {
      const corner = kept[size - 2]!;
      const mass = masses[corner]!;
      if (mass >= 0) break;
      const right = kept[size - 1]!;
      const left = size >= 3 ? kept[size - 3]! : undefined;
      // With no corner to its left it moves to the right, which lowers the curve more.
      const share =
        left === undefined ? 1 : Math.expm1((left - corner) * step) / Math.expm1((left - right) * step);
      masses[right]! += mass * share;
      if (left !== undefined) masses[left]! += mass * (1 - share);
      masses[corner] = 0;
      kept[size - 2] = right;
      size--;
    }
  }
  const top = kept[size - 1]!;
  if (masses[top]! < 0) {
    shortfall -= masses[top]!;
    masses[top] = 0;
  }
  return { masses, shortfall };
}
