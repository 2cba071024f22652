import { afterAll, beforeAll, expect, test } from "vitest";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { textLiteral } from "../engine/sql-text.ts";
import { personName } from "./person-name.ts";

let session: DuckDbSession;
beforeAll(async () => {
  session = await DuckDbSession.open(":memory:", {});
});
afterAll(() => session[Symbol.dispose]());

async function named(cell: string): Promise<unknown> {
  const [[name] = []] = await session.rows(`SELECT ${personName(textLiteral(cell))}`);
  return name;
}

test("names that look the same are one person", async () => {
  for (const cell of ["p1", " p1", "p1\t", "\u00a0p1", "p1\u200b", "\ufeffp1", "p1\u3000\r"])
    expect(await named(cell), JSON.stringify(cell)).toBe("p1");
  expect(await named("Rene\u0301")).toBe(await named("Ren\u00e9"));
  expect(await named("de  Vries")).toBe("de  Vries");
  expect(await named("p1")).not.toBe(await named("P1"));
});

test("what programs write where there is nothing is nobody, and not one person with very many rows", async () => {
  for (const cell of ["", "\t", "\u00a0", "NA", "N/A", "NaN", "nan", "NULL", "None", "-"])
    expect(await named(cell), JSON.stringify(cell)).toBeNull();
  const [[missing] = []] = await session.rows(
    `SELECT ${personName("CAST(CAST('NaN' AS DOUBLE) AS VARCHAR)")}`,
  );
  expect(missing).toBeNull();
  expect(await named("Nancy")).toBe("Nancy");
});
