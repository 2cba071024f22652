import { err, ok, type Problem, problem, type Result } from "@unseen/base";

/** As torch's GroupNorm has it: keeps an even group from being divided by nothing. */
const smallestVariance = 1e-5;

/**
 * Rows of `shape` [channels, ...], each row's channels in `groups` of equally many, each group centred and scaled to variance 1 by
 * itself (Wu and He 2018, arXiv 1803.08494, with nothing learnt). A row's numbers come from that row alone, so it costs no privacy.
 */
export function groupNormalised(
  x: Float32Array,
  shape: readonly number[],
  groups: number,
): Result<Float32Array, Problem> {
  const [channels = 0] = shape;
  const size = shape.reduce((product, side) => product * side, 1) / groups;
  const fits = Number.isSafeInteger(groups) && groups >= 1 && channels % groups === 0 && size >= 1;
  if (!fits || x.length % (size * groups) !== 0)
    return err(
      problem("training-invalid", "groups divide the channels of whole rows", {
        hint: "groups: 27, for 81 channels",
      }),
    );
  const normal = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += size) {
    let [sum, squares] = [0, 0];
    for (let at = start; at < start + size; at++) sum += x[at]!;
    const mean = sum / size;
    for (let at = start; at < start + size; at++) squares += (x[at]! - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / size + smallestVariance);
    for (let at = start; at < start + size; at++) normal[at] = (x[at]! - mean) * scale;
  }
  return ok(normal);
}
