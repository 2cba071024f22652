// An engine gives the same integers as the plain rules, on every program and every row: in SQL where it
// takes the program there, and in script where it does not.

import { Secret } from "@unseen/base";
import {
  type Across,
  acrossRows,
  type Columns,
  type Contribution,
  exactSums,
  type Texts,
} from "@unseen/privacy";
import { makeProgram, type ProgramNode, printProgram } from "@unseen/program";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testFolder } from "../ingest/ingest-for-tests.ts";
import { permittedBy, type SharePermit } from "../share-permits/share-permit.ts";
import { DuckDbEngine } from "./duckdb-engine.ts";
import type { Engine } from "./engine.ts";
import {
  apply,
  contributionOf,
  input,
  number,
  type PeopleInSteps,
  peopleOf,
  programFrom,
  receipt,
  writtenSnapshot,
} from "./engine-for-tests.ts";
import { PostgresEngine } from "./postgres-engine.ts";
import { type SnapshotDatabase, snapshotDatabase } from "./postgres-for-tests.ts";
import type { NumbersColumn, SnapshotColumn } from "./snapshot.ts";

const numbers: readonly NumbersColumn[] = [
  { name: "a", least: -4, greatest: 4, isWhole: false },
  { name: "wide", least: -Number.MAX_VALUE, greatest: Number.MAX_VALUE, isWhole: false },
  { name: "n", least: -3, greatest: 9, isWhole: true },
  { name: "c", least: 0, greatest: 4, isWhole: true },
  { name: "p", least: 0.25, greatest: 3, isWhole: false },
];

/** Keys as hostile askers write them: quotes, what looks like SQL, and what a snapshot cannot hold. */
const keys = [
  "E11",
  "I10",
  "",
  "e11",
  "O'Hara",
  "'; DROP TABLE x; --",
  "\u0000",
  "日本",
  "😀",
  "é",
  " E11",
  '"',
];
const declared: readonly SnapshotColumn[] = [...numbers, { name: "t", isText: true }];

const edges = [0, -0, 0.5, -0.5, 1, -1, 1.5, 2.5, 4, -4, 2 ** -30, 1e-300];
const huge = [
  ...edges,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  1e200,
  -1e200,
  2 ** 53,
  2 ** 53 + 2,
  5e-324,
  -5e-324,
];
const numberWithin = ({ least, greatest, isWhole }: NumbersColumn) => {
  if (isWhole) return fc.integer({ min: least, max: greatest }).map((whole) => whole + 0);
  const known = (greatest > 10 ? huge : edges).filter((value) => value >= least && value <= greatest);
  const drawn = fc.double({ min: least, max: greatest, noNaN: true });
  return known.length === 0 ? drawn : fc.oneof(fc.constantFrom(...known), drawn);
};

const keyOrNone = fc.option(fc.constantFrom(...keys.filter((key) => !key.includes("\u0000"))));

const dataset = fc
  .array(fc.tuple(fc.tuple(...numbers.map(numberWithin)), keyOrNone), { minLength: 0, maxLength: 25 })
  .map(
    (rows): Columns =>
      new Map<string, Float64Array | Texts>([
        ...numbers.map(({ name }, at) => [name, Float64Array.from(rows, ([row]) => row[at]!)] as const),
        ["t", rows.map(([, text]) => text)],
      ]),
  );

/** A draw from a stream of random words: programs are built step by step, and most steps depend on those before. */
type Draw = { below(size: number): number; of<T>(choices: readonly T[]): T };

