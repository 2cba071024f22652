import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { textLiteral } from "../engine/sql-text.ts";
import { cardOf, ingested, refusal, testFolder } from "./ingest-for-tests.ts";

const columns = {
  bp: { type: "number", bounds: [60, 140], missing: 100 },
  visits: { type: "integer", bounds: [0, 5], missing: 1 },
  sex: { type: "category", categories: ["female", "male"] },
};
const eachRow = cardOf(columns);
const mixed = [
  "id,bp,visits,sex,secret",
  "a,80.5,2,male,s1",
  "b,,2.5,female,s2",
  "c,high,-0,other,s3",
  "d,1e9,99,,s4",
  'e,nan,inf,male,"s,5"',
  "f,-inf,1_0x,male,s6",
].join("\n");

test("a file is read once into cleaned rows of the card's columns, and the owner hears what was changed", async () => {
  using folder = testFolder();
  const { rows, report, rowCount, peopleCount, snapshot } = await ingested(
    folder,
    folder.write("a.csv", mixed),
    eachRow,
  );
  expect(sorted(rows)).toEqual(
    sorted([
      [80.5, 2, 1],
      [100, 3, 0],
      [100, 0, 0],
      [140, 5, 0],
      [100, 1, 1],
      [100, 1, 1],
    ]),
  );
  expect([rowCount, peopleCount]).toEqual([6, 6]);
  expect(report).toEqual({
    rowsRead: 6,
    rowsKept: 6,
    people: 6,
    rowsBeyondShare: 0,
    rowsOfNobody: 0,
    columns: {
      bp: { missing: 1, unreadable: 3, clamped: 1 },
      visits: { missing: 0, unreadable: 2, clamped: 1 },
      sex: { missing: 1, unreadable: 1, clamped: 0 },
    },
  });
  expect(readdirSync(folder.path).toSorted()).toEqual([snapshot, "a.csv"].toSorted());
});

