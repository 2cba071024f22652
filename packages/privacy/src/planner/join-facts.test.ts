// Random questions about random joins. Each case is drawn from one seed; a failure prints it.

import { expect, test } from "vitest";
import { type DrawnJoin, pairsOf, randomJoin } from "../testing/joined-people.ts";
import { randomProgram } from "../testing/random-programs.ts";
import { randomStream } from "../testing/random-stream.ts";
import { acrossRows } from "./contribution.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import { exactSums } from "./exact-sums.ts";
import { joinFacts } from "./join-facts.ts";
import { planAnswer } from "./plan-answer.ts";
import { type Sensitivity, sensitivityOf } from "./sensitivity.ts";
import { sumsOfStage } from "./stage.ts";

type FactsRule = (drawn: DrawnJoin) => DatasetFacts;
type Moved = {
  readonly sums: number;
  readonly moved: number;
  readonly how: string;
  readonly violation?: string;
};

const ownRule: FactsRule = ({ card, sides }) => joinFacts(card, ...sides);

/** Undefined where nothing could be planned. The plan is made of the rule's own facts, as it would be. */
function drawnCase(seed: number, rule: FactsRule = ownRule): Moved | undefined {
  const random = randomStream(seed);
  const drawn = randomJoin(random);
  const facts = rule(drawn);
  const program = randomProgram(random, facts);
  const plan = program === undefined ? undefined : planAnswer(program, facts);
  if (plan?.ok !== true || plan.value.cuts.length === 0) return undefined;
  const questions = sumsOfStage(plan.value, 0, new Map());
  if (!questions.ok) return undefined;
  const [before, after] = [pairsOf(drawn, drawn.before), pairsOf(drawn, drawn.after)];
  let moved = 0;
  for (const { contribution, sensitivity } of questions.value) {
    const [a, b] = [before, after].map(({ columns, rowCount, people }) => {
      const sums = exactSums(contribution, columns, rowCount, people);
      if (!sums.ok) throw new Error(sums.problem.message);
      return sums.value;
    });
    const distance = distanceOf(a!, b!);
    if (distance.l1 > 0n) moved++;
    if (
      distance.l1 > sensitivity.l1 ||
      distance.l2Squared > sensitivity.l2Squared ||
      distance.each > sensitivity.each
    ) {
      const violation = `seed ${seed}: ${drawn.how} moved a sum by ${distance.l1}, planned ${sensitivity.l1}`;
      return { sums: questions.value.length, moved, how: drawn.how, violation };
    }
  }
  return { sums: questions.value.length, moved, how: drawn.how };
}

function distanceOf(a: BigInt64Array, b: BigInt64Array): Omit<Sensitivity, "movesOneWay"> {
  let [l1, l2Squared, each] = [0n, 0n, 0n];
  for (const [at, one] of a.entries()) {
    const moved = one > b[at]! ? one - b[at]! : b[at]! - one;
    l1 += moved;
    l2Squared += moved * moved;
    if (moved > each) each = moved;
  }
  return { l1, l2Squared, each };
}

const moves = new Map<string, number>();
let [sums, moved] = [0, 0];

test.each([0, 1, 2, 3])(
  "no exact sum of a join moves further than planned when one person leaves, comes or is replaced, on one side or both: block %i",
  (block) => {
    for (let seed = block * 400; seed < (block + 1) * 400; seed++) {
      const drawn = drawnCase(seed);
      if (drawn === undefined) continue;
      expect(drawn.violation).toBeUndefined();
      sums += drawn.sums;
      moved += drawn.moved;
      if (drawn.moved > 0) moves.set(drawn.how, (moves.get(drawn.how) ?? 0) + 1);
    }
  },
);

test("the drawn cases move sums, on each side alone and on both", () => {
  expect(moved).toBeGreaterThan(sums / 10);
  for (const how of ["the first", "the second", "both"]) expect(moves.get(how)).toBeGreaterThan(80);
});

const wrongRules: readonly (readonly [string, FactsRule])[] = [
  [
    "one side's rows alone are counted",
    (drawn) => ({ ...ownRule(drawn), mostRowsEach: drawn.sides[0].mostRowsEach }),
  ],
  [
    "the larger side's rows alone are counted",
    (drawn) => {
      const each = drawn.sides.map(({ mostRowsEach }) => mostRowsEach);
      return { ...ownRule(drawn), mostRowsEach: Math.max(...each) };
    },
  ],
  [
    "rows of both sides are added and not multiplied",
    (drawn) => {
      const [one, other] = drawn.sides;
      return { ...ownRule(drawn), mostRowsEach: one.mostRowsEach + other.mostRowsEach - 1 };
    },
  ],
  [
    "one pair each is taken for exactly one",
    (drawn) => {
      const facts = ownRule(drawn);
      return { ...facts, oneRowEach: facts.mostRowsEach === 1 };
    },
  ],
  [
    "the first side's neighbours are taken for both",
    (drawn) => ({ ...ownRule(drawn), neighbours: drawn.sides[0].neighbours }),
  ],
  [
    "a replacement on either side is forgotten",
    (drawn) => ({ ...ownRule(drawn), neighbours: "add-or-remove" }),
  ],
];

test.each(wrongRules)("a planted wrong rule is caught: %s", (_, rule) => {
  const isCaught = (seed: number) => drawnCase(seed, rule)?.violation !== undefined;
  expect(Array.from({ length: 6_000 }, (_, seed) => seed).some(isCaught)).toBe(true);
});

test("the noise for a replacement is enough for a removal too, so both datasets' lines may be charged with it", () => {
  for (let seed = 0; seed < 1_000; seed++) {
    const random = randomStream(seed);
    const grid = {
      exponent: new Int32Array(3),
      least: Float64Array.from({ length: 3 }, () => random.whole(-9, 4)),
      greatest: Float64Array.from({ length: 3 }, () => random.whole(5, 9)),
    };
    for (const oneHot of [false, true]) {
      const of = (neighbours: DatasetFacts["neighbours"]) =>
        sensitivityOf(
          { grid, oneHot, across: acrossRows },
          { neighbours, mostRowsEach: random.whole(3, 3), oneRowEach: false },
        );
      expect(of("replace").l1).toBeGreaterThanOrEqual(of("add-or-remove").l1);
      expect(of("replace").l2Squared).toBeGreaterThanOrEqual(of("add-or-remove").l2Squared);
    }
  }
});

test("neither how many pairs there are nor their bound follows from rows", () => {
  const join = Array.from({ length: 50 }, (_, seed) => randomJoin(randomStream(seed))).find(({ sides }) =>
    sides.every(({ neighbours }) => neighbours === "replace"),
  )!;
  const facts = ownRule(join);
  const [one, other] = join.sides;
  expect(facts.publicRowCount).toBeUndefined();
  expect(facts.mostRows).toBe(9 * one.mostRowsEach * other.mostRowsEach);
});
