import { type Card, parseCard } from "@unseen/program";
import { expect } from "vitest";
import { capsOf } from "../open-owner.ts";
import { auditPolicy } from "./audit-policy.ts";
import type { Effort, Finding } from "./finding.ts";
import { PredictableStream } from "./predictable-stream.ts";
import { type NodeParts, partsThatServe } from "./simulated-node.ts";

export const effort: Effort = {
  testerRuns: 800,
  membershipRuns: 600,
  games: 40,
  people: [30],
  reconstructions: 1,
};
export const little: Effort = {
  testerRuns: 50,
  membershipRuns: 50,
  games: 2,
  people: [10],
  reconstructions: 1,
};

export function cardOf(changes: object = {}): Card {
  const card = parseCard({
    name: "clinic",
    columns: {
      bp: { type: "number", bounds: [60, 140] },
      age: { type: "integer", bounds: [18, 90] },
      ward: { type: "category", categories: ["north", 'the "old" one', "south"] },
    },
    unit: { column: "who", mostRowsEach: 2 },
    people: { isPublic: false, band: [10, 1000] },
    budget: { epsilon: 2 },
    ...changes,
  });
  if (!card.ok) throw new Error(card.problem.message);
  return card.value;
}

export function audited(card: Card, parts: Partial<NodeParts> = {}, seed = 1, tried = effort) {
  return auditPolicy(
    { card, caps: capsOf(card) },
    { effort: tried, randomness: new PredictableStream(seed), parts: { ...partsThatServe, ...parts } },
  );
}

export const broken = (findings: readonly Finding[]) =>
  new Set(findings.filter(({ verdict }) => verdict === "broken").map(({ attack }) => attack));

export async function passes(changes: object): Promise<void> {
  const report = await audited(cardOf(changes));
  expect(report.findings.filter(({ verdict }) => verdict === "broken")).toEqual([]);
  expect(report.isBroken).toBe(false);
  expect(report.advice.length).toBeGreaterThan(1);
  // It is no toothless audit. Where people with several rows are replaced, no two neighbours are as far apart as planned.
  const seen = report.seen.filter(({ epsilon, delta }) => epsilon === 1 && delta === 0);
  expect(Math.max(...seen.map(({ epsilonAtLeast }) => epsilonAtLeast))).toBeGreaterThan(0.1);
}
