import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@unseen/base";
import { type Columns, type Contribution, exactSums, type People } from "@unseen/privacy";
import type { JoinedColumn, ProgramNode } from "@unseen/program";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DuckDbEngine } from "./duckdb-engine.ts";
import type { SnapshotJoin } from "./engine.ts";
import {
  apply,
  contributionOf,
  input,
  number,
  peopleOf,
  receipt,
  writtenSnapshot,
} from "./engine-for-tests.ts";

let directory = "";
let fastest: DuckDbEngine;
let script: DuckDbEngine;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "unseen-joined-"));
  fastest = await DuckDbEngine.open({ dataDirectory: directory, threads: 1 });
  script = await DuckDbEngine.open({ dataDirectory: directory, threads: 1, way: "script" });
});
afterAll(() => {
  fastest.close();
  script.close();
  rmSync(directory, { recursive: true });
});

const whole = { least: 0, greatest: 9, isWhole: true };
const bp = { name: "bp", least: -140, greatest: 140, isWhole: false };

/** Who each row is of, and what its two numbers are. Both snapshots have a column "age". */
type Row = { readonly who: number; readonly age: number; readonly value: number };

async function written(rows: readonly Row[], column: string): Promise<string> {
  const declared = [
    { ...whole, name: "age" },
    { ...bp, name: column },
  ];
  const columns = new Map([
    ["age", Float64Array.from(rows, ({ age }) => age)],
    [column, Float64Array.from(rows, ({ value }) => value)],
  ]);
  return writtenSnapshot(
    directory,
    declared,
    columns,
    rows.map(({ who }) => who),
  );
}

const origins: ReadonlyMap<string, JoinedColumn> = new Map([
  ["visits.age", { side: 0, column: "age" }],
  ["bp", { side: 0, column: "bp" }],
  ["patients.age", { side: 1, column: "age" }],
  ["bmi", { side: 1, column: "bmi" }],
]);

/** The plain rule: two loops. */
function pairs(
  visits: readonly Row[],
  patients: readonly Row[],
): { columns: Columns; rowCount: number; people: People } {
  const both = visits.flatMap((mine) =>
    patients.flatMap((theirs) => (mine.who === theirs.who ? [{ mine, theirs }] : [])),
  );
  return {
    rowCount: both.length,
    people: peopleOf(both.map(({ mine }) => mine.who)),
    columns: new Map([
      ["visits.age", Float64Array.from(both, ({ mine }) => mine.age)],
      ["bp", Float64Array.from(both, ({ mine }) => mine.value)],
      ["patients.age", Float64Array.from(both, ({ theirs }) => theirs.age)],
      ["bmi", Float64Array.from(both, ({ theirs }) => theirs.value)],
    ]),
  };
}

const programs: readonly (readonly [string, readonly ProgramNode[], object])[] = [
  ["a column of one side", [input("bp")], {}],
  ["one product of both sides", [input("bp"), input("bmi"), apply("Mul", [0, 1])], {}],
  ["the same name on both sides", [input("visits.age"), input("patients.age"), apply("Sub", [0, 1])], {}],
  ["a constant", [input("bp"), apply("RowOnes", [0])], { exponent: 0, least: 0, greatest: 1 }],
  [
    "people, each once",
    [input("bp"), apply("RowOnes", [0])],
    { exponent: 0, least: 0, greatest: 1, people: { least: 0, greatest: 1 } },
  ],
  [
    "totals of people, held",
    [input("bp"), input("bmi"), apply("Mul", [0, 1])],
    { exponent: -4, people: { least: -1_000, greatest: 1_000 } },
  ],
  [
    "a table of both sides",
    [
      input("visits.age"),
      number(10),
      apply("Mul", [0, 1]),
      input("patients.age"),
      apply("Add", [2, 3]),
      apply("OneHot", [4], { depth: 100 }),
    ],
    { exponent: 0, least: 0, greatest: 1, oneHot: true },
  ],
  [
    "what only script computes",
    [input("bmi"), apply("Exp", [0]), input("bp"), apply("Sin", [2]), apply("Mul", [1, 3])],
    {},
  ],
];

const rows = fc.array(
  fc.record({
    who: fc.integer({ min: 0, max: 5 }),
    age: fc.integer({ min: 0, max: 9 }),
    value: fc.double({ min: -140, max: 140, noNaN: true }),
  }),
  { maxLength: 12 },
);

async function sumsOf(engine: DuckDbEngine, source: SnapshotJoin, contribution: Contribution) {
  const sums = await engine.sums(source, contribution, receipt);
  if (!sums.ok) throw new Error(sums.problem.message);
  return Secret.reveal(sums.value);
}

