// A sampler draws the batches and says what releases from them cost. Both are of one class with a private maker, so that
// no batches are drawn in one way and accounted for in another.

import { PoissonSampler } from "./poisson-sampler.ts";
import { ShuffledSampler } from "./shuffled-sampler.ts";

export type Sampler = PoissonSampler | ShuffledSampler;

/** Not something that only looks like one. */
export function isSampler(value: unknown): value is Sampler {
  return PoissonSampler.is(value) || ShuffledSampler.is(value);
}
