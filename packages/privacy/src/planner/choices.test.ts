// Choices from the whole path: planned, summed exactly, chosen, on datasets that differ in one person.

import { Secret } from "@unseen/base";
import type { Attributes, Program } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seenLeak } from "../audit/epsilon-tester.ts";
import { attoDeltaOf } from "../budget/atto-delta.ts";
import { nanoEpsilonOf } from "../budget/nano-epsilon.ts";
import type { Offer } from "../budget/offer.ts";
import {
  compareRationals,
  divideRationals,
  multiplyRationals,
  rational,
  rationalFromStored,
  rationalToNumber,
} from "../budget/rational.ts";
import { costOf } from "../mechanisms/choice-event.ts";
import { rhoAtMost } from "../mechanisms/concentrated.ts";
import { permuteAndFlipProbabilities } from "../testing/choice-probabilities.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { countedDataset, Question, smallDataset } from "../testing/small-questions.ts";
import { epsilonAtMost } from "./choice-price.ts";
import { chooserFor } from "./chooser.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import { describeRelease } from "./describe-releases.ts";
import type { Columns } from "./exact-sums.ts";
import { exactSums } from "./exact-sums.ts";
import { finish, releaseCut } from "./finish.ts";
import { type Plan, planAnswer } from "./plan-answer.ts";
import { mechanismFor, priceOf } from "./price.ts";
import { type SumQuestion, sumsOfStage } from "./stage.ts";

const pure = (epsilon: number): Offer => ({
  kind: "pure",
  epsilon: nanoEpsilonOf(BigInt(Math.round(epsilon * 1e9))),
});
const approximate: Offer = {
  kind: "approximate",
  epsilon: nanoEpsilonOf(1_000_000_000n),
  delta: attoDeltaOf(1_000_000_000_000n),
};

const planned = (program: Program, dataset: DatasetFacts): Plan => {
  const plan = planAnswer(program, dataset);
  if (!plan.ok) throw new Error(plan.problem.message);
  return plan.value;
};

/** Of one column with three places, 0, 1 and 2. */
const three = (changes: Partial<DatasetFacts> = {}) =>
  smallDataset({
    columns: new Map([["c", { least: 0, greatest: 2, integral: true }]]),
    mock: new Map([["c", Float64Array.of(0, 1, 1, 2)]]),
    mockRowCount: 4,
    ...changes,
  });

function choiceOf(operation: string, attributes: Attributes, isHot = true): Program {
  const question = new Question();
  const column = question.input("c");
  const x = isHot ? question.op("OneHot", [column], { depth: 3 }) : column;
  return question.program(question.op(operation, [x], attributes));
}

const mostCommon = choiceOf("ChooseGreatest", { k: 1 });
const twoCommonest = choiceOf("ChooseGreatest", { k: 2 });
const above = choiceOf("ChooseAbove", { thresholds: [1], mostAbove: 2 });
const firstAbove = choiceOf("ChooseAbove", { thresholds: [1], mostAbove: 1 });
const median = choiceOf("ChooseQuantile", { q: 0.5 }, false);

const onlyCut = (plan: Plan): SumQuestion => {
  const questions = sumsOfStage(plan, 0, new Map());
  if (!questions.ok) throw new Error(questions.problem.message);
  return questions.value[0]!;
};

const rows = (values: readonly number[]): Columns => new Map([["c", Float64Array.from(values)]]);

/** The answer to a question of one cut over these rows. */
function answered(plan: Plan, offer: Offer, values: readonly number[], entropy = seededEntropy(1)) {
  const question = onlyCut(plan);
  const exact = exactSums(question.contribution, rows(values), values.length);
  if (!exact.ok) throw new Error(exact.problem.message);
  const mechanism = mechanismFor(priceOf(plan, offer), question);
  const cut = releaseCut(question, mechanism, Secret.of(exact.value), entropy);
  const finished = finish(plan, [cut], entropy).value;
  if (!finished.ok) throw new Error(finished.problem.message);
  return finished.value;
}

