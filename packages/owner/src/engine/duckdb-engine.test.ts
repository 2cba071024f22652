import { join } from "node:path";
import { Secret } from "@unseen/base";
import { type Contribution, exactSums } from "@unseen/privacy";
import type { ProgramNode } from "@unseen/program";
import { expect, test } from "vitest";
import { commonContributions } from "../ingest/common-contributions.ts";
import { cardOf, ingested, testFolder } from "../ingest/ingest-for-tests.ts";
import { DuckDbEngine, openShutIn } from "./duckdb-engine.ts";
import { apply, contributionOf, input, number, receipt, writtenSnapshot } from "./engine-for-tests.ts";

const bp = { name: "bp", least: 60, greatest: 140, isWhole: false } as const;

test("an owner's file is asked for a sum, a count and a histogram", async () => {
  using folder = testFolder("it's [a] ");
  const card = cardOf({
    bp: { type: "number", bounds: [60, 140] },
    'a "b" 😀': { type: "integer", bounds: [0, 9] },
  });
  const file = folder.write("a.csv", 'bp,"a ""b"" 😀"\n80.5,1\n100.25,2\n,3\n');
  const { snapshot } = await ingested(folder, file, card);
  await using engine = await opened(folder.path);
  const sum = contributionOf([input("bp")], { exponent: -2 });
  expect(await sums(engine, snapshot, sum)).toEqual([BigInt((80.5 + 100.25 + 100) * 4)]);
  const odd = contributionOf([input('a "b" 😀')], { exponent: 0 });
  expect(await sums(engine, snapshot, odd)).toEqual([6n]);
  const count = contributionOf([input("bp"), apply("RowOnes", [0])], { exponent: 0 });
  expect(await sums(engine, snapshot, count)).toEqual([3n]);
  const decades = [
    input("bp"),
    number(60),
    apply("Sub", [0, 1]),
    number(0.1),
    apply("Mul", [2, 3]),
    apply("Floor", [4]),
  ];
  const histogram = contributionOf([...decades, apply("OneHot", [5], { depth: 8 })], {
    exponent: 0,
    least: 0,
    greatest: 1,
  });
  expect(await sums(engine, snapshot, histogram)).toEqual([0n, 0n, 1n, 0n, 2n, 0n, 0n, 0n]);
  expect(await engine.rowCount(snapshot)).toEqual({ ok: true, value: 3 });
});

test("a histogram is one grouped query, a sum within its bounds has no clamp, and a count reads no row", async () => {
  using folder = testFolder();
  const snapshot = await writtenSnapshot(folder.path, [bp], new Map([["bp", Float64Array.of(60, 140)]]));
  await using engine = await opened(folder.path);
  const hot = contributionOf([input("bp"), apply("Floor", [0]), apply("OneHot", [1], { depth: 200 })], {
    exponent: 0,
    least: 0,
    greatest: 1,
  });
  expect(await engine.explain(snapshot, hot)).toMatch(/TRY_CAST.*count\(\*\).*GROUP BY/);
  expect(await engine.explain(snapshot, contributionOf([input("bp")]))).not.toContain("least(");
  const tight = contributionOf([input("bp")], { least: 0, greatest: 1 });
  expect(await engine.explain(snapshot, tight)).toContain("least(");
  expect(await sums(engine, snapshot, tight)).toEqual([2n]);
  expect(await engine.explain(snapshot, contributionOf([input("bp"), apply("RowOnes", [0])]))).toBe(
    "from the number of rows",
  );
  expect(await engine.explain(snapshot, contributionOf([input("bp"), apply("Exp", [0])]))).toBe(
    "in script, row by row",
  );
});

