import { Secret } from "@unseen/base";
import { isKeyText } from "@unseen/program";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cardOf, ingested, testFolder } from "../ingest/ingest-for-tests.ts";
import { DuckDbEngine } from "./duckdb-engine.ts";
import { DuckDbSession } from "./duckdb-session.ts";
import { receipt, writtenSnapshot } from "./engine-for-tests.ts";
import { peopleOfKeysQuery } from "./people-of-keys.ts";

const folder = testFolder();
let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open({ dataDirectory: folder.path, threads: 1 });
});
afterAll(() => {
  engine.close();
  folder[Symbol.dispose]();
});

type Row = { readonly person: number; readonly key: string | null };
type Counts = ReadonlyMap<string, bigint>;
type Counting = (rows: readonly Row[], mostKeysEach: number) => Promise<Counts>;

const column = { name: "diagnosis", isText: true } as const;

async function counted(rows: readonly Row[], mostKeysEach: number): Promise<Counts> {
  const snapshot = await writtenSnapshot(
    folder.path,
    [column],
    new Map([["diagnosis", rows.map(({ key }) => key)]]),
    rows.map(({ person }) => person),
  );
  const sizes = await engine.peopleOfKeys(snapshot, { column: "diagnosis", mostKeysEach }, receipt);
  if (!sizes.ok) throw new Error(sizes.problem.message);
  return Secret.reveal(sizes.value);
}

const row = fc.record({
  person: fc.nat(4),
  key: fc.option(fc.constantFrom("a", "b", "c", "d", "'; --", "日本")),
});
const someRows = fc.array(row, { maxLength: 14 });

/** How many keys one person more or less moves, and by how much the most. */
function moved(one: Counts, other: Counts): { readonly keys: number; readonly most: number } {
  const steps = [...new Set([...one.keys(), ...other.keys()])].map((key) =>
    Math.abs(Number((one.get(key) ?? 0n) - (other.get(key) ?? 0n))),
  );
  return { keys: steps.filter((step) => step > 0).length, most: Math.max(0, ...steps) };
}

/** What partition selection rests on: a person is in so many keys at most, and adds one to each. */
async function holds(counting: Counting, numRuns: number): Promise<boolean> {
  const { failed } = await fc.check(
    fc.asyncProperty(someRows, fc.integer({ min: 1, max: 3 }), async (rows, mostKeysEach) => {
      const without = rows.filter(({ person }) => person !== 0);
      const { keys, most } = moved(await counting(rows, mostKeysEach), await counting(without, mostKeysEach));
      return keys <= mostKeysEach && most <= 1;
    }),
    { numRuns },
  );
  return !failed;
}

test("one person more or less moves the people of as many keys as asked at most, each by one", async () => {
  expect(await holds(counted, 40)).toBe(true);
});

const wrong: readonly (readonly [string, Counting])[] = [
  [
    "rows are counted and not people",
    async (rows) => tally(rows.flatMap(({ key }) => (key === null ? [] : [key]))),
  ],
  [
    "a person's keys are not bounded",
    async (rows) =>
      tally(
        [...new Set(rows.filter(({ key }) => key !== null).map(({ person, key }) => `${person}|${key}`))].map(
          (one) => one.split("|")[1]!,
        ),
      ),
  ],
  [
    "which keys count depends on everybody's rows",
    async (rows, mostKeysEach) => {
      const common = [...tally(rows.flatMap(({ key }) => key ?? []))]
        .toSorted(([, a], [, b]) => Number(b - a))
        .map(([key]) => key);
      const kept = [...new Set(rows.map(({ person }) => person))].flatMap((who) => {
        const own = new Set(rows.filter(({ person }) => person === who).map(({ key }) => key));
        return common.filter((key) => own.has(key)).slice(0, mostKeysEach);
      });
      return tally(kept);
    },
  ],
];

test.each(wrong)("a planted wrong count is caught: %s", async (_, counting) => {
  expect(await holds(counting, 3_000)).toBe(false);
});

function tally(keys: readonly string[]): Counts {
  const counts = new Map<string, bigint>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0n) + 1n);
  return counts;
}

test("with as many keys as a person can have, everybody counts once for each of theirs", async () => {
  await fc.assert(
    fc.asyncProperty(someRows, async (rows) => {
      const pairs = new Set(
        rows.flatMap(({ person, key }) => (key === null ? [] : [JSON.stringify([person, key])])),
      );
      expect(await counted(rows, 14)).toEqual(tally([...pairs].map((pair) => JSON.parse(pair)[1])));
    }),
    { numRuns: 15 },
  );
});