test("no zero in a snapshot is negative", async () => {
  using folder = testFolder();
  const card = cardOf({ x: { type: "number", bounds: [-1, 1] }, n: { type: "integer", bounds: [-1, 1] } });
  const { rows } = await ingested(folder, folder.write("a.csv", "x,n\n-0,-0.2\n-0.0,-0.0\n"), card);
  expect(rows).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test("CSV, packed CSV, other separators, line ends and marks, Parquet and JSON give the same rows", async () => {
  using folder = testFolder();
  const plain = "bp,visits,sex\n80,1,male\n,2,female\nx,3,male\n";
  const expected = sorted((await ingested(folder, folder.write("a.csv", plain), eachRow)).rows);
  const json =
    '[{"bp":80,"visits":1,"sex":"male","more":{}},{"visits":2,"sex":"female"},{"bp":"x","visits":3,"sex":"male"}]';
  const files = [
    folder.write("a.csv.gz", gzipSync(plain)),
    folder.write("a.tsv", plain.replaceAll(",", "\t")),
    folder.write("semicolon.csv", `\uFEFF${plain.replaceAll(",", ";").replaceAll("\n", "\r\n")}`),
    folder.write("spaced.csv", plain.replace("bp,visits,sex", '"bp", visits ,sex')),
    folder.write("no-last-line-end.csv", plain.trim()),
    folder.write("a.json", json),
    folder.write(
      "a.ndjson",
      JSON.parse(json)
        .map((row: object) => JSON.stringify(row))
        .join("\n"),
    ),
  ];
  for (const file of files) expect(sorted((await ingested(folder, file, eachRow)).rows)).toEqual(expected);
  const parquet = join(folder.path, "a.parquet");
  using session = await DuckDbSession.open(":memory:", {});
  await session.run(
    `COPY (SELECT * FROM (VALUES (80::DECIMAL(5,2), 1::DOUBLE, 'male'), (NULL, 2, 'female'), (NULL, 3, 'male')) AS t(bp, visits, sex)) TO ${textLiteral(parquet)}`,
  );
  expect(sorted((await ingested(folder, parquet, eachRow)).rows)).toEqual(expected);
});

test("columns and paths called like SQL are only names", async () => {
  using folder = testFolder('it\'s [a] *"x"?-');
  const names = [
    'a"b',
    "x'); DROP TABLE staged; --",
    "größe 😀",
    "select",
    "v0",
    "[1]",
    "a;b",
    "BP",
    "__proto__",
    "person",
  ];
  const header = [...names, "o'id\""].map((name) => `"${name.replaceAll('"', '""')}"`).join(",");
  const cells = names.map((_, at) => at).join(",");
  const declared = Object.fromEntries(names.map((name) => [name, { type: "number", bounds: [0, 100] }]));
  const card = cardOf(declared, { column: "o'id\"", mostRowsEach: 1 });
  const file = folder.write("it's [a] *file?.csv", `${header}\n${cells},p1\n${cells},p2\n`);
  const { rows } = await ingested(folder, file, card);
  expect(rows).toEqual([names.map((_, at) => at), names.map((_, at) => at)]);
  const category = { type: "category", categories: ["'); DROP TABLE staged; --", "b"] };
  const { rows: places } = await ingested(
    folder,
    folder.write("c.csv", "c\nb\n'); DROP TABLE staged; --\n"),
    cardOf({ c: category }),
  );
  expect(sorted(places)).toEqual([[0], [1]]);
});

const visitsOf = {
  columns: { x: { type: "number", bounds: [0, 1000] } },
  unit: { column: "id", mostRowsEach: 2 },
};
const perPerson = cardOf(visitsOf.columns, visitsOf.unit);

test("a person with many rows counts with as many as the card allows, and rows of nobody do not count", async () => {
  using folder = testFolder();
  const lines = ["a,1", "a,2", "a,3", "b,4", "a,5", ",6", " ,7", "c,8", "c,8", "c,8"];
  const { rows, report, peopleCount } = await ingested(
    folder,
    folder.write("a.csv", `id,x\n${lines.join("\n")}\n`),
    perPerson,
  );
  const values = rows.map(([x]) => x!);
  expect(values.filter((x) => [1, 2, 3, 5].includes(x))).toHaveLength(2);
  expect(values.filter((x) => x === 4)).toHaveLength(1);
  expect(values.filter((x) => x === 8)).toHaveLength(2);
  expect(values).toHaveLength(5);
  expect(peopleCount).toBe(3);
  expect(report).toMatchObject({ rowsRead: 10, rowsKept: 5, people: 3, rowsBeyondShare: 3, rowsOfNobody: 2 });
});

const visit = fc.record({ id: fc.constantFrom("a", "b", "c", "d"), x: fc.integer({ min: 0, max: 6 }) });

test("the order of the file decides nothing: a shuffled file gives the same snapshot", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(visit, { minLength: 1, maxLength: 30 }),
      fc.infiniteStream(fc.nat()),
      async (visits, order) => {
        const keyed = visits.map((one) => ({ one, at: order.next().value as number }));
        const shuffled = keyed.toSorted((a, b) => a.at - b.at).map(({ one }) => one);
        expect(await keptOf(shuffled)).toEqual(await keptOf(visits));
      },
    ),
    { numRuns: 12 },
  );
});

test("one person added, removed or changed changes that person's rows in the snapshot and no other's", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(visit, { minLength: 1, maxLength: 30 }),
      fc.array(visit, { maxLength: 8 }),
      async (visits, others) => {
        // The cells say whose they are, so that the snapshot, which does not, can be told apart here.
        const rest = visits.filter(({ id }) => id !== "a");
        const changed = [...others.map(({ x }) => ({ id: "a", x })), ...rest];
        const notOfA = (rows: readonly number[]) => rows.filter((x) => x >= 10);
        if (changed.length === 0) return;
        expect(notOfA(await keptOf(changed))).toEqual(notOfA(await keptOf(visits)));
        expect((await keptOf(changed)).filter((x) => x < 10)).toHaveLength(Math.min(others.length, 2));
      },
    ),
    { numRuns: 12 },
  );
});

test("which rows of a person are kept depends on the home's key and not on how large they are", async () => {
  using folder = testFolder();
  const lines = Array.from({ length: 400 }, (_, person) => [
    `p${person},0`,
    `p${person},1`,
    `p${person},2`,
  ]).flat();
  const card = cardOf(visitsOf.columns, { column: "id", mostRowsEach: 1 });
  const { rows } = await ingested(folder, folder.write("a.csv", `id,x\n${lines.join("\n")}\n`), card);
  // 400 draws of one in three: 133 expected, deviation 9.4. The key of the tests is fixed, so this cannot flake.
  for (const value of [0, 1, 2]) {
    const kept = rows.filter(([x]) => x === value).length;
    expect(kept).toBeGreaterThan(95);
    expect(kept).toBeLessThan(171);
  }
});

