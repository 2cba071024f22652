// Whether a model speaks of a row as models do that saw it, or as those that did not.

export type Shadow = {
  readonly isIn: readonly boolean[];
  readonly confidences: Float64Array;
};

/** Of a spread that no number of models shows: below it all rows would be told apart by rounding. */
const leastVariance = 1e-4;

/**
 * For each row the logarithm of how much likelier its confidence is with it than without, under normal distributions of each row's own
 * means and of variances that all rows share, which is steadier where shadows are few (Carlini and others 2022, section
 * VI-B). A row that all shadows saw, or none, says nothing: 0.
 */
export function likelihoodRatios(observed: Float64Array, shadows: readonly Shadow[]): Float64Array {
  const means = (wanted: boolean) =>
    observed.map((_, row) => {
      const seen = shadows.filter(({ isIn }) => isIn[row] === wanted);
      return seen.reduce((sum, { confidences }) => sum + confidences[row]!, 0) / seen.length;
    });
  const [inside, outside] = [means(true), means(false)];
  const varianceAround = (centres: Float64Array, wanted: boolean) => {
    let [sum, count] = [0, 0];
    for (const { isIn, confidences } of shadows)
      for (const [row, isHere] of isIn.entries()) {
        if (isHere !== wanted) continue;
        sum += (confidences[row]! - centres[row]!) ** 2;
        count += 1;
      }
    return Math.max(sum / Math.max(1, count), leastVariance);
  };
  const [varianceInside, varianceOutside] = [varianceAround(inside, true), varianceAround(outside, false)];
  return observed.map((value, row) => {
    const [least, most] = [outside[row]!, inside[row]!];
    if (Number.isNaN(least) || Number.isNaN(most)) return 0;
    const logIn = -((value - most) ** 2) / (2 * varianceInside) - Math.log(varianceInside) / 2;
    const logOut = -((value - least) ** 2) / (2 * varianceOutside) - Math.log(varianceOutside) / 2;
    return logIn - logOut;
  });
}
