// The unit in which privacy is priced: epsilon in whole billionths, so that a thousand charges add up without drift.

import { type Brand, err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { decimalUnits, formatUnits } from "./decimal-units.ts";
import { type Rational, rational } from "./rational.ts";

/** Billionths of epsilon. */
export type NanoEpsilon = Brand<bigint, "NanoEpsilon">;

const digits = 9;
const perEpsilon = 10n ** BigInt(digits);
/** Below this the noise of one counted person is a million people wide. */
const smallest = 1_000n;
/** At e^1000 the odds that the guarantee bounds are beyond any evidence; the largest that anyone publishes is near 20. */
const largest = 1_000n * perEpsilon;

/** Reads an epsilon that somebody offers: 0.000001 to 1000, to the nearest billionth. Never throws. */
export function parseEpsilon(value: number | string): Result<NanoEpsilon, Problem<"epsilon-invalid">> {
  const nanos = decimalUnits(value, digits);
  if (nanos === undefined) return refuse("Epsilon must be a plain number, for example 0.5.");
  if (nanos === "infinite") return refuse("Epsilon must be finite: an infinite epsilon protects nobody.");
  if (nanos.sign < 0) return refuse("Epsilon must be above zero: nothing can be asked at a negative price.");
  if (nanos.sign === 0) return refuse("Epsilon must be above zero: an answer at no price says nothing.");
  if (nanos.units < smallest)
    return refuse("Epsilon is so small that the answer would be noise alone; offer at least 0.000001.");
  if (nanos.units > largest)
    return refuse("Epsilon is so large that there would be no guarantee worth the name; offer at most 1000.");
  return ok(nanos.units as NanoEpsilon);
}

/** For amounts that were parsed before: what a ledger reads back, sums and remainders. Zero is allowed. */
export function nanoEpsilonOf(nanos: bigint): NanoEpsilon {
  invariant(nanos >= 0n, "an amount of epsilon is never negative");
  return nanos as NanoEpsilon;
}

/** "0.5", "0.000001", "3": exact, no trailing zeros. */
export function formatEpsilon(epsilon: NanoEpsilon): string {
  return formatUnits(epsilon, digits);
}

/** The same amount as an exact fraction, to be divided among cuts. */
export function epsilonAsRational(epsilon: NanoEpsilon): Rational {
  return rational(epsilon, perEpsilon);
}

function refuse(message: string): Result<never, Problem<"epsilon-invalid">> {
  return err(problem("epsilon-invalid", message, { hint: "Typical offers lie between 0.1 and 3." }));
}