test("the commonest of three is chosen, with what the choice promises and without a half-width", () => {
  const { values, plusMinus, choices } = answered(planned(mostCommon, three()), pure(2), [
    ...Array(60).fill(1),
    0,
    2,
  ]);
  expect(values).toEqual([{ shape: [1], data: Float64Array.of(1) }]);
  expect(plusMinus).toEqual([{ shape: [1], data: Float64Array.of(Number.NaN) }]);
  expect(choices).toEqual([
    "the greatest of 3 sums by permute-and-flip; 95 times out of 100 its sum is within 3 of the greatest that was left",
  ]);
});

test("whole numbers get a bin each, and their median is one of them", () => {
  const { values } = answered(planned(median, three()), pure(2), [
    ...Array(40).fill(0),
    ...Array(60).fill(2),
  ]);
  expect(values[0]!.data).toEqual(Float64Array.of(2));
});

test("what is computed of a choice has no half-width, what holds noise too keeps one, and constants are exact", () => {
  const question = new Question();
  const hot = question.op("OneHot", [question.input("c")], { depth: 3 });
  const place = question.op("ChooseGreatest", [hot], { k: 1 });
  const total = question.op("ReduceSum", [hot], { axes: [] });
  const program = question.program(
    question.op("Add", [place, question.constant([], [1])]),
    question.op("Add", [place, total]),
    question.op("Neg", [question.constant([], [3])]),
  );
  const plan = planned(program, three());
  expect(plan.cuts.map(({ release }) => release.by).toSorted()).toEqual(["greatest", "sum"]);
  const price = priceOf(plan, pure(1));
  const questions = sumsOfStage(plan, 0, new Map());
  if (!questions.ok) throw new Error("planned");
  const cuts = questions.value.map((one) =>
    releaseCut(
      one,
      mechanismFor(price, one),
      Secret.of(new BigInt64Array(one.contribution.grid.exponent.length)),
      seededEntropy(1),
    ),
  );
  const finished = finish(plan, cuts, seededEntropy(2)).value;
  if (!finished.ok) throw new Error("finished");
  const [chosen, both, constant] = finished.value.plusMinus.map(({ data }) => data[0]!);
  expect(chosen).toBeNaN();
  expect(both).toBeGreaterThan(0);
  expect(constant).toBe(0);
});

test("the law of the whole path is permute-and-flip on the counts, to within drawing", () => {
  const runs = 20_000;
  const values = [0, 0, 1, 1, 1, 2];
  const plan = planned(mostCommon, three({ mostRowsEach: 1 }));
  // Counts only rise when a person comes, so the odds of a lost vote are e^epsilon: t = 1/2.
  const law = permuteAndFlipProbabilities([2n, 3n, 1n], rational(1n, 2n)).map(rationalToNumber);
  const question = onlyCut(plan);
  const exact = exactSums(question.contribution, rows(values), values.length);
  if (!exact.ok) throw new Error("summed");
  const chooser = mechanismFor(priceOf(plan, pure(Math.LN2)), question);
  const entropy = seededEntropy(7);
  const seen = [0, 0, 0];
  for (let run = 0; run < runs; run++)
    seen[releaseCut(question, chooser, Secret.of(exact.value), entropy).value.value.data[0]!]! += 1;
  // Chi-square of two degrees of freedom: beyond 41.4 once in a thousand million.
  const chi = law.reduce((sum, p, at) => sum + (seen[at]! - runs * p) ** 2 / (runs * p), 0);
  expect(chi).toBeLessThan(41.4);
});

type OnTrial = {
  readonly name: string;
  readonly program: Program;
  readonly dataset: DatasetFacts;
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** What is paid; 1 unless said. A watch of thresholds leaks too little of that for a short test to see. */
  readonly epsilon?: number;
  /** What is seen at least: a check that sees nothing proves nothing. */
  readonly seen: number;
};