const steps: readonly ((draw: Draw, nodes: readonly ProgramNode[]) => ProgramNode)[] = [
  ...["Neg", "Abs", "Floor", "Ceil", "Sqrt", "Sign", "Relu", "Not", "RowOnes", "Reciprocal"].map(
    (name) => (draw: Draw, nodes: readonly ProgramNode[]) => apply(name, [pick(draw, nodes)]),
  ),
  ...["Exp", "Log", "Sin", "Round"].map(
    (name) => (draw: Draw, nodes: readonly ProgramNode[]) => apply(name, [pick(draw, nodes)]),
  ),
  ...[
    "Add",
    "Sub",
    "Mul",
    "Mul",
    "Div",
    "Min",
    "Max",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "Equal",
    "And",
    "Or",
    "Xor",
    "Pow",
    "MatMul",
  ].map(
    (name) => (draw: Draw, nodes: readonly ProgramNode[]) =>
      apply(name, [pick(draw, nodes), pick(draw, nodes)]),
  ),
  (draw, nodes) => {
    const some = keys.filter(() => draw.below(2) === 0);
    return apply("LabelEncoder", [textsOf(nodes)], { keys_strings: some.length === 0 ? ["E11"] : some });
  },
  (draw, nodes) =>
    apply("LabelEncoder", [pick(draw, nodes)], { keys_floats: [0, 1, -3, 2.5].slice(draw.below(4)) }),
  (draw, nodes) => apply("Where", [pick(draw, nodes), pick(draw, nodes), pick(draw, nodes)]),
  (draw, nodes) => {
    const [min, max] = [draw.of(edges), draw.of(edges)].toSorted((a, b) => a - b) as [number, number];
    return apply("Clip", [pick(draw, nodes)], { min, max });
  },
  (draw, nodes) => apply("OneHot", [pick(draw, nodes)], { depth: 1 + draw.below(6) }),
  (draw, nodes) => apply("OneHot", [pick(draw, nodes)], { depth: 1 + draw.below(6) }),
  (draw, nodes) =>
    apply("Reshape", [pick(draw, nodes)], {
      shape: draw.of([
        [0, 1],
        [0, -1],
        [0, 1, -1],
        [0, -1, 1],
        [0, 2, -1],
      ]),
    }),
  (draw, nodes) => apply("Concat", [pick(draw, nodes), pick(draw, nodes)], { axis: draw.of([1, -1, 2]) }),
  (draw, nodes) =>
    apply("Slice", [pick(draw, nodes)], {
      axis: draw.of([1, -1, 2]),
      start: draw.below(2),
      end: draw.of([-1, 5]),
      step: 1 + draw.below(2),
    }),
  (draw, nodes) => apply("Transpose", [pick(draw, nodes)], { perm: [0, 2, 1] }),
  (draw, nodes) => apply("Gather", [pick(draw, nodes), indices(nodes)], { axis: draw.of([1, -1]) }),
  (draw, nodes) =>
    apply("ReduceSum", [pick(draw, nodes)], { axes: draw.of([[1], [-1], [1, 2]]), keepdims: draw.below(2) }),
];

function pick(draw: Draw, nodes: readonly ProgramNode[]): number {
  // Recent nodes are drawn more often, so that programs grow deep.
  return draw.below(2) === 0 ? Math.max(0, nodes.length - 1 - draw.below(4)) : draw.below(nodes.length);
}

function readsTexts({ program: { nodes } }: Contribution): boolean {
  return textsOf(nodes) !== -1;
}

function textsOf(nodes: readonly ProgramNode[]): number {
  return nodes.findIndex((node) => node.kind === "input" && node.name === "t");
}

function indices(nodes: readonly ProgramNode[]): number {
  return nodes.findIndex((node) => node.kind === "constant" && node.value.shape.length === 1);
}

const contribution: fc.Arbitrary<Contribution> = fc
  .array(fc.nat({ max: 2 ** 30 }), { minLength: 300, maxLength: 300 })
  .map((words) => drawnContribution(words));