test("only a column of texts is counted by its values", () => {
  const table = { sql: "t", rowCount: 1, hasPeople: true, prepared: new Set<string>() };
  const columns = new Map([["bp", { name: "bp", least: 0, greatest: 1, isWhole: false }]]);
  expect(peopleOfKeysQuery({ ...table, columns }, { column: "bp", mostKeysEach: 1 })).toBeUndefined();
  expect(peopleOfKeysQuery({ ...table, columns }, { column: "person", mostKeysEach: 1 })).toBeUndefined();
});

/** What owners' files hold: the same key in several spellings, and what is no key. */
const cells: readonly (readonly [cell: string, key: string | null])[] = [
  ["E11", "E11"],
  ["  E11\u200b", "E11"],
  ["Rene\u0301", "Ren\u00e9"],
  ["", null],
  ["   ", null],
  ["x".repeat(64), "x".repeat(64)],
  ["x".repeat(65), null],
  ["x".repeat(65_536), null],
  ["a\u0007b", null],
  ["a\u202eb", null],
  ["two\nlines", null],
  ["'; DROP TABLE staged; --", "'; DROP TABLE staged; --"],
  ['say "E11"', 'say "E11"'],
  ["😀".repeat(64), "😀".repeat(64)],
  ["😀".repeat(65), null],
  ["E11,I10", "E11,I10"],
];

test("a cell becomes a key in its one spelling, or none", async () => {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const csv = ["at,diagnosis", ...cells.map(([cell], at) => `${at},${quote(cell)}`), ""].join("\n");
  const card = cardOf({ at: { type: "integer", bounds: [0, 99] }, diagnosis: { type: "text" } });
  const { rows, report } = await ingested(folder, folder.write("a.csv", csv), card);
  const found = new Map(
    (rows as unknown as readonly [number, string | null][]).map(([at, key]) => [at, key]),
  );
  for (const [at, [, key]] of cells.entries()) {
    expect(found.get(at), `cell ${at}`).toBe(key);
    if (key !== null) expect(isKeyText(key, 64), `cell ${at}`).toBe(true);
  }
  expect(report.columns.diagnosis).toEqual({ missing: 2, unreadable: 6, clamped: 0 });
});

test("a declared placeholder takes the place of what is no key", async () => {
  const card = cardOf({ diagnosis: { type: "text", longest: 3, missing: "?" } });
  const { rows } = await ingested(folder, folder.write("b.csv", 'diagnosis\nE11\n""\nE11.9\n'), card);
  expect(rows.map(([key]) => key).toSorted() as unknown).toEqual(["?", "?", "E11"]);
});

test("a hundred thousand different keys, each one person's, are counted", async () => {
  const file = folder.write(
    "many.csv",
    `diagnosis\n${Array.from({ length: 100_000 }, (_, at) => `key ${at}`).join("\n")}\n`,
  );
  const { snapshot } = await ingested(folder, file, cardOf({ diagnosis: { type: "text" } }));
  const sizes = await engine.peopleOfKeys(snapshot, { column: "diagnosis", mostKeysEach: 1 }, receipt);
  if (!sizes.ok) throw new Error(sizes.problem.message);
  expect(Secret.reveal(sizes.value).size).toBe(100_000);
});

test("rows are in an order that their texts and a key give, whatever order the file had", async () => {
  const card = cardOf({ diagnosis: { type: "text" } });
  const keys = ["a", "b", "c", "a,b", "-", "d"];
  const one = await ingested(
    folder,
    folder.write("c.csv", `diagnosis\n${keys.join("\n")}\n`.replace("a,b", '"a,b"')),
    card,
  );
  const turned = await ingested(
    folder,
    folder.write("d.csv", `diagnosis\n${keys.toReversed().join("\n")}\n`.replace("a,b", '"a,b"')),
    card,
  );
  expect(turned.rows).toEqual(one.rows);
});

test("an ENUM looks a text up as script does", async () => {
  using session = await DuckDbSession.open(":memory:", {});
  const [found] = await session.rows(
    "SELECT enum_code(TRY_CAST('b' AS ENUM('a', 'b'))), enum_code(TRY_CAST('B' AS ENUM('a', 'b')))",
  );
  expect(found).toEqual([1, null]);
});