const oneEach = three({ mostRowsEach: 1, oneRowEach: true });
const twoEach = three({ mostRowsEach: 2 });
const replaced = {
  ...countedDataset(3),
  columns: oneEach.columns,
  mock: oneEach.mock,
  mockRowCount: oneEach.mockRowCount,
};
const trials: readonly OnTrial[] = [
  { name: "the commonest", program: mostCommon, dataset: oneEach, left: [0, 1], right: [0, 1, 1], seen: 0.1 },
  {
    name: "the commonest, two rows each",
    program: mostCommon,
    dataset: twoEach,
    left: [0, 0],
    right: [0, 0, 1, 1],
    seen: 0.1,
  },
  {
    name: "the commonest, one replaced",
    program: mostCommon,
    dataset: replaced,
    left: [0, 1, 1],
    right: [0, 1, 0],
    seen: 0.2,
  },
  {
    name: "the two commonest",
    program: twoCommonest,
    dataset: oneEach,
    left: [0, 1],
    right: [0, 1, 1],
    seen: 0.2,
  },
  {
    name: "above a threshold",
    program: firstAbove,
    epsilon: 4,
    dataset: oneEach,
    left: [0, 0, 1],
    right: [0, 0, 1, 1],
    seen: 0.2,
  },
  {
    name: "above a threshold, two rows each",
    program: firstAbove,
    epsilon: 4,
    dataset: twoEach,
    left: [0, 0],
    right: [0, 0, 1, 1],
    seen: 0.2,
  },
  {
    name: "above a threshold, one replaced",
    program: firstAbove,
    epsilon: 4,
    dataset: replaced,
    left: [0, 0, 1],
    right: [1, 0, 1],
    seen: 0.2,
  },
  {
    name: "a median",
    program: median,
    dataset: oneEach,
    left: [0, 0, 2, 2],
    right: [0, 0, 2, 2, 2],
    seen: 0.1,
  },
  {
    name: "a median, two rows each",
    program: median,
    dataset: twoEach,
    left: [0, 0, 2, 2],
    right: [0, 0, 2, 2, 2, 2],
    seen: 0.1,
  },
  {
    name: "a median, one replaced",
    program: median,
    dataset: replaced,
    left: [0, 1, 1],
    right: [2, 1, 1],
    seen: 0.1,
  },
];

/** Each program at its price, with what the plan says of one person put in the place of `sensitivityOf`'s. */
function leakOf(
  { program, dataset, left, right, epsilon = 1 }: OnTrial,
  change: (question: SumQuestion) => SumQuestion = (question) => question,
): number {
  const plan = planned(program, dataset);
  const question = change(onlyCut(plan));
  const exact = (values: readonly number[]) => {
    const sums = exactSums(question.contribution, rows(values), values.length);
    if (!sums.ok) throw new Error(sums.problem.message);
    return sums.value;
  };
  const entropy = seededEntropy(11);
  const { share } = priceOf(plan, pure(epsilon));
  return seenLeak({
    run: (sums: BigInt64Array) =>
      String(chooserFor(share, question).choose(Secret.of(sums), entropy).value.data),
    left: exact(left),
    right: exact(right),
    runs: 12_000,
    delta: 0,
    errorRate: 1e-6,
  }).epsilonAtLeast;
}

test.each(trials)("$name is seen to leak something, and no more than was paid", (trial) => {
  const leak = leakOf(trial);
  expect(leak).toBeGreaterThan(trial.seen);
  expect(leak).toBeLessThanOrEqual(trial.epsilon ?? 1);
});

type Planted = {
  readonly name: string;
  readonly trial: OnTrial;
  readonly change: (question: SumQuestion) => SumQuestion;
};
const bySensitivity =
  (change: Partial<SumQuestion["sensitivity"]>) =>
  (question: SumQuestion): SumQuestion => ({
    ...question,
    sensitivity: { ...question.sensitivity, ...change },
  });