function drawnContribution(words: readonly number[]): Contribution {
  let at = 0;
  const below = (size: number) => words[at++ % words.length]! % size;
  const draw: Draw = { below, of: (choices) => choices[below(choices.length)]! };
  const nodes: ProgramNode[] = [
    ...numbers.map(({ name }) => input(name)),
    { kind: "constant", value: { shape: [], data: Float64Array.of(2) } },
    { kind: "constant", value: { shape: [], data: Float64Array.of(draw.of(edges)) } },
    { kind: "constant", value: { shape: [2], data: Float64Array.of(1, 0) } },
    { kind: "constant", value: { shape: [2, 2], data: Float64Array.of(1, -2, 0, 0.1) } },
    { kind: "constant", value: { shape: [1, 3], data: Float64Array.of(0.1, -0, 3) } },
    apply("Reshape", [0], { shape: [0, 1] }),
    apply("Reshape", [2], { shape: [0, 1] }),
    apply("Concat", [10, 11], { axis: 1 }),
    apply("Concat", [12, 10], { axis: -1 }),
    ...(draw.below(2) === 0 ? [input("t")] : []),
  ];
  const given = nodes.length;
  const wanted = nodes.length + 1 + draw.below(14);
  for (let tries = 0; nodes.length < wanted && tries < 60; tries++) {
    const node = draw.of(steps)(draw, nodes);
    const grown = makeProgram({ nodes: [...nodes, node], outputs: [nodes.length] });
    if (!grown.ok) continue;
    const shape = grown.value.shapes.at(-1)!;
    const width = shape.reduce<number>((product, size) => (size === "rows" ? product : product * size), 1);
    if (shape.indexOf("rows") === 0 && width <= 24) nodes.push(node);
  }
  const program = makeProgram({ nodes, outputs: [nodes.length > given ? nodes.length - 1 : 0] });
  if (!program.ok) throw new Error(program.problem.message);
  const shape = program.value.shapes[program.value.outputs[0]!]!.slice(1) as readonly number[];
  const width = shape.reduce((product, size) => product * size, 1);
  const one = () => {
    const ends = [draw.of([-(2 ** 25), -7, 0, 3, 2 ** 20]), draw.of([2 ** 25, 7, 0, -3, 2 ** 24])];
    return {
      exponent: draw.of([-24, -16, -3, 0, 0, 1, 20, -1000, 1000]),
      least: Math.min(...ends),
      greatest: Math.max(...ends),
    };
  };
  const same = one();
  const cells = Array.from({ length: width }, () => (draw.below(4) === 0 ? one() : same));
  const grid = {
    exponent: Int32Array.from(cells, (cell) => cell.exponent),
    least: Float64Array.from(cells, (cell) => cell.least),
    greatest: Float64Array.from(cells, (cell) => cell.greatest),
  };
  const across: Across = draw.below(2) === 0 ? acrossRows : drawnPeople(draw, width);
  return { program: program.value, shape, grid, across, oneHot: draw.below(5) === 0 };
}

function drawnPeople(draw: Draw, width: number): Across {
  const ends = () => ({
    least: draw.of([0, 0, -5, -(2 ** 26)]),
    greatest: draw.of([1, 3, 2 ** 24, 2 ** 40]),
  });
  const same = ends();
  const cells = Array.from({ length: width }, () => (draw.below(9) === 0 ? ends() : same));
  return {
    kind: "people",
    least: Float64Array.from(cells, ({ least }) => least),
    greatest: Float64Array.from(cells, ({ greatest }) => greatest),
    mostGroupsEach: draw.below(3) === 0 ? Math.min(width, 1 + draw.below(3)) : width,
  };
}

const folder = testFolder();
let fastest: DuckDbEngine;
let script: DuckDbEngine;
let database: SnapshotDatabase | undefined;
const inPostgres = new PostgresEngine();
const streamedFromPostgres = new PostgresEngine({ way: "script" });

beforeAll(async () => {
  database = await snapshotDatabase();
  fastest = await DuckDbEngine.open({ dataDirectory: folder.path, threads: 2 });
  script = await DuckDbEngine.open({ dataDirectory: folder.path, threads: 1, way: "script" });
});
afterAll(async () => {
  inPostgres.close();
  streamedFromPostgres.close();
  await database?.stop();
  fastest.close();
  script.close();
  folder[Symbol.dispose]();
});

