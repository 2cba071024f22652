// One stage of an answer: what to sum exactly now, given what earlier stages released.

import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import type { Facts, PlainTensor } from "@unseen/program";
import { factsOfNode, rowProgram, stageOf } from "./canonical.ts";
import type { Contribution } from "./contribution.ts";
import type { Neighbours } from "./dataset-facts.ts";
import { gridFor } from "./grid.ts";
import { peopleHeld } from "./people-held.ts";
import type { Cut, Plan } from "./plan-answer.ts";
import { type Sensitivity, sensitivityOf } from "./sensitivity.ts";

export type SumQuestion = {
  readonly cut: Cut;
  readonly contribution: Contribution;
  readonly sensitivity: Sensitivity;
  readonly neighbours: Neighbours;
};

/** What the cuts released so far stand for, by node. */
export type ReleasedValues = ReadonlyMap<number, PlainTensor>;

/**
 * The sums of one stage. Bounds are read again with the values that were really released, so a question
 * about (x - mean) / deviation is bounded by the mean and the deviation that everybody now knows.
 * A refusal here depends on released values alone.
 */
export function sumsOfStage(
  plan: Plan,
  stage: number,
  released: ReleasedValues,
): Result<readonly SumQuestion[], Problem> {
  const facts = factsUpTo(plan, stage, released);
  if (!facts.ok) return facts;
  const questions: SumQuestion[] = [];
  for (const cut of plan.cuts.filter((one) => one.stage === stage)) {
    const question = sumQuestion(plan, cut, facts.value);
    if (!question.ok) return question;
    questions.push(question.value);
  }
  return ok(questions);
}

function sumQuestion(
  plan: Plan,
  cut: Cut,
  facts: readonly (Facts | undefined)[],
): Result<SumQuestion, Problem> {
  const rows = facts[cut.contribution];
  invariant(rows?.kind === "rows", "a sum is over rows");
  if (!rows.lo.every(Number.isFinite) || !rows.hi.every(Number.isFinite)) {
    return err({
      code: "bounds-unknown",
      message: "with the values released so far, what one person adds to a later sum has no bound",
      hint: "clip what is computed from released values before it is summed",
    });
  }
  const program = rowProgram(plan.nodes, cut.contribution, facts);
  if (!program.ok) return program;
  const grid = gridFor(rows, cut);
  const across = peopleHeld(cut.across, grid, plan.dataset);
  if (!across.ok) return across;
  const contribution = {
    program: program.value,
    shape: rows.shape,
    grid,
    across: across.value,
    oneHot: rows.oneHot,
  };
  const { dataset } = plan;
  const sensitivity = sensitivityOf(contribution, dataset);
  return ok({ cut, contribution, sensitivity, neighbours: dataset.neighbours });
}

/** Facts of every node whose stage has come. Nodes of later stages stay undefined. */
export function factsUpTo(
  plan: Pick<Plan, "nodes" | "typical">,
  stage: number,
  released: ReleasedValues,
): Result<readonly (Facts | undefined)[], Problem> {
  const facts: (Facts | undefined)[] = [];
  for (const [at, node] of plan.nodes.entries()) {
    if (stageOf(node) > stage) {
      facts.push(undefined);
      continue;
    }
    // What needs nothing released was known when the question was planned.
    if (stageOf(node) === 0) {
      facts.push(plan.typical[at]);
      continue;
    }
    if (node.kind === "cut") {
      const value = released.get(at);
      invariant(value !== undefined, "a stage follows the release of those before it");
      facts.push({ kind: "public", value });
      continue;
    }
    const fact = factsOfNode(node, facts);
    if (!fact.ok) return fact;
    facts.push(fact.value);
  }
  return ok(facts);
}
