// People with several rows, from the owner's file through a real home to priced, charged and noised answers.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platformEntropy } from "@unseen/base";
import { type Expression, type Program, parseCard, programOf } from "@unseen/program";
import type { SentAnswer } from "@unseen/wire";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Owner, openOwner } from "../packages/owner/src/open-owner.ts";
import { answerQuestion } from "../packages/owner/src/questions/answer-question.ts";
import { priceQuestion } from "../packages/owner/src/questions/price-question.ts";
import { ada } from "../packages/owner/src/questions/questions-for-tests.ts";
import { translateSql } from "../packages/owner/src/sql/index.ts";

const directory = mkdtempSync(join(tmpdir(), "unseen-people-"));
let owner: Owner;

beforeAll(async () => {
  const opened = await openOwner({
    home: join(directory, "home"),
    clock: { nowMs: () => Date.now() },
    entropy: platformEntropy(globalThis.crypto),
    slotMs: 0,
  });
  owner = whole(opened);
  const card = whole(
    parseCard({
      name: "visits",
      columns: {
        cost: { type: "integer", bounds: [0, 100] },
        ward: { type: "category", categories: ["a", "b", "c"] },
      },
      unit: { column: "id", mostRowsEach: 20 },
      people: { isPublic: false, band: [10, 1000] },
      budget: { epsilon: 1000 },
    }),
  );
  // A hundred people with twenty visits each; a person's ward is a for even numbers and c for odd ones.
  const lines = Array.from(
    { length: 2_000 },
    (_, row) => `p${row % 100},${row % 50},${row % 2 === 0 ? "a" : "c"}`,
  );
  const file = join(directory, "visits.csv");
  writeFileSync(file, `id,cost,ward\n${lines.join("\n")}\n`);
  whole(await owner.addDataset(file, card));
});
afterAll(async () => {
  await owner.close();
  rmSync(directory, { recursive: true });
});

let asks = 0;

/** The first output, and what its sums are called in the price. */
async function ask(program: Program) {
  const ports = owner.node.questions;
  const asked = { askId: `ask-${asks++}-00000`, dataset: "visits", program, offer: { epsilon: "50" } };
  const { releases } = whole(await priceQuestion(ports, ada, asked));
  const { values } = whole(whole(await answerQuestion(ports, ada, asked)).outcome) as SentAnswer;
  return { values: values.map(({ data }) => [...data]), releases };
}

test("SQL counts each person once, alone and by group, and rows beside them", async () => {
  const everybody = whole(
    await translateSql(
      owner.node.questions.datasets,
      "SELECT COUNT(DISTINCT id) FROM visits WHERE cost > 40",
    ),
  );
  const { values, releases } = await ask(everybody.program);
  // Of costs from 0 to 49 that repeat with the person, nine are above 40. The noise has the scale 1/50.
  expect(Math.abs(values[0]![0]! - 18)).toBeLessThanOrEqual(2);
  expect(releases).toEqual([
    expect.stringMatching(/^a sum over people of one number, each person's total held in \[0, 1\]/),
  ]);
  const grouped = whole(
    await translateSql(
      owner.node.questions.datasets,
      "SELECT ward, COUNT(DISTINCT id), COUNT(*) FROM visits GROUP BY ward",
    ),
  );
  const { values: both } = await ask(grouped.program);
  // Two sums: scales of 3/25 and 20/25.
  for (const [at, count] of [50, 0, 50].entries())
    expect(Math.abs(both[0]![at]! - count)).toBeLessThanOrEqual(6);
  for (const [at, count] of [1_000, 0, 1_000].entries())
    expect(Math.abs(both[1]![at]! - count)).toBeLessThanOrEqual(40);
});

test("totals are held for each person, and each counts in as many groups as allowed", async () => {
  const column = (name: string): Expression => ({ node: { kind: "input", name, shape: ["rows"] } });
  const op = (operation: string, inputs: readonly Expression[], attributes = {}): Expression => ({
    node: { kind: "operation", operation, inputs, attributes },
  });
  const standing = op("Reshape", [column("cost")], { shape: [0, 1] });
  const costs = op("Mul", [op("OneHot", [column("ward")], { depth: 3 }), standing]);
  const held = { least: 0, greatest: 150, mostGroupsEach: 1 };
  const { values, releases } = await ask(whole(programOf([op("SumByPerson", [costs], held)])));
  // A person's twenty visits cost the same each: 20 (p mod 50), held to 150 from 8 on.
  const total = (isIn: (p: number) => boolean) =>
    Array.from({ length: 100 }, (_, p) => (isIn(p) ? Math.min(150, 20 * (p % 50)) : 0)).reduce(
      (a, b) => a + b,
    );
  const expected = [total((p) => p % 2 === 0), 0, total((p) => p % 2 === 1)];
  // A scale of 150 / 50.
  for (const [at, sum] of expected.entries())
    expect(Math.abs(values[0]![at]! - sum)).toBeLessThanOrEqual(150);
  expect(releases).toEqual([expect.stringMatching(/over people of 3 numbers.*and in at most 1 of them/)]);
});

function whole<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly problem: { readonly message: string } },
): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
