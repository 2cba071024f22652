// The second number of an approximate guarantee, in whole units of 1e-18.

import { type Brand, err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { decimalUnits, formatUnits } from "./decimal-units.ts";

/** Units of 1e-18 of delta. */
export type AttoDelta = Brand<bigint, "AttoDelta">;

const digits = 18;
/** One in a thousand. A mechanism may publish a person outright with probability delta, so a thousand people would expect one. */
const tooLarge = 10n ** 15n;

/** A pure guarantee. */
export const noDelta: AttoDelta = 0n as AttoDelta;

/** Reads a delta that somebody offers: above 0, below 0.001, rounded down to 1e-18. Never throws. */
export function parseDelta(value: number | string): Result<AttoDelta, Problem<"delta-invalid">> {
  const attos = decimalUnits(value, digits, "down");
  if (attos === undefined) return refuse("Delta must be a plain number, for example 1e-9.");
  if (attos === "infinite")
    return refuse("Delta must be finite and far below one over the number of people.");
  if (attos.sign <= 0) return refuse("Delta must be above zero; leave it out to ask for a pure guarantee.");
  if (attos.units === 0n)
    return refuse("Delta must be at least 1e-18; leave it out to ask for a pure guarantee.");
  if (attos.units >= tooLarge)
    return refuse("Delta must be far below one over the number of people, and always below 0.001.");
  return ok(attos.units as AttoDelta);
}

/** For amounts that were parsed before: what a ledger reads back, sums and remainders. Zero is allowed. */
export function attoDeltaOf(attos: bigint): AttoDelta {
  invariant(attos >= 0n, "an amount of delta is never negative");
  return attos as AttoDelta;
}

/** "0.000000001": exact, no trailing zeros; "0" for a pure guarantee. */
export function formatDelta(delta: AttoDelta): string {
  return formatUnits(delta, digits);
}

/** A double within one part in 2^53, for the conversions that take its logarithm. */
export function deltaAsNumber(delta: AttoDelta): number {
  return Number(delta) / 1e18;
}

function refuse(message: string): Result<never, Problem<"delta-invalid">> {
  return err(problem("delta-invalid", message, { hint: "Typical offers lie between 1e-12 and 1e-6." }));
}