test("the sum and the mean of a column are read from integers that ingest wrote, and are those of the plain rules", async () => {
  using folder = testFolder();
  const columns = {
    bp: { type: "number", bounds: [60, 140] },
    far: { type: "number", bounds: [1e6, 1e6 + 3] },
    tiny: { type: "number", bounds: [-1e-9, 1e-9] },
    vast: { type: "number", bounds: [-1e300, 1e300] },
    n: { type: "integer", bounds: [0, 7] },
    c: { type: "category", categories: ["x", "y", "z"] },
  };
  const card = cardOf(columns);
  const lines = Array.from({ length: 300 }, (_, at) => {
    const share = (at * 0.618034) % 1;
    return [
      60 + 80 * share,
      1e6 + 3 * share,
      2e-9 * (share - 0.5),
      2e300 * (share - 0.5),
      at % 8,
      "xyz"[at % 3],
    ].join(",");
  });
  const { snapshot, rows } = await ingested(
    folder,
    folder.write("a.csv", `bp,far,tiny,vast,n,c\n${lines.join("\n")}\n`),
    card,
  );
  const names = Object.keys(columns);
  const data = new Map(names.map((name, at) => [name, Float64Array.from(rows, (row) => row[at]!)]));
  await using engine = await opened(folder.path);
  const common = commonContributions(card);
  expect(common.length).toBeGreaterThan(names.length);
  for (const contribution of common) {
    const expected = exactSums(contribution, data, rows.length);
    expect(expected.ok && [...expected.value]).toEqual(await sums(engine, snapshot, contribution));
  }
  const ways = await Promise.all(common.map((contribution) => engine.explain(snapshot, contribution)));
  expect(
    ways.filter((way) => /sum\(CAST\(s[0-9a-f]{32} AS DOUBLE\)\)/.test(way)).length,
  ).toBeGreaterThanOrEqual(8);
});

test("groups of a small whole column are the integers that ingest wrote, whatever is added to it, and those of the plain rules", async () => {
  using folder = testFolder();
  const columns = {
    bp: { type: "number", bounds: [60, 140] },
    n: { type: "integer", bounds: [-3, 9] },
    c: { type: "category", categories: ["x", "y", "z"] },
    year: { type: "integer", bounds: [1900, 2030] },
    far: { type: "integer", bounds: [0, 65_536] },
  };
  const lines = Array.from({ length: 200 }, (_, at) =>
    [60 + ((at * 49.44) % 80), (at % 13) - 3, "xyz"[at % 3], 1900 + ((at * 7) % 131), at * 300].join(","),
  );
  const file = folder.write("a.csv", `bp,n,c,year,far\n${lines.join("\n")}\n`);
  const { snapshot, rows } = await ingested(folder, file, cardOf(columns));
  const names = Object.keys(columns);
  const data = new Map(names.map((name, at) => [name, Float64Array.from(rows, (row) => row[at]!)]));
  await using engine = await opened(folder.path);
  const check = async (index: readonly ProgramNode[], depth: number, isStored: boolean) => {
    const hot = [...index, apply("OneHot", [index.length - 1], { depth })];
    const last = hot.length;
    const each = [
      input("bp"),
      apply("Reshape", [last], { shape: [0, 1] }),
      apply("Mul", [last - 1, last + 1]),
    ];
    for (const nodes of [hot, [...hot, ...each]]) {
      const one = contributionOf(nodes, { exponent: -4 });
      const way = await engine.explain(snapshot, one);
      expect(/^SELECT s[0-9a-f]{32} AS place/.test(way), way).toBe(isStored);
      const expected = exactSums(one, data, rows.length);
      expect(expected.ok && [...expected.value], way).toEqual(await sums(engine, snapshot, one));
    }
  };
  // As it stands: n below 0 is nowhere, and so are the years beyond the last place.
  await check([input("n")], 10, true);
  await check([input("n")], 4, true);
  await check([input("c")], 3, true);
  await check([input("c")], 2, true);
  await check([input("year")], 1_950, true);
  for (const by of [-3, 2, 9, 10, -300])
    for (const depth of [1, 5, 13, 400])
      await check([input("n"), number(by), apply("Sub", [0, 1])], depth, true);
  await check([number(-1_900), input("year"), apply("Add", [0, 1])], 131, true);
  await check([input("year"), number(2_000), apply("Sub", [0, 1]), apply("Add", [2, 1])], 2_031, true);
  // Not the column moved by a whole number, or too wide for two bytes.
  await check([input("n"), number(0.5), apply("Sub", [0, 1])], 10, false);
  await check([number(9), input("n"), apply("Sub", [0, 1])], 13, false);
  await check([input("n"), number(2), apply("Mul", [0, 1])], 13, false);
  await check([input("n"), input("c"), apply("Add", [0, 1])], 13, false);
  await check([input("far")], 1_000, false);
});

