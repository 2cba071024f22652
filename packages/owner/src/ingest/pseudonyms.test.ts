import { join } from "node:path";
import { Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { personColumn } from "../engine/snapshot.ts";
import { identifier, pathLiteral, snapshotColumn } from "../engine/sql-text.ts";
import { cardOf, ingested, testFolder } from "./ingest-for-tests.ts";

const columns = { x: { type: "integer", bounds: [0, 9] } };
const card = cardOf(columns, { column: "id", mostRowsEach: 5 });

/** The pseudonyms of a file, by the value of x; each value stands in one row. */
async function pseudonyms(
  csv: string,
  { key, of = card }: { readonly key?: Secret<Uint8Array>; readonly of?: typeof card } = {},
): Promise<readonly string[]> {
  using folder = testFolder();
  const { snapshot } = await ingested(folder, folder.write("a.csv", csv), of, key);
  using session = await DuckDbSession.open(":memory:", {});
  const rows = await session.rows(
    `SELECT typeof(${personColumn}), CAST(${personColumn} AS VARCHAR) FROM read_parquet(${pathLiteral(join(folder.path, snapshot))}) ORDER BY ${identifier(snapshotColumn("x"))}`,
  );
  return rows.map(([type, pseudonym]) => {
    expect(type).toBe("UUID");
    return String(pseudonym);
  });
}

test("names that look the same are one pseudonym, and other names are others", async () => {
  const [bea, spaced, composed, apart, wide, capital] = await pseudonyms(
    "id,x\nbea,0\n bea\u200b,1\nRen\u00e9,2\nRene\u0301,3\nbea\u3000,4\nBea,5\n",
  );
  expect(spaced).toBe(bea);
  expect(wide).toBe(bea);
  expect(apart).toBe(composed);
  expect(new Set([bea, composed, capital]).size).toBe(3);
});

test("a person has one pseudonym in all datasets of a home, and another in another home", async () => {
  const other = cardOf(
    { ...columns, y: { type: "number", bounds: [0, 1] } },
    { column: "who", mostRowsEach: 1 },
  );
  const [ada, bob] = await pseudonyms("id,x\nada,0\nbob,1\n");
  expect(await pseudonyms("who,y,x\nbob,0.5,0\nada,0.5,1\n", { of: other })).toEqual([bob, ada]);
  const key = Secret.of<Uint8Array>(new Uint8Array(32).fill(8));
  for (const pseudonym of await pseudonyms("id,x\nada,0\nbob,1\n", { key }))
    expect([ada, bob]).not.toContain(pseudonym);
});

test("a pseudonym is no hash of the name alone, and a column called person is not it", async () => {
  using session = await DuckDbSession.open(":memory:", {});
  const [pseudonym] = await pseudonyms("id,x\nada,0\n");
  const [plain] = await session.rows("SELECT CAST(CAST(substr(sha256('ada'), 1, 32) AS UUID) AS VARCHAR)");
  expect(plain).not.toEqual([pseudonym]);
  expect(snapshotColumn(personColumn)).not.toBe(personColumn);
});

test("where each row is a person there are no pseudonyms", async () => {
  await expect(pseudonyms("x\n1\n", { of: cardOf(columns) })).rejects.toThrow(/person/);
});
