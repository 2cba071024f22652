// The one check that the house rests on: for a drawn question and two datasets that differ in one person,
// no exact sum moves further than its plan says.

import { operations, type PlainTensor, printProgram } from "@unseen/program";
import type { Contribution } from "../planner/contribution.ts";
import { exactSums } from "../planner/exact-sums.ts";
import { type Plan, planAnswer } from "../planner/plan-answer.ts";
import { type Sensitivity, sensitivityOf } from "../planner/sensitivity.ts";
import { type SumQuestion, sumsOfStage } from "../planner/stage.ts";
import { plainRelease } from "./answer-without-noise.ts";
import { boundedColumns, type RowsOfPeople, randomDataset, randomNeighbours } from "./random-datasets.ts";
import { randomProgram } from "./random-programs.ts";
import { type RandomStream, randomStream } from "./random-stream.ts";

/** The rules that are on trial; a test puts wrong ones in their place. */
export type RulesOnTrial = {
  readonly sensitivity: typeof sensitivityOf;
  readonly sums: (contribution: Contribution, rows: RowsOfPeople) => BigInt64Array;
  /** How many of a person's rows the exact part sees. */
  readonly rowsSeen: (mostRowsEach: number) => number;
};

export const ownRules: RulesOnTrial = {
  sensitivity: sensitivityOf,
  sums: (contribution, { columns, rowCount, people }) => {
    const sums = exactSums(contribution, columns, rowCount, people);
    if (!sums.ok) throw new Error(`exact sums were refused after planning: ${sums.problem.message}`);
    return sums.value;
  },
  rowsSeen: (mostRowsEach) => mostRowsEach,
};

export type DrawnCase =
  | { readonly kind: "not-drawn" | "refused" }
  | {
      readonly kind: "planned";
      /** Operations on the way to an answer. */
      readonly operations: ReadonlySet<string>;
      /** Operations that some row went through before it was summed. */
      readonly rowOperations: ReadonlySet<string>;
      readonly sums: number;
      /** Sums that were computed from what earlier ones released. */
      readonly laterSums: number;
      readonly oneHotSums: number;
      /** Sums of what was held of each person first. */
      readonly peopleSums: number;
      /** Sums of which only a choice is released. */
      readonly chosenSums: number;
      readonly how: string;
      /** Sums that came out different at all: a check of sums that never move would prove nothing. */
      readonly movedSums: number;
      /** Set where a sum moved too far. */
      readonly violation?: string;
    };

export function drawnCase(seed: number, rules: RulesOnTrial = ownRules): DrawnCase {
  const random = randomStream(seed);
  const dataset = randomDataset(random);
  const program = randomProgram(random, dataset);
  if (program === undefined) return { kind: "not-drawn" };
  const planned = planAnswer(program, dataset);
  if (!planned.ok || planned.value.cuts.length === 0) return { kind: "refused" };
  const plan = planned.value;
  const { before, after, how, distance } = randomNeighbours(random, dataset);
  const seen = rules.rowsSeen(dataset.mostRowsEach);
  const [left, right] = [boundedColumns(dataset, before, seen), boundedColumns(dataset, after, seen)];

  const released = new Map<number, PlainTensor>();
  const rowOperations = new Set<string>();
  let [sums, laterSums, oneHotSums, peopleSums, movedSums, chosenSums] = [0, 0, 0, 0, 0, 0];
  let violation: string | undefined;
  for (let stage = 0; stage < plan.stages && violation === undefined; stage++) {
    const questions = sumsOfStage(plan, stage, released);
    // Released values came out so that a later sum has no bound; what was released stays checked.
    if (!questions.ok) break;
    for (const question of questions.value) {
      const { contribution, cut } = question;
      for (const node of contribution.program.nodes)
        if (node.kind === "operation") rowOperations.add(node.operation);
      const a = rules.sums(contribution, left);
      const b = rules.sums(contribution, right);
      const allowed = rules.sensitivity(contribution, dataset);
      const moved = distanceOf(a, b);
      sums++;
      if (stage > 0) laterSums++;
      if (contribution.oneHot && a.length > 1) oneHotSums++;
      if (contribution.across.kind === "people") peopleSums++;
      if (moved.l1 > 0n) movedSums++;
      if (cut.release.by !== "sum") chosenSums++;
      if (
        moved.l1 > allowed.l1 * distance ||
        moved.l2Squared > allowed.l2Squared * distance * distance ||
        moved.each > allowed.each * distance ||
        // Rewriting where people come and go is two steps, one down and one up.
        (distance === 1n && allowed.movesOneWay && !moved.movesOneWay)
      )
        violation = describe(seed, question, moved, allowed, how);
      released.set(cut.node, releasedNear(random, plan, question, a));
    }
  }
  return {
    kind: "planned",
    operations: new Set(program.nodes.flatMap((node) => (node.kind === "operation" ? [node.operation] : []))),
    rowOperations,
    sums,
    laterSums,
    oneHotSums,
    peopleSums,
    chosenSums,
    how,
    movedSums,
    ...(violation === undefined ? {} : { violation }),
  };
}

function distanceOf(a: BigInt64Array, b: BigInt64Array): Sensitivity {
  let [l1, l2Squared, each] = [0n, 0n, 0n];
  let [isUp, isDown] = [false, false];
  for (let at = 0; at < a.length; at++) {
    const moved = a[at]! > b[at]! ? a[at]! - b[at]! : b[at]! - a[at]!;
    l1 += moved;
    l2Squared += moved * moved;
    if (moved > each) each = moved;
    isUp ||= b[at]! > a[at]!;
    isDown ||= b[at]! < a[at]!;
  }
  return { l1, l2Squared, each, movesOneWay: !(isUp && isDown) };
}

/** What noise may have made of a sum: near the exact one, near what was expected, or far from both. */
function releasedNear(
  random: RandomStream,
  plan: Plan,
  question: SumQuestion,
  exact: BigInt64Array,
): PlainTensor {
  const { cut, contribution } = question;
  const typical = plan.typical[cut.node]!;
  if (typical.kind !== "public") throw new Error("a cut's typical value is public");
  if (cut.release.by !== "sum") return random.chance(0.5) ? plainRelease(question, exact) : typical.value;
  const way = random.whole(0, 3);
  const data = Float64Array.from(exact, (sum, at) => {
    const step = 2 ** contribution.grid.exponent[at]!;
    const noise = Math.round(random.unit() * 2e6 - 1e6) * step;
    if (way === 0) return Number(sum) * step + noise;
    if (way === 1) return typical.value.data[at]! + noise;
    if (way === 2) return typical.value.data[at]!;
    return random.pick([0, 1, -1, 5, 1e9, -1e300]);
  });
  return { shape: contribution.shape, data };
}

function describe(
  seed: number,
  { contribution }: SumQuestion,
  moved: Sensitivity,
  allowed: Sensitivity,
  how: string,
): string {
  return [
    `seed ${seed}: one person ${how} moves a sum by ${words(moved)}, and the plan says ${words(allowed)}`,
    printProgram(contribution.program),
    `grid ${JSON.stringify({ ...contribution.grid, oneHot: contribution.oneHot, across: contribution.across })}`,
  ].join("\n");
}

function words({ l1, l2Squared, each, movesOneWay }: Sensitivity): string {
  return `${l1} (squared ${l2Squared}, one element ${each}, ${movesOneWay ? "one way" : "both ways"})`;
}

/** Every operation that may be asked, so that a test can demand its share of each. */
export const everyOperation: readonly string[] = [...operations.keys()];
