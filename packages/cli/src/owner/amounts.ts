// The ledger's exact integers, and the decimal text that people write.

import { type Amount, amount } from "@unseen/owner";
import { usageFailure } from "../shell/failure.ts";

/** The ledger counts epsilon in billionths and delta in 1e-18ths. */
const epsilonDigits = 9;
const deltaDigits = 18;

export function parseAmount(epsilon: string, delta: bigint | string): Amount {
  return amount(
    units("--epsilon", epsilon, epsilonDigits),
    typeof delta === "bigint" ? delta : units("--delta", delta, deltaDigits),
  );
}

/** Decimals without an exponent, so that nothing is rounded. */
function units(option: string, text: string, digits: number): bigint {
  const match = /^(\d{1,9})(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? "";
  if (match === null || fraction.length > digits)
    throw usageFailure(
      `${option} is a decimal number of 0 or more, with at most ${digits} digits after the point`,
      "as 2.5",
    );
  return BigInt(match[1] + fraction.padEnd(digits, "0"));
}

/** For showing: a double has digits enough for a terminal. */
export function plainAmount({ epsilon, delta }: Amount): {
  readonly epsilon: number;
  readonly delta: number;
} {
  return { epsilon: decimal(epsilon, epsilonDigits), delta: decimal(delta, deltaDigits) };
}

function decimal(units: bigint, digits: number): number {
  const text = String(units).padStart(digits + 1, "0");
  return Number(`${text.slice(0, -digits)}.${text.slice(-digits)}`);
}
