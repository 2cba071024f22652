// From an owner's file to sums over people: one person under several spellings, and people with too many rows.

import { Secret } from "@unseen/base";
import { datasetFacts, planAnswer, sumsOfStage } from "@unseen/privacy";
import type { Attributes, ProgramNode } from "@unseen/program";
import { expect, test } from "vitest";
import { cardOf, ingested, testFolder } from "../ingest/ingest-for-tests.ts";
import { DuckDbEngine } from "./duckdb-engine.ts";
import { apply, input, number, programFrom, receipt } from "./engine-for-tests.ts";

const card = cardOf(
  {
    cost: { type: "integer", bounds: [0, 100] },
    ward: { type: "category", categories: ["a", "b", "c"] },
  },
  { column: "id", mostRowsEach: 3 },
);
const lines = [
  "ada,10,a",
  " ada,20,a",
  "ada\u200b,30,b",
  "bob,90,a",
  "bob,90,a",
  "eve,1,c",
  "eve,1,c",
  "eve,1,c",
  "eve,1,c",
  "eve,1,c",
  ",99,b",
];

async function answers(nodes: readonly ProgramNode[], way: "fastest" | "script"): Promise<readonly number[]> {
  using folder = testFolder();
  const { snapshot } = await ingested(
    folder,
    folder.write("a.csv", `id,cost,ward\n${lines.join("\n")}\n`),
    card,
  );
  const engine = await DuckDbEngine.open({ dataDirectory: folder.path, threads: 1, way });
  try {
    const plan = planAnswer(programFrom(nodes), datasetFacts(card, undefined));
    if (!plan.ok) throw new Error(plan.problem.message);
    const questions = sumsOfStage(plan.value, 0, new Map());
    if (!questions.ok) throw new Error(questions.problem.message);
    const [{ contribution }] = questions.value as [(typeof questions.value)[number]];
    const sums = await engine.sums(snapshot, contribution, receipt);
    if (!sums.ok) throw new Error(sums.problem.message);
    const { exponent } = contribution.grid;
    return [...Secret.reveal(sums.value)].map((sum, at) => Number(sum) * 2 ** exponent[at]!);
  } finally {
    engine.close();
  }
}

const people = (of: number, attributes: Attributes = {}) => apply("CountPeople", [of], attributes);
const wards: readonly ProgramNode[] = [input("ward"), apply("OneHot", [0], { depth: 3 })];
const costs: readonly ProgramNode[] = [
  ...wards,
  input("cost"),
  apply("Reshape", [2], { shape: [0, 1] }),
  apply("Mul", [1, 3]),
];

test.each(["fastest", "script"] as const)(
  "spellings of one name are one person, and nobody's rows are nobody's (%s)",
  async (way) => {
    expect(await answers([input("cost"), apply("RowOnes", [0]), people(1)], way)).toEqual([3]);
    expect(await answers([input("cost"), number(15), apply("Greater", [0, 1]), people(2)], way)).toEqual([2]);
    expect(await answers([...wards, people(1)], way)).toEqual([2, 1, 1]);
    const held = { least: 0, greatest: 50 };
    expect(await answers([input("cost"), apply("SumByPerson", [0], held)], way)).toEqual([50 + 50 + 3]);
    expect(await answers([...costs, apply("SumByPerson", [4], held)], way)).toEqual([30 + 50, 30, 3]);
  },
);

test("where a person counts in one ward, it is the same one in SQL and in script", async () => {
  const asked = [...wards, people(1, { mostGroupsEach: 1 })];
  const [a, b, c] = await answers(asked, "fastest");
  expect([a! + b!, c]).toEqual([2, 1]);
  expect(await answers(asked, "script")).toEqual([a, b, c]);
});