test("every operation that SQL takes, and many that it does not, give the integers of the plain rules", async () => {
  const taken = new Map<string, number>();
  let inSql = 0;
  let inPostgresSql = 0;
  let asked = 0;
  let overPeople = 0;
  let overPeopleInPostgres = 0;
  const check = async (
    columns: Columns,
    contributions: readonly Contribution[],
    places: readonly number[],
  ) => {
    const people = places.slice(0, columns.get("a")!.length);
    const snapshot = await writtenSnapshot(folder.path, declared, columns, people);
    // What stays in an owner's database has no column of texts.
    const ofNumbers = await writtenSnapshot(folder.path, numbers, columns, people);
    const there = await database?.load(folder.path, ofNumbers);
    for (const one of contributions) {
      const expected = plain(one, columns, people);
      if (there !== undefined && asked % 2 === 0 && !readsTexts(one)) {
        expect(await sums(inPostgres, there, one), printProgram(one.program)).toEqual(expected);
        if (!(await inPostgres.explain(there, one)).startsWith("in script")) {
          inPostgresSql++;
          if (one.across.kind === "people") overPeopleInPostgres++;
        } else if (asked % 4 === 0) expect(await sums(streamedFromPostgres, there, one)).toEqual(expected);
      }
      expect(await sums(fastest, snapshot, one), printProgram(one.program)).toEqual(expected);
      if (asked++ % 4 === 0) expect(await sums(script, snapshot, one)).toEqual(expected);
      if ((await fastest.explain(snapshot, one)).startsWith("in script")) continue;
      inSql++;
      if (one.across.kind === "people") overPeople++;
      for (const node of one.program.nodes)
        if (node.kind === "operation") taken.set(node.operation, 1 + (taken.get(node.operation) ?? 0));
    }
  };
  const contributions = fc.array(contribution, { minLength: 8, maxLength: 8 });
  const places = fc.array(fc.nat({ max: 6 }), { minLength: 25, maxLength: 25 });
  await fc.assert(fc.asyncProperty(dataset, contributions, places, check), {
    numRuns: 60,
    endOnFailure: true,
  });
  expect(overPeople).toBeGreaterThan(40);
  expect(inSql).toBeGreaterThan(130);
  if (database !== undefined) {
    expect(inPostgresSql).toBeGreaterThan(30);
    expect(overPeopleInPostgres).toBeGreaterThan(5);
  }
  for (const name of [
    "Add",
    "Div",
    "LabelEncoder",
    "Where",
    "OneHot",
    "Clip",
    "Sqrt",
    "Concat",
    "Gather",
    "ReduceSum",
    "Min",
  ])
    expect(taken.get(name) ?? 0, name).toBeGreaterThan(3);
}, 300_000);

const edgeData: Columns = new Map<string, Float64Array | Texts>([
  ["a", Float64Array.of(0, -0, 0.5, -0.5, 1, -1, 1.5, 2.5, 4, -4, 0.1, -0.1)],
  ["wide", Float64Array.of(Number.MAX_VALUE, -1e300, 0, -0, 1e200, 5e-324, 1, -1, 2 ** 53, 3, 0.5, -7)],
  ["n", Float64Array.of(0, 1, 2, 3, 9, -3, -1, 5, 0, 1, 8, 2)],
  ["c", Float64Array.of(0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1)],
  ["p", Float64Array.of(0.25, 3, 1, 2, 0.5, 0.25, 3, 1, 2, 0.5, 0.3, 0.7)],
  ["t", ["E11", null, "", "I10", "O'Hara", "e11", "E11", null, "é", "x", "日本", '"']],
]);

/** Columns, and what becomes infinite, NaN or a zero of either sign on some of the rows above. */
const awkward: readonly ProgramNode[] = [
  ...numbers.map(({ name }) => input(name)),
  number(0),
  number(-0),
  number(2.5),
  apply("Sqrt", [0]),
  apply("Div", [0, 5]),
  apply("Mul", [1, 1]),
  apply("Neg", [1]),
  apply("Sub", [10, 10]),
  apply("Div", [2, 0]),
  apply("Mul", [0, 5]),
  apply("Floor", [0]),
  apply("Greater", [0, 4]),
];

const ofOne = ["Neg", "Abs", "Floor", "Ceil", "Sqrt", "Sign", "Relu", "Not", "Reciprocal", "Pow", "Clip"];
const ofTwo = [
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Min",
  "Max",
  "And",
  "Or",
  "Xor",
  "Equal",
  "Greater",
  "GreaterOrEqual",
  "Less",
  "LessOrEqual",
  "Where",
];

/** An operation on each awkward value, and on each pair of them; with 1 divided by the result, which shows a zero's sign. */
function awkwardResults(operation: string): readonly (readonly ProgramNode[])[] {
  const two = awkward.length;
  const one = two + 1;
  const of = (x: number, y: number) => {
    if (operation === "Clip") return apply("Clip", [x], { min: -1, max: 2 });
    if (operation === "Pow") return apply("Pow", [x, two]);
    if (ofOne.includes(operation)) return apply(operation, [x]);
    return apply(operation, operation === "Where" ? [x, y, 2] : [x, y]);
  };
  const others = ofOne.includes(operation) ? [0] : [...awkward.keys()];
  const results = [...awkward.keys()].flatMap((x) => others.map((y) => of(x, y)));
  const given = [...awkward, number(2), number(1)];
  return results
    .flatMap((result) => [
      [...given, result],
      [...given, result, apply("Div", [one, one + 1])],
    ])
    .filter((nodes) => programFrom(nodes).shapes.at(-1)![0] === "rows");
}