test("a result used over and over is written once, however deep the program", async () => {
  using folder = testFolder();
  const snapshot = await writtenSnapshot(folder.path, [bp], new Map([["bp", Float64Array.of(61, 139)]]));
  await using engine = await opened(folder.path);
  const doubled = Array.from({ length: 400 }, (_, at) => apply("Max", [at, at]));
  const deep = contributionOf([input("bp"), ...doubled], { exponent: 0 });
  expect((await engine.explain(snapshot, deep)).length).toBeLessThan(40_000);
  expect(await sums(engine, snapshot, deep)).toEqual([200n]);
  const chain = Array.from({ length: 1_500 }, (_, at) => apply("Neg", [at]));
  expect(await sums(engine, snapshot, contributionOf([input("bp"), ...chain], { exponent: 0 }))).toEqual([
    200n,
  ]);
});

test("a shut-in engine reads nothing outside its directory, writes nothing there, and cannot be opened again", async () => {
  using folder = testFolder();
  using elsewhere = testFolder();
  const secret = elsewhere.write("secret.csv", "a\n1\n");
  using session = await openShutIn({ dataDirectory: folder.path });
  const attempts = [
    "SELECT * FROM read_csv('/etc/passwd', columns = {'a': 'VARCHAR'}, auto_detect = false)",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    `SELECT * FROM read_csv('${secret}')`,
    `SELECT * FROM read_csv('${folder.path}/../${elsewhere.path.split("/").at(-1)}/secret.csv')`,
    `COPY (SELECT 1) TO '${join(elsewhere.path, "out.csv")}'`,
    `ATTACH '${join(elsewhere.path, "out.db")}'`,
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "SET memory_limit = '100GB'",
    "RESET enable_external_access",
  ];
  for (const sql of attempts) await expect(session.run(sql), sql).rejects.toThrow();
});

test("what goes wrong is one problem that says nothing of the data", async () => {
  using folder = testFolder();
  const snapshot = await writtenSnapshot(folder.path, [bp], new Map([["bp", Float64Array.of(61)]]));
  const withPeople = await writtenSnapshot(folder.path, [bp], new Map([["bp", Float64Array.of(61)]]), [1]);
  await using engine = await opened(folder.path);
  const asked: [string, Contribution][] = [
    ["../../etc/passwd", contributionOf([input("bp")])],
    [`${"0".repeat(32)}.parquet`, contributionOf([input("bp")])],
    [`${"0".repeat(32)}.v2.parquet`, contributionOf([input("bp")])],
    [withPeople, contributionOf([input("person")])],
    [withPeople, contributionOf([input("person"), apply("Exp", [0])])],
    [snapshot, contributionOf([input("no such column")])],
    [snapshot, contributionOf([input("no such column"), apply("Exp", [0])])],
  ];
  for (const [name, contribution] of asked) {
    const result = await engine.sums(name, contribution, receipt);
    expect(result).toMatchObject({ ok: false, problem: { code: "answer-not-computed" } });
    expect(JSON.stringify(result)).not.toMatch(/passwd|such column|parquet|61/);
  }
  // @ts-expect-error: without a receipt it does not compile, and it does not run either
  await expect(engine.sums(snapshot, contributionOf([input("bp")]))).rejects.toThrow();
});

test("questions may be asked all at once", async () => {
  using folder = testFolder();
  const snapshot = await writtenSnapshot(folder.path, [bp], new Map([["bp", Float64Array.of(61, 62)]]));
  await using engine = await opened(folder.path);
  const ways = [
    contributionOf([input("bp")], { exponent: 0 }),
    contributionOf([input("bp"), number(0), apply("Mul", [0, 1]), apply("Cos", [2])], { exponent: 0 }),
  ];
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => sums(engine, snapshot, ways[at % 2]!)),
  );
  expect(answers).toEqual(Array.from({ length: 20 }, (_, at) => [at % 2 === 0 ? 123n : 2n]));
});

async function opened(dataDirectory: string): Promise<DuckDbEngine & AsyncDisposable> {
  const engine = await DuckDbEngine.open({ dataDirectory, threads: 2 });
  return Object.assign(engine, { [Symbol.asyncDispose]: async () => engine.close() });
}

async function sums(
  engine: DuckDbEngine,
  snapshot: string,
  contribution: Contribution,
): Promise<readonly bigint[]> {
  const secret = await engine.sums(snapshot, contribution, receipt);
  if (!secret.ok) throw new Error(secret.problem.message);
  return [...Secret.reveal(secret.value)];
}
