import { afterAll, beforeAll, expect, test } from "vitest";
import { testFolder } from "../ingest/ingest-for-tests.ts";
import { DuckDbEngine } from "./duckdb-engine.ts";
import { apply, contributionOf, input, receipt, writtenSnapshot } from "./engine-for-tests.ts";

const folder = testFolder();
let engine: DuckDbEngine;

beforeAll(async () => {
  engine = await DuckDbEngine.open({ dataDirectory: folder.path, threads: 1 });
});
afterAll(() => {
  engine.close();
  folder[Symbol.dispose]();
});

test("others are served while a question that is much work on each row is worked out", async () => {
  const width = 250;
  const nodes = [
    input("x"),
    apply("Reshape", [0], { shape: [0, 1] }),
    { kind: "constant", value: { shape: [1, width], data: new Float64Array(width).fill(1) } } as const,
    { kind: "constant", value: { shape: [width, width], data: new Float64Array(width ** 2) } } as const,
    apply("MatMul", [1, 2]),
  ];
  for (let layer = 0; layer < 30; layer++) nodes.push(apply("MatMul", [nodes.length - 1, 3]));
  const contribution = contributionOf(nodes);
  const declared = [{ name: "x", least: 0, greatest: 1, isWhole: false }];
  const people = new Map([["x", new Float64Array(200)]]);
  const snapshot = await writtenSnapshot(folder.path, declared, people);
  expect(await engine.explain(snapshot, contribution)).toBe("in script, row by row");

  let turns = 0;
  const everybodyElse = setInterval(() => turns++, 1);
  const sums = await engine.sums(snapshot, contribution, receipt);
  clearInterval(everybodyElse);
  expect(sums.ok).toBe(true);
  // Four hundred milliseconds of work at the least: in one piece there would be a turn or two.
  expect(turns).toBeGreaterThan(10);
});