/** Programs over the same columns side by side: one output with a column for each. */
function sideBySide(programs: readonly (readonly ProgramNode[])[]): readonly ProgramNode[] {
  const nodes: ProgramNode[] = [];
  const columns: number[] = [];
  for (const program of programs) {
    const offset = nodes.length;
    for (const node of program)
      nodes.push(
        node.kind === "operation" ? { ...node, inputs: node.inputs.map((at) => at + offset) } : node,
      );
    columns.push(nodes.push(apply("Reshape", [nodes.length - 1], { shape: [0, 1] })) - 1);
  }
  return [...nodes, apply("Concat", columns, { axis: 1 })];
}

test.each([...ofOne, ...ofTwo])(
  "%s of NaN, infinity and zeros of both signs gives the plain integers, also below the line",
  async (operation) => {
    const snapshot = await writtenSnapshot(folder.path, numbers, edgeData);
    const programs = awkwardResults(operation);
    const table = await Promise.all(
      programs.map(async (nodes) =>
        (await fastest.explain(snapshot, contributionOf(nodes))).startsWith("in script"),
      ),
    );
    const inSql = programs.filter((_, at) => !table[at]);
    expect(inSql.length).toBeGreaterThanOrEqual(programs.length / 3);
    for (let at = 0; at < inSql.length; at += 50) {
      const one = contributionOf(sideBySide(inSql.slice(at, at + 50)), { exponent: -3 });
      expect(await fastest.explain(snapshot, one)).not.toBe("in script, row by row");
      expect(await sums(fastest, snapshot, one)).toEqual(plain(one, edgeData));
    }
    if (database === undefined) return;
    const there = await database.load(folder.path, snapshot);
    for (const nodes of programs) {
      const one = contributionOf(nodes, { exponent: -3 });
      if ((await inPostgres.explain(there, one)).startsWith("in script")) continue;
      expect(await sums(inPostgres, there, one), printProgram(one.program)).toEqual(plain(one, edgeData));
    }
  },
);

test("people are counted and summed by group as the plain rules do, in SQL and in script", async () => {
  const random = (at: number) => Math.abs(Math.imul(at + 1, 0x9e3779b1)) % 997;
  const rowCount = 3_000;
  const people = Array.from({ length: rowCount }, (_, row) => random(row) % 301);
  const columns = new Map([
    ["a", Float64Array.from({ length: rowCount }, (_, row) => (random(row + 7) % 9) - 4)],
    ["wide", new Float64Array(rowCount)],
    ["n", Float64Array.from({ length: rowCount }, (_, row) => (random(row + 3) % 13) - 3)],
    ["c", Float64Array.from({ length: rowCount }, (_, row) => random(row + 11) % 5)],
    ["p", new Float64Array(rowCount).fill(1)],
  ]);
  const snapshot = await writtenSnapshot(folder.path, numbers, columns, people);
  const there = await database?.load(folder.path, snapshot);
  const hot = [...numbers.map(({ name }) => input(name)), apply("OneHot", [3], { depth: 5 })];
  const valued = [...hot, apply("Reshape", [0], { shape: [0, 1] }), apply("Mul", [6, 5])];
  const asked: [readonly ProgramNode[], PeopleInSteps][] = [
    [[input("a"), apply("RowOnes", [0])], { least: 0, greatest: 1 }],
    [[input("n")], { least: -2, greatest: 5 }],
    [hot, { least: 0, greatest: 1 }],
    [hot, { least: 0, greatest: 2, mostGroupsEach: 1 }],
    [valued, { least: -3, greatest: 6 }],
    [valued, { least: -3, greatest: 6, mostGroupsEach: 2 }],
  ];
  for (const [nodes, held] of asked) {
    const one = contributionOf(nodes, { exponent: 0, oneHot: nodes !== hot, people: held });
    expect(await fastest.explain(snapshot, one)).not.toMatch(/in script/);
    expect(await sums(fastest, snapshot, one)).toEqual(plain(one, columns, people));
    expect(await sums(script, snapshot, one)).toEqual(plain(one, columns, people));
    if (there === undefined) continue;
    expect(await inPostgres.explain(there, one)).not.toMatch(/in script/);
    expect(await sums(inPostgres, there, one)).toEqual(plain(one, columns, people));
    expect(await sums(streamedFromPostgres, there, one)).toEqual(plain(one, columns, people));
  }
  const everybody = contributionOf(asked[0]![0], { exponent: 0, people: asked[0]![1] });
  expect(await sums(fastest, snapshot, everybody)).toEqual([BigInt(new Set(people).size)]);
});

