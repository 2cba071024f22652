// Decimal text to whole units of a power of ten and back, exactly: `parseFloat(x) * 1e9` would round twice.

export type DecimalUnits = { readonly sign: -1 | 0 | 1; readonly units: bigint };

/** Longest text that is read; the longest double prints in 24 characters. */
const longestText = 64;
const decimal = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?$/;

/**
 * How many units of 10^-digits a decimal number is, to the nearest (halves up) or down. A number is read as
 * JavaScript prints it, so 0.1 means one tenth. `sign` is that of the number itself: 1e-40 is positive with 0
 * units. `undefined` for what is no number (NaN, text, empty); "infinite" for the infinities.
 */
export function decimalUnits(
  value: number | string,
  digits: number,
  rounding: "nearest" | "down" = "nearest",
): DecimalUnits | "infinite" | undefined {
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const text = String(value).trim();
  if (/^[+-]?infinity$/i.test(text)) return "infinite";
  const parts = text.length > longestText ? null : decimal.exec(text);
  const whole = parts?.[2] ?? "";
  const fraction = parts?.[3] ?? "";
  if (parts === null || whole + fraction === "") return undefined;
  const mantissa = BigInt(whole + fraction);
  if (mantissa === 0n) return { sign: 0, units: 0n };
  const sign = parts[1] === "-" ? -1 : 1;
  const power = Number(parts[4] ?? "0") - fraction.length + digits;
  if (power >= 0) return { sign, units: mantissa * 10n ** BigInt(power) };
  const divisor = 10n ** BigInt(-power);
  const units = (mantissa + (rounding === "nearest" ? divisor / 2n : 0n)) / divisor;
  return { sign, units };
}

/** Units of 10^-digits as plain decimal text without trailing zeros. `units` is not negative. */
export function formatUnits(units: bigint, digits: number): string {
  const text = units.toString().padStart(digits + 1, "0");
  const fraction = text.slice(-digits).replace(/0+$/, "");
  return text.slice(0, -digits) + (fraction === "" ? "" : `.${fraction}`);
}
