import { invariant } from "@unseen/base";
import type { RowsFacts } from "@unseen/program";
import type { CanonicalCut } from "./canonical.ts";
import { type Grid, quantise } from "./contribution.ts";

/**
 * Steps from zero to an element's bound. 2^24 makes the rounding a hundred-thousandth of the noise at
 * any useful epsilon, and 2^36 rows of 2^25 stay inside an int64.
 */
const bitsToBound = 24;
/** 2 ** -exponent must be a double: smaller bounds are counted in steps of 2^-1000. */
const leastExponent = -1_000;

/**
 * The grid of a contribution. Every element's bound lies about as many steps from zero, so that one
 * integer noise scale is fair to columns of different units; counts keep steps of 1 and stay whole. Sums that are
 * compared with each other share the step of the widest.
 */
export function gridFor(
  facts: RowsFacts,
  { across, release }: Pick<CanonicalCut, "across" | "release">,
): Grid {
  const bounds = facts.lo.map((lo, at) => Math.max(Math.abs(lo), Math.abs(facts.hi[at]!)));
  invariant(bounds.every(Number.isFinite), "what has no bound is refused before it gets a grid");
  const greatestBound = bounds.reduce((most, bound) => Math.max(most, bound), 0);
  const isHeldWhole =
    across.kind === "rows" || (Number.isInteger(across.least) && Number.isInteger(across.greatest));
  // Which sum is greatest can be asked of sums in one unit alone.
  const isShared = release.by === "greatest" || release.by === "rank";
  const countsInOnes =
    facts.integral &&
    isHeldWhole &&
    greatestBound <= 2 ** bitsToBound &&
    (isShared || bounds.every((bound) => bound === greatestBound));
  const exponentOf = (bound: number) => (countsInOnes || bound === 0 ? 0 : exponentFor(bound));
  const exponent = Int32Array.from(bounds, (bound) => exponentOf(isShared ? greatestBound : bound));
  const unlimited = Number.MAX_SAFE_INTEGER;
  return {
    exponent,
    least: facts.lo.map((lo, at) => quantise(lo, exponent[at]!, -unlimited, unlimited)),
    greatest: facts.hi.map((hi, at) => quantise(hi, exponent[at]!, -unlimited, unlimited)),
  };
}

function exponentFor(bound: number): number {
  // log2 may be an ulp off at a power of two; a bound of 2^25 steps instead of 2^24 is allowed for.
  return Math.max(Math.ceil(Math.log2(bound)) - bitsToBound, leastExponent);
}