const found = (name: string) => trials.find((trial) => trial.name === name)!;
const planted: readonly Planted[] = [
  {
    name: "all rows of a person but one are forgotten",
    trial: {
      ...found("the commonest, two rows each"),
      dataset: three({ mostRowsEach: 4 }),
      left: [0, 0, 0, 0, 2, 2, 2, 2],
      right: [0, 0, 0, 0, 2, 2, 2, 2, 1, 1, 1, 1],
    },
    change: bySensitivity({ each: 1n }),
  },
  {
    name: "a replaced person is taken to move all counts one way",
    trial: { ...found("the commonest, one replaced"), left: [0, 0, 0, 1], right: [1, 0, 0, 1] },
    change: bySensitivity({ movesOneWay: true }),
  },
  {
    name: "the rank of a person's eight rows is taken to move by one",
    trial: {
      ...found("a median, two rows each"),
      dataset: three({ mostRowsEach: 8 }),
      left: [...Array(8).fill(0), ...Array(4).fill(2)],
      right: [...Array(8).fill(0), ...Array(12).fill(2)],
    },
    change: bySensitivity({ each: 1n }),
  },
];

test.each(planted)("planted and caught: $name", ({ trial, change }) => {
  expect(leakOf(trial, change)).toBeGreaterThan(1);
  expect(leakOf(trial)).toBeLessThanOrEqual(1);
});

test("each of several choices and cuts has its share, and together they are the whole price", () => {
  const question = new Question();
  const hot = question.op("OneHot", [question.input("c")], { depth: 3 });
  const program = question.program(
    question.op("ChooseGreatest", [hot], { k: 2 }),
    question.op("ChooseAbove", [hot], { thresholds: [5], mostAbove: 2 }),
    question.op("ReduceSum", [hot], { axes: [0] }),
    question.op("ChooseQuantile", [question.input("c")], { q: 0.9 }),
  );
  const plan = planned(program, three());
  const price = priceOf(plan, pure(1));
  expect(
    price.events.map((event) => ("epsilon" in event ? [event.mechanism, event.epsilon] : event)),
  ).toEqual([
    ["permute-and-flip", "1/8"],
    ["above-threshold", "1/4"],
    ["discrete-laplace", "1/4"],
    ["permute-and-flip", "1/4"],
  ]);
  const questions = sumsOfStage(plan, 0, new Map());
  if (!questions.ok) throw new Error("planned");
  for (const offer of [pure(1), approximate]) {
    const { share, events } = priceOf(plan, offer);
    for (const [at, one] of questions.value.entries()) {
      const event = events[at]!;
      if (!("count" in event)) continue;
      const made = chooserFor(share, one).events;
      expect(made.map(({ mechanism }) => mechanism)).toEqual(Array(event.count).fill(event.mechanism));
      for (const each of made) expect(costOf(each).epsilon).toEqual(rationalFromStored(event.epsilon));
    }
  }
});

test("a concentrated share buys each choice the largest epsilon whose rho fits, rounded against the asker", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 10n ** 12n }),
      fc.bigInt({ min: 1n, max: 10n ** 15n - 1n }),
      (e, d) => {
        const rho = rhoAtMost(nanoEpsilonOf(e < 1_000n ? 1_000n : e), attoDeltaOf(d));
        const epsilon = epsilonAtMost(rho);
        const spent = divideRationals(multiplyRationals(epsilon, epsilon), rational(2n));
        expect(compareRationals(spent, rho)).toBe(-1);
        const more = multiplyRationals(epsilon, rational(10n ** 12n + 1n, 10n ** 12n));
        expect(compareRationals(divideRationals(multiplyRationals(more, more), rational(2n)), rho)).toBe(1);
      },
    ),
  );
});

