// Small readers for the fields of a card, each with one sentence for what is wrong.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";

export type CardProblem = Problem<"card-malformed" | "card-bounds-missing" | "card-bounds-invalid">;

export function malformed(message: string, hint?: string): Problem<"card-malformed"> {
  return problem("card-malformed", message, hint === undefined ? {} : { hint });
}

/** A name as it is shown in a sentence: quoted, and cut where a stranger made it long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}

export function asObject(
  value: unknown,
  what: string,
): Result<Readonly<Record<string, unknown>>, CardProblem> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return ok(value as Readonly<Record<string, unknown>>);
  return err(malformed(value === undefined ? `${what} is missing` : `${what} is not an object in braces`));
}

export function asList(value: unknown, what: string, most: number): Result<readonly unknown[], CardProblem> {
  if (!Array.isArray(value)) return err(malformed(`${what} are not a list in brackets`));
  return value.length <= most ? ok(value) : err(malformed(`${what} are more than ${most}`));
}

/** Text with at least one character, none of which steers a terminal or ends a string in a database. */
export function asText(value: unknown, what: string, mostCharacters: number): Result<string, CardProblem> {
  if (typeof value !== "string") return err(malformed(`${what} is not text`));
  if (value.length > mostCharacters)
    return err(malformed(`${what} is longer than ${mostCharacters} characters`));
  if (/[^\P{Cc}\n\t]/u.test(value) || !value.isWellFormed())
    return err(malformed(`${what} holds a character that cannot be printed`));
  return ok(value);
}

export function asName(value: unknown, what: string, mostCharacters: number): Result<string, CardProblem> {
  const text = asText(value, what, mostCharacters);
  if (!text.ok) return text;
  if (text.value.trim() === "") return err(malformed(`${what} is empty`));
  return /[\n\t]/.test(text.value) ? err(malformed(`${what} is more than one line`)) : text;
}

export function optional<T>(
  fields: Readonly<Record<string, unknown>>,
  key: string,
  read: (value: unknown) => Result<T, CardProblem>,
): Result<T | undefined, CardProblem> {
  return Object.hasOwn(fields, key) ? read(fields[key]) : ok(undefined);
}

export function refuseUnknown(
  fields: Readonly<Record<string, unknown>>,
  known: readonly string[],
  what: string,
): Result<undefined, CardProblem> {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown === undefined) return ok(undefined);
  return err(malformed(`${what} has no field ${quoted(unknown)}`, `its fields are ${known.join(", ")}`));
}

export function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** A frozen record without a prototype: a column called "constructor" is found only where it was declared. */
export function frozenRecord<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const record: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) record[name] = value;
  return Object.freeze(record);
}
