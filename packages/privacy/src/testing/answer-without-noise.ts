// What a plan comes to when its sums are released as they are. For tests alone: it protects nobody.

import { choosePlainly, chosenShape, type PlainTensor } from "@unseen/program";
import { type Columns, exactSums, type People } from "../planner/exact-sums.ts";
import type { Plan } from "../planner/plan-answer.ts";
import { factsUpTo, type SumQuestion, sumsOfStage } from "../planner/stage.ts";

export function answerWithoutNoise(
  plan: Plan,
  columns: Columns,
  rowCount: number,
  people?: People,
): readonly PlainTensor[] {
  const released = new Map<number, PlainTensor>();
  for (let stage = 0; stage < plan.stages; stage++) {
    const questions = sumsOfStage(plan, stage, released);
    if (!questions.ok) throw new Error(questions.problem.message);
    for (const { contribution, cut } of questions.value) {
      const sums = exactSums(contribution, columns, rowCount, people);
      if (!sums.ok) throw new Error(sums.problem.message);
      released.set(cut.node, plainRelease({ contribution, cut }, sums.value));
    }
  }
  const facts = factsUpTo(plan, plan.stages, released);
  if (!facts.ok) throw new Error(facts.problem.message);
  return plan.outputs.map((output) => {
    const fact = facts.value[output];
    if (fact?.kind !== "public") throw new Error("an answer is public");
    return fact.value;
  });
}

/** What a cut releases when nothing is noised, and what is chosen is the best. */
export function plainRelease(
  { contribution, cut: { release } }: Pick<SumQuestion, "contribution" | "cut">,
  exact: BigInt64Array,
): PlainTensor {
  const { grid, shape } = contribution;
  const data = Float64Array.from(exact, (sum, at) => Number(sum) * 2 ** grid.exponent[at]!);
  if (release.by === "sum") return { shape, data };
  return { shape: chosenShape(release, shape), data: choosePlainly(release, data) };
}