test("sums of different units are compared in one unit, and those beside thresholds keep their own", () => {
  const question = new Question();
  const both = question.matrix("a", "b");
  const program = question.program(
    question.op("ChooseGreatest", [both], { k: 1 }),
    question.op("ChooseAbove", [both], { thresholds: [0.5, 40], mostAbove: 1 }),
  );
  const questions = sumsOfStage(planned(program, smallDataset()), 0, new Map());
  if (!questions.ok) throw new Error("planned");
  const [greatest, each] = questions.value.map(({ contribution }) => [...contribution.grid.exponent]);
  expect(greatest).toEqual([-17, -17]);
  expect(each).toEqual([-24, -17]);
});

test("an answer about a sum is right at its threshold: above is more than, whatever the steps", () => {
  const at = (threshold: number) => {
    const question = new Question();
    const thresholds = [threshold];
    return planned(
      question.program(question.op("ChooseAbove", [question.input("a")], { thresholds })),
      smallDataset(),
    );
  };
  const answer = (threshold: number, values: readonly number[]) => {
    const plan = at(threshold);
    const one = onlyCut(plan);
    const columns = new Map([
      ["a", Float64Array.from(values)],
      ["b", new Float64Array(values.length)],
    ]);
    const sums = exactSums(one.contribution, columns, values.length);
    if (!sums.ok) throw new Error("summed");
    return releaseCut(
      one,
      mechanismFor(priceOf(plan, pure(1000)), one),
      Secret.of(sums.value),
      seededEntropy(3),
    ).value.value.data[0];
  };
  expect([
    answer(0.5, [1]),
    answer(1.5, [1]),
    answer(1e308, [1]),
    answer(-1e308, [1]),
    answer(0.5, []),
  ]).toEqual([1, 0, 0, 1, 0]);
});

test("prices say in words what would be chosen and what it promises", () => {
  const words = (program: Program, dataset = three()) => {
    const plan = planned(program, dataset);
    const question = onlyCut(plan);
    return describeRelease(question, mechanismFor(priceOf(plan, pure(1)), question));
  };
  expect(words(twoCommonest)).toMatch(
    /^the 2 greatest of 3 sums by permute-and-flip; 95 times out of 100 each one's sum is within \d+/,
  );
  expect(words(above)).toMatch(
    /^whether each of 3 sums is above a threshold, until 2 were; .* lie more than \d+ from theirs/,
  );
  expect(words(median)).toMatch(/^in which of 3 bins the quantile lies .* at most \d+ rows lie between/);
});

test("what no choice can be made of is refused, free of charge", () => {
  const refusal = (program: () => Program, dataset = three()) => {
    try {
      const plan = planAnswer(program(), dataset);
      return plan.ok ? "planned" : plan.problem.code;
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(refusal(() => choiceOf("ChooseGreatest", { k: 4 }))).toContain("from 1 to 3 can be chosen");
  expect(refusal(() => choiceOf("ChooseGreatest", { k: 0 }))).toContain("from 1 to 3 can be chosen");
  expect(refusal(() => choiceOf("ChooseAbove", { thresholds: [1, 2] }))).toContain(
    "one for all, or one each",
  );
  expect(refusal(() => choiceOf("ChooseAbove", { thresholds: [1], mostAbove: 0 }))).toContain("1 or more");
  expect(refusal(() => choiceOf("ChooseQuantile", { q: 0 }, false))).toContain("one person's values");
  expect(refusal(() => choiceOf("ChooseQuantile", { q: 1 }, false))).toContain("one person's values");
  const unbounded = () => {
    const question = new Question();
    return question.program(
      question.op("ChooseQuantile", [question.op("Log", [question.input("c")])], { q: 0.5 }),
    );
  };
  expect(refusal(unbounded)).toBe("no-rule");
  const wide = () => {
    const question = new Question();
    const hot = question.op("OneHot", [question.input("c")], { depth: 65_536 });
    return question.program(question.op("ChooseGreatest", [hot], { k: 5 }));
  };
  expect(refusal(wide)).toBe("program-too-large");
});
