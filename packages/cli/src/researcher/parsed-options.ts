// What several commands read from a command line.

import { InvalidArgumentError } from "commander";

export function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It is a number above 0.");
}

export function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("It is a whole number from 1.");
}

export function named(text: string): readonly string[] {
  return text.split(",").map((name) => name.trim());
}

export function wholes(text: string): readonly number[] {
  const values = text.split(",").map(Number);
  if (values.every((value) => Number.isSafeInteger(value) && value >= 1)) return values;
  throw new InvalidArgumentError("These are whole numbers with commas between, as 32,10.");
}