test("the snapshot is not in the order of the file", async () => {
  using folder = testFolder();
  const values = Array.from({ length: 200 }, (_, at) => at);
  const card = cardOf(visitsOf.columns);
  const { rows } = await ingested(folder, folder.write("a.csv", `x\n${values.join("\n")}\n`), card);
  expect(rows.map(([x]) => x)).not.toEqual(values);
  expect(sorted(rows)).toEqual(values.map((x) => [x]));
});

test.each<[string, string, string | Uint8Array, string, RegExp]>([
  [
    "a column that the card declares and the file lacks",
    "a.csv",
    "bp,visits,gender\n1,2,male\n",
    "card-column-missing",
    /"sex"/,
  ],
  ["a column in other letters", "a.csv", "BP,visits,sex\n1,2,male\n", "card-column-missing", /"bp"/],
  [
    "rows with a cell too few or too many",
    "a.csv",
    "bp,visits,sex\n1,2,male\n1,2\n1,2,male,4\n",
    "file-ragged",
    /2 rows .* line 3/,
  ],
  ["a quote that never ends", "a.csv", 'bp,visits,sex\n1,2,"male\n1,2,male\n', "file-ragged", /line 2/],
  ["an empty file", "a.csv", "", "file-unreadable", /empty/],
  ["a file of column names alone", "a.csv", "bp,visits,sex\n", "file-unreadable", /no rows/],
  ["an empty list", "a.json", "[]", "card-column-missing", /column/],
  ["a column twice", "a.csv", "bp,bp,visits,sex\n1,1,2,male\n", "file-unreadable", /two columns called "bp"/],
  [
    "text that is not UTF-8",
    "a.csv",
    Buffer.from("bp,visits,sex\n1,2,\xff\n", "latin1"),
    "file-unreadable",
    /read/,
  ],
  [
    "a file that is not packed although it says so",
    "a.csv.gz",
    "bp,visits,sex\n1,2,male\n",
    "file-unreadable",
    /read/,
  ],
  ["a Parquet that is none", "a.parquet", "PAR1 no", "file-unreadable", /read/],
  ["JSON that breaks off", "a.json", '[{"bp":1,"visits":2,"sex":"male"},{"bp"', "file-unreadable", /read/],
  ["a file of another kind", "a.xlsx", "x", "file-unreadable", /kind/],
])("%s is refused, and nothing is left behind", async (_, name, content, code, message) => {
  using folder = testFolder();
  const problem = await refusal(folder, folder.write(name, content), eachRow);
  expect(problem).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(readdirSync(folder.path)).toEqual([name]);
});

test("a file that is not there, and a home that is not there, are refused", async () => {
  using folder = testFolder();
  expect((await refusal(folder, join(folder.path, "nothing.csv"), eachRow)).code).toBe("file-unreadable");
  const gone = { path: join(folder.path, "gone") };
  expect((await refusal(gone, folder.write("a.csv", mixed), eachRow)).code).toBe("home-unreadable");
  expect(existsSync(gone.path)).toBe(false);
});

test("a file in which no row names a person is refused", async () => {
  using folder = testFolder();
  expect((await refusal(folder, folder.write("a.csv", "id,x\n,1\n,2\n"), perPerson)).message).toContain(
    "names the person",
  );
});

/** The kept cells, in the snapshot's order; each person's lie in a decade of their own. */
async function keptOf(
  visits: readonly { readonly id: string; readonly x: number }[],
): Promise<readonly number[]> {
  using folder = testFolder();
  const lines = visits.map(({ id, x }) => `${id},${"abcd".indexOf(id) * 10 + x}`);
  const { rows } = await ingested(folder, folder.write("a.csv", `id,x\n${lines.join("\n")}\n`), perPerson);
  return rows.map(([x]) => x!);
}

function sorted(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return rows.toSorted(
    (a, b) => a.map((value, at) => value - b[at]!).find((difference) => difference !== 0) ?? 0,
  );
}
