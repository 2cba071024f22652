// What may be told of sums instead of the sums themselves with noise: which one is greatest, which are above a
// threshold, in which of ordered bins a share of all lies. Mechanisms choose by these rules (decision 0010); here
// they are applied to numbers that need no protection.

export type ChoiceRule =
  /** The places of the `count` greatest sums, greatest first. */
  | { readonly by: "greatest"; readonly count: number }
  /**
   * For each sum in order: 1 above its threshold, 0 not above, -1 not asked, because `mostAbove` before it were
   * above. One threshold for all sums, or one each.
   */
  | { readonly by: "threshold"; readonly thresholds: readonly number[]; readonly mostAbove: number }
  /** The sums count rows in ordered bins: the place of the bin that the share `num`/`den` of all rows lies in. */
  | { readonly by: "rank"; readonly num: number; readonly den: number };

/** The shape of what is told. `shape` is that of the sums, a list. */
export function chosenShape(rule: ChoiceRule, shape: readonly number[]): readonly number[] {
  switch (rule.by) {
    case "greatest":
      return [rule.count];
    case "threshold":
      return shape;
    case "rank":
      return [1];
    default:
      return rule satisfies never;
  }
}

/** What the rule says of sums that are known. */
export function choosePlainly(rule: ChoiceRule, sums: Float64Array): Float64Array {
  switch (rule.by) {
    case "greatest":
      return greatestPlaces(sums, rule.count);
    case "threshold":
      return answersInOrder(sums, rule.thresholds, rule.mostAbove);
    case "rank":
      return Float64Array.of(binOfShare(sums, rule.num, rule.den));
    default:
      return rule satisfies never;
  }
}

/** Of equals the first; NaN is never the greatest. */
function greatestPlaces(sums: Float64Array, count: number): Float64Array {
  const size = (at: number) => (Number.isNaN(sums[at]!) ? Number.NEGATIVE_INFINITY : sums[at]!);
  const order = Array.from(sums, (_, at) => at).sort((a, b) =>
    size(a) === size(b) ? a - b : size(a) < size(b) ? 1 : -1,
  );
  return Float64Array.from(order.slice(0, count));
}

function answersInOrder(sums: Float64Array, thresholds: readonly number[], mostAbove: number): Float64Array {
  let left = mostAbove;
  return sums.map((sum, at) => {
    if (left === 0) return -1;
    const isAbove = sum > thresholds[thresholds.length === 1 ? 0 : at]!;
    if (isAbove) left -= 1;
    return isAbove ? 1 : 0;
  });
}

/** The middle one of the bins whose rows are nearest to the wanted rank: empty bins side by side are equally near. */
function binOfShare(counts: Float64Array, num: number, den: number): number {
  const wanted = num * counts.reduce((total, count) => total + count, 0);
  let below = 0;
  const gaps = counts.map((count) => {
    const gap = Math.max(den * below - wanted, wanted - den * (below + count), 0);
    below += count;
    return gap;
  });
  const least = gaps.reduce((nearest, gap) => Math.min(nearest, gap), Number.POSITIVE_INFINITY);
  const nearest = Array.from(gaps.keys()).filter((at) => gaps[at] === least);
  return nearest[Math.floor(nearest.length / 2)] ?? 0;
}