test("a join sums integer by integer what two plain loops sum, pushed down and in script", async () => {
  let pushedDown = 0;
  let matched = 0;
  await fc.assert(
    fc.asyncProperty(rows, rows, async (visits, patients) => {
      const snapshots = [await written(visits, "bp"), await written(patients, "bmi")] as const;
      const source = { snapshots, origins };
      const twin = pairs(visits, patients);
      matched += twin.rowCount;
      for (const [name, nodes, grid] of programs) {
        const contribution = contributionOf(nodes, grid);
        const expected = exactSums(contribution, twin.columns, twin.rowCount, twin.people);
        if (!expected.ok) throw new Error(expected.problem.message);
        expect(await sumsOf(fastest, source, contribution), name).toEqual(expected.value);
        expect(await sumsOf(script, source, contribution), name).toEqual(expected.value);
        if (!(await fastest.explain(source, contribution)).startsWith("in script")) pushedDown++;
      }
    }),
    { numRuns: 12 },
  );
  expect(pushedDown).toBeGreaterThan(40);
  expect(matched).toBeGreaterThan(40);
});

test("one person with a thousand rows on each side makes a million pairs, and each is summed once", async () => {
  const many = Array.from({ length: 1_000 }, (_, at): Row => ({ who: 1, age: at % 10, value: 1 }));
  const other: Row = { who: 2, age: 3, value: 1 };
  const snapshots = [await written([...many, other], "bp"), await written([...many, other], "bmi")] as const;
  const [, nodes] = programs[1]!;
  const sums = await sumsOf(fastest, { snapshots, origins }, contributionOf(nodes, { exponent: 0 }));
  expect(sums).toEqual(BigInt64Array.of(1_000_001n));
});

test("integers prepared for one side are used where no column was renamed, and never where one was", async () => {
  const visits = await written([{ who: 1, age: 4, value: 2 }], "bp");
  const patients = await written([{ who: 1, age: 7, value: 3 }], "bmi");
  const nodes = (name: string) => [input(name), apply("OneHot", [0], { depth: 10 })];
  const counts = (name: string) =>
    contributionOf(nodes(name), { exponent: 0, least: 0, greatest: 1, oneHot: true });
  const place = (sums: BigInt64Array) => sums.indexOf(1n);
  // The second's "age" stands under the name that the first's own prepared column was made from.
  const turned: SnapshotJoin["origins"] = new Map([
    ["age", { side: 1, column: "age" }],
    ["other", { side: 0, column: "age" }],
  ]);
  const renamed = { snapshots: [visits, patients] as const, origins: turned };
  expect(place(await sumsOf(fastest, renamed, counts("age")))).toBe(7);
  expect(place(await sumsOf(fastest, renamed, counts("other")))).toBe(4);
  const partly: SnapshotJoin["origins"] = new Map([["age", { side: 0, column: "age" }]]);
  const left = { snapshots: [visits, patients] as const, origins: partly };
  expect(place(await sumsOf(fastest, left, counts("age")))).toBe(4);

  const bmi = { ...bp, name: "bmi" };
  const weights = await writtenSnapshot(directory, [bmi], new Map([["bmi", Float64Array.of(20)]]), [1]);
  const asItWas: SnapshotJoin["origins"] = new Map([
    ["age", { side: 0, column: "age" }],
    ["bp", { side: 0, column: "bp" }],
    ["bmi", { side: 1, column: "bmi" }],
  ]);
  const kept = { snapshots: [visits, weights] as const, origins: asItWas };
  expect(place(await sumsOf(fastest, kept, counts("age")))).toBe(4);
  expect(await fastest.explain(kept, counts("age"))).not.toContain("TINYINT");
  expect(await fastest.explain(renamed, counts("age"))).toContain("TINYINT");
});

test("rows that do not say whose they are, and snapshots that are not there, are not joined", async () => {
  const nobody = await writtenSnapshot(
    directory,
    [{ ...bp, name: "bmi" }],
    new Map([["bmi", Float64Array.of(1)]]),
  );
  const visits = await written([{ who: 1, age: 4, value: 2 }], "bp");
  const only = new Map([["bmi", { side: 1, column: "bmi" }]] as const);
  for (const second of [nobody, `${"0".repeat(32)}.v2.parquet`, "../../etc/passwd"]) {
    const sums = await fastest.sums(
      { snapshots: [visits, second], origins: only },
      contributionOf([input("bmi")]),
      receipt,
    );
    expect(sums).toMatchObject({ ok: false, problem: { code: "answer-not-computed" } });
  }
});
