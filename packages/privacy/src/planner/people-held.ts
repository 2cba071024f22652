// What one person adds to a sum over people, in integers of the contribution's grid.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { CutAcross } from "./canonical.ts";
import { type Across, acrossRows, type Grid, quantise } from "./contribution.ts";
import type { DatasetFacts } from "./dataset-facts.ts";

/** A total that is held to fewer steps would be rounded to nothing much. Whole numbers in steps of one may be. */
const fewestSteps = 2 ** 10;

/**
 * The ends are tightened to what a person's rows can add up to, which changes no total and needs less noise. Refused
 * where one row may add so much more than a person that the row's grid is too coarse for the person. Depends on
 * declared bounds and released values alone.
 */
export function peopleHeld(
  across: CutAcross,
  grid: Grid,
  { mostRowsEach }: Pick<DatasetFacts, "mostRowsEach">,
): Result<Across, Problem> {
  if (across.kind === "rows") return ok(acrossRows);
  const size = Math.max(-across.least, across.greatest);
  const isTooCoarse = grid.exponent.some((exponent, at) => {
    const mayAdd = grid.least[at] !== 0 || grid.greatest[at] !== 0;
    return mayAdd && exponent !== 0 && size < fewestSteps * 2 ** exponent;
  });
  if (isTooCoarse) {
    return err(
      problem("bounds-unknown", "one row may add far more than a person's total is held to", {
        hint: "hold each row first: .clip(least, greatest)",
      }),
    );
  }
  const unlimited = Number.MAX_SAFE_INTEGER;
  const steps = (value: number, at: number) => quantise(value, grid.exponent[at]!, -unlimited, unlimited);
  return ok({
    kind: "people",
    least: grid.least.map(
      (least, at) => Math.max(steps(across.least, at), mostRowsEach * Math.min(least, 0)) + 0,
    ),
    greatest: grid.greatest.map(
      (most, at) => Math.min(steps(across.greatest, at), mostRowsEach * Math.max(most, 0)) + 0,
    ),
    mostGroupsEach: Math.min(across.mostGroupsEach ?? grid.exponent.length, grid.exponent.length),
  });
}