test("a snapshot that does not say whose its rows are has no sum over people", async () => {
  const snapshot = await writtenSnapshot(folder.path, numbers, edgeData);
  const one = contributionOf([input("a")], { exponent: 0, people: { least: 0, greatest: 1 } });
  for (const engine of [fastest, script])
    expect(await engine.sums(snapshot, one, receipt)).toMatchObject({
      ok: false,
      problem: { code: "answer-not-computed" },
    });
});

test("a histogram of anything counts what the plain rules count", async () => {
  const snapshot = await writtenSnapshot(folder.path, numbers, edgeData);
  const there = await database?.load(folder.path, snapshot);
  for (const index of awkward.keys()) {
    for (const depth of [1, 5, 256, 300]) {
      const hot = [...awkward, apply("OneHot", [index], { depth })];
      const weighted = [
        ...awkward,
        apply("OneHot", [index], { depth }),
        apply("Reshape", [0], { shape: [0, 1] }),
      ];
      const last = awkward.length;
      for (const nodes of [
        hot,
        [...weighted, apply("Mul", [last + 1, last])],
        [...weighted, apply("Div", [last, last + 1])],
      ]) {
        if (programFrom(nodes).shapes.at(-1)![0] !== "rows") continue;
        const one = contributionOf(nodes, { exponent: -1, oneHot: depth === 5 });
        expect(await sums(fastest, snapshot, one), printProgram(one.program)).toEqual(plain(one, edgeData));
        if (there !== undefined)
          expect(await sums(inPostgres, there, one), printProgram(one.program)).toEqual(plain(one, edgeData));
      }
    }
  }
});

test("permitted columns come out as they lie, row by row, no more rows than asked, and none that the permit does not name", async () => {
  const snapshot = await writtenSnapshot(folder.path, numbers, edgeData);
  const there = await database?.load(folder.path, snapshot);
  const places = [
    [fastest, snapshot] as const,
    ...(there === undefined ? [] : [[inPostgres, there] as const]),
  ];
  for (const [engine, at] of places) {
    const read = async (columns: readonly string[], mostRows: number) => {
      const permitted = permittedBy({ snapshot: at } as SharePermit, columns);
      const secret = await engine.permittedColumns(at, mostRows, permitted);
      return secret.ok ? Secret.reveal(secret.value) : secret.problem.code;
    };
    expect(await read(["n", "a"], 1_000_000)).toEqual([edgeData.get("n"), edgeData.get("a")]);
    expect(await read(["a"], 2)).toEqual([edgeData.get("a")!.slice(0, 2)]);
    expect(await read(["a", "nobody's"], 2)).toBe("answer-not-computed");
    const ofOthers = permittedBy({ snapshot: "other rows" } as SharePermit, ["a"]);
    await expect(engine.permittedColumns(at, 2, ofOthers)).rejects.toThrow(
      "a permit is of the rows that are read",
    );
  }
});

function plain(one: Contribution, columns: Columns, people?: readonly number[]): readonly bigint[] {
  const rowCount = columns.get("a")!.length;
  const exact = exactSums(one, columns, rowCount, people && peopleOf(people));
  if (!exact.ok) throw new Error(exact.problem.message);
  return [...exact.value];
}

async function sums(engine: Engine, snapshot: string, one: Contribution): Promise<readonly bigint[]> {
  const secret = await engine.sums(snapshot, one, receipt);
  if (!secret.ok) throw new Error(secret.problem.message);
  return [...Secret.reveal(secret.value)];
}
