import { expect, test } from "vitest";
import { choiceRank } from "./choice-rank.ts";
import { DuckDbSession } from "./duckdb-session.ts";
import { pseudonym } from "./engine-for-tests.ts";
import { duckDb } from "./sql-dialect.ts";

test("the order is the same in SQL and in script", async () => {
  using session = await DuckDbSession.open(":memory:", {});
  const pairs = Array.from({ length: 200 }, (_, at) => [pseudonym(at % 17), at % 31] as const);
  const values = pairs.map(([person, element]) => `(CAST('${person}' AS UUID), CAST(${element} AS BIGINT))`);
  const rows = await session.rows(
    `SELECT ${duckDb.choiceRank("person", "element")} FROM (VALUES ${values.join(", ")}) AS t(person, element)`,
  );
  expect(rows.map(([rank]) => rank)).toEqual(pairs.map(([person, element]) => choiceRank(person, element)));
});

test("each group comes first for as many people as any other, and for each pair the same", () => {
  const people = 2_000;
  const first = [0, 0, 0, 0, 0];
  let before = 0;
  for (let person = 0; person < people; person++) {
    const ranks = first.map((_, element) => choiceRank(pseudonym(person), element));
    first[ranks.indexOf(ranks.toSorted((a, b) => (a < b ? -1 : 1))[0]!)]! += 1;
    if (ranks[0]! < ranks[1]!) before += 1;
  }
  // 400 expected with a deviation of 18, and 1,000 with one of 22. The people are fixed, so this cannot flake.
  for (const count of first) expect(Math.abs(count - 400)).toBeLessThan(90);
  expect(Math.abs(before - 1_000)).toBeLessThan(110);
});
