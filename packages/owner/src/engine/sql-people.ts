// Sums over people as SQL: first what each person has, then what of it is held, then the sum.

import type { AcrossPeople } from "@unseen/privacy";
import { personColumn } from "./snapshot.ts";
import type { Dialect } from "./sql-dialect.ts";

/**
 * One sum for each element; `amounts` are SQL of one person's total in each. Undefined where a person may have more
 * elements than count, which only a table of (person, element) could tell apart.
 */
export function sumsOverPeople(
  amounts: readonly string[],
  across: AcrossPeople,
  from: string,
): string | undefined {
  if (across.mostGroupsEach < amounts.length) return undefined;
  const each = amounts.map((amount, at) => `CAST(${amount} AS BIGINT) AS t${at}`);
  const sums = amounts.map((_, at) => `sum(${held(`t${at}`, across, at)})`);
  return `SELECT ${sums.join(", ")} FROM (SELECT ${each.join(", ")} FROM ${from} GROUP BY ${personColumn}) AS t`;
}

export type Places = {
  /** SQL of a row's place, counted on from `from`; NULL or outside where it has none. */
  readonly place: string;
  readonly from: number;
  readonly width: number;
};

/**
 * A table of elements with their sums, where each row is in one of them; `amount` is SQL of what one person has in
 * one place. Undefined where elements are held to different bounds.
 */
export function groupsOverPeople(
  dialect: Dialect,
  amount: string,
  { place, from: first, width }: Places,
  across: AcrossPeople,
  from: string,
): string | undefined {
  const isUniform = (ends: Float64Array) => ends.every((end) => end === ends[0]);
  if (!isUniform(across.least) || !isUniform(across.greatest)) return undefined;
  const placed = `SELECT *, CAST(${place} AS BIGINT) + ${first} AS element FROM ${from}`;
  const inside = `SELECT * FROM (${placed}) AS t WHERE element >= 0 AND element < ${width}`;
  const totals = `SELECT ${personColumn}, element, CAST(${amount} AS BIGINT) AS total FROM (${inside}) AS t GROUP BY ${personColumn}, element`;
  const parts = `SELECT ${personColumn}, element, ${held("total", across, 0)} AS part FROM (${totals}) AS t`;
  const rank = dialect.choiceRank(personColumn, "element");
  const ranked = `SELECT *, row_number() OVER (PARTITION BY ${personColumn} ORDER BY ${rank}, element) AS choice FROM (${parts}) AS t WHERE part <> 0`;
  const counted =
    across.mostGroupsEach < width
      ? `SELECT * FROM (${ranked}) AS t WHERE choice <= ${across.mostGroupsEach}`
      : parts;
  return `SELECT element, sum(part) FROM (${counted}) AS t GROUP BY element`;
}

function held(total: string, { least, greatest }: AcrossPeople, at: number): string {
  return `least(greatest(${total}, ${BigInt(least[at]!)}), ${BigInt(greatest[at]!)})`;
}
