/** Beyond this a probability is 0 or 1 in float32, and no model is surer than that. */
const surest = 40;

/**
 * How sure a model is of each row's own class: ln(p / (1 - p)), which is nearly normal over models (Carlini and others 2022, section
 * IV-C). `results` are logits, one line of `classes` a row.
 */
export function confidences(
  results: ArrayLike<number>,
  labels: readonly number[],
  classes: number,
): Float64Array {
  return Float64Array.from(labels, (label, row) => {
    const line = Array.from({ length: classes }, (_, at) => results[row * classes + at]!);
    const others = line.filter((_, at) => at !== label);
    const greatest = Math.max(...others);
    const rest = greatest + Math.log(others.reduce((sum, one) => sum + Math.exp(one - greatest), 0));
    const sure = line[label]! - rest;
    return Number.isNaN(sure) ? 0 : Math.min(Math.max(sure, -surest), surest);
  });
}
