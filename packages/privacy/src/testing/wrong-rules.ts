// Rules that are wrong on purpose. The check that passes on the real ones must fail on each of these.

import { invariant } from "@unseen/base";
import { type Operation, operations, type RowsFacts } from "@unseen/program";
import { acrossRows, quantise } from "../planner/contribution.ts";
import { type Sensitivity, sensitivityOf } from "../planner/sensitivity.ts";
import { ownRules, type RulesOnTrial } from "./moved-sums.ts";
import { type SlowSteps, slowSums } from "./slow-sums.ts";

export type WrongRule = {
  readonly name: string;
  readonly rules: RulesOnTrial;
  /** Puts something wrong in place while the check runs, and takes it away again. */
  readonly during?: (check: () => boolean) => boolean;
};

type SensitivityRule = typeof sensitivityOf;

export const wrongRules: readonly WrongRule[] = [
  wrongSensitivity("it forgets that a person has several rows", (contribution, dataset) =>
    sensitivityOf(contribution, { ...dataset, mostRowsEach: 1 }),
  ),
  wrongSensitivity("it forgets one row of a person's", (contribution, dataset) =>
    sensitivityOf(contribution, { ...dataset, mostRowsEach: Math.max(1, dataset.mostRowsEach - 1) }),
  ),
  wrongSensitivity(
    "it counts the largest element alone where a row has many",
    ({ grid }, dataset): Sensitivity => {
      const each = elementsOf(grid).map((element) =>
        sensitivityOf({ grid: element, oneHot: false, across: acrossRows }, dataset),
      );
      return largest(each);
    },
  ),
  wrongSensitivity("it takes every row for one-hot", (contribution, dataset) =>
    sensitivityOf({ ...contribution, oneHot: true }, dataset),
  ),
  wrongSensitivity("it halves what a replaced person moves", (contribution, dataset) => {
    const right = sensitivityOf(contribution, dataset);
    return dataset.neighbours === "replace"
      ? { ...right, l1: right.l1 / 2n, l2Squared: right.l2Squared / 4n }
      : right;
  }),
  wrongSensitivity("it takes a replacement for a removal", (contribution, dataset) =>
    sensitivityOf(contribution, { ...dataset, neighbours: "add-or-remove" }),
  ),
  wrongSensitivity("it takes a removal for the replacement of one row by one", (contribution, dataset) =>
    sensitivityOf(contribution, {
      ...dataset,
      neighbours: "replace",
      oneRowEach: dataset.mostRowsEach === 1,
    }),
  ),
  wrongSensitivity("it takes every replaced person to have one row", (contribution, dataset) =>
    sensitivityOf(contribution, { ...dataset, oneRowEach: true }),
  ),
  wrongSensitivity(
    "it looks at the greatest value and not at the least",
    ({ grid, oneHot, across }, dataset) =>
      sensitivityOf({ grid: { ...grid, least: grid.greatest }, oneHot, across }, dataset),
  ),
  wrongSensitivity("it squares a row's length and not a person's", (contribution, dataset) => ({
    ...sensitivityOf(contribution, dataset),
    l2Squared: sensitivityOf(contribution, { ...dataset, mostRowsEach: 1 }).l2Squared,
  })),
  wrongSensitivity("it rounds the last step away", (contribution, dataset) => {
    const right = sensitivityOf(contribution, dataset);
    return { ...right, l1: right.l1 > 0n ? right.l1 - 1n : 0n };
  }),
  wrongSensitivity("one score moves by what a row adds, and not a person", (contribution, dataset) => ({
    ...sensitivityOf(contribution, dataset),
    each: sensitivityOf(contribution, { ...dataset, mostRowsEach: 1 }).each,
  })),
  wrongSensitivity("one score moves by what the first element can", (contribution, dataset) => ({
    ...sensitivityOf(contribution, dataset),
    each: sensitivityOf(
      { grid: elementsOf(contribution.grid)[0]!, oneHot: false, across: acrossRows },
      dataset,
    ).each,
  })),
  wrongSensitivity("it takes sums that may fall for sums that only rise", (contribution, dataset) => ({
    ...sensitivityOf(contribution, dataset),
    movesOneWay: dataset.neighbours === "add-or-remove",
  })),
  wrongSensitivity("it takes a replaced person to move all sums one way", (contribution, dataset) => ({
    ...sensitivityOf(contribution, dataset),
    movesOneWay: sensitivityOf(contribution, { ...dataset, neighbours: "add-or-remove" }).movesOneWay,
  })),
  wrongSums("what a formula gives is not clamped", (value, exponent, least, greatest) =>
    Number.isFinite(value)
      ? Math.floor(value * 2 ** -exponent + 0.5)
      : quantise(value, exponent, least, greatest),
  ),
  wrongSums("the greatest value is clamped and the least is not", (value, exponent, least, greatest) => {
    const steps = Math.floor(value * 2 ** -exponent + 0.5);
    return Number.isFinite(steps) ? Math.min(steps, greatest) : quantise(value, exponent, least, greatest);
  }),
  wrongSums("NaN passes", (value, exponent, least, greatest) =>
    Number.isNaN(value) ? Number.NaN : quantise(value, exponent, least, greatest),
  ),
  wrongSums("NaN becomes a number outside the bounds", (value, exponent, least, greatest) =>
    Number.isNaN(value) ? greatest + 1 : quantise(value, exponent, least, greatest),
  ),
  wrongPeople("a person adds to as many groups as they are in", { chosen: (parts) => parts }),
  wrongPeople("a person's total is not held", { heldTotal: (total) => total }),
  wrongPeople("a person's total is held above and not below", {
    heldTotal: (total, _, greatest) => (total > greatest ? greatest : total),
  }),
  wrongPeople("a person counts in the groups that most others are in", {
    chosen: (parts, { mostGroupsEach }, _, all) => {
      const size = (element: number) => all.filter((part) => part.element === element).length;
      return parts.toSorted((a, b) => size(b.element) - size(a.element)).slice(0, mostGroupsEach);
    },
  }),
  wrongForPeople("each row is held and not each person", (contribution, rows) => {
    const { across, grid } = contribution;
    if (across.kind === "rows") return ownRules.sums(contribution, rows);
    const within = {
      ...grid,
      least: grid.least.map((least, at) => Math.max(least, across.least[at]!)),
      greatest: grid.greatest.map((greatest, at) => Math.min(greatest, across.greatest[at]!)),
    };
    return slowSums({ heldTotal: (total) => total })({ ...contribution, grid: within }, rows);
  }),
  wrongForPeople("each row is a person", (contribution, rows) =>
    ownRules.sums(contribution, {
      ...rows,
      people: { ...rows.people, whose: rows.people.whose.map((_, row) => String(row)) },
    }),
  ),
  wrongSensitivity("it takes a person's one-hot rows to lie in one group", (contribution, dataset) => {
    const right = sensitivityOf(contribution, dataset);
    if (contribution.across.kind === "rows") return right;
    return sensitivityOf({ ...contribution, across: { ...contribution.across, mostGroupsEach: 1 } }, dataset);
  }),
  wrongSensitivity("it takes a replaced person to move the groups of one", (contribution, dataset) => {
    if (contribution.across.kind === "rows") return sensitivityOf(contribution, dataset);
    return sensitivityOf(contribution, { ...dataset, neighbours: "add-or-remove" });
  }),
  {
    name: "a person's rows are not bounded before they are summed",
    rules: { ...ownRules, rowsSeen: () => Number.MAX_SAFE_INTEGER },
  },
  {
    name: "a gather that repeats a column leaves the row one-hot, and the exact part does not look",
    rules: { ...ownRules, sums: slowSums({ holdsOneHot: false }) },
    during: (check) =>
      withOperation("Gather", claimingOneHot, () => withOperation("Concat", claimingOneHot, check)),
  },
];

function wrongSensitivity(name: string, sensitivity: SensitivityRule): WrongRule {
  return { name, rules: { ...ownRules, sensitivity } };
}

function wrongSums(name: string, held: typeof quantise): WrongRule {
  return { name, rules: { ...ownRules, sums: slowSums({ held }) } };
}

function wrongPeople(name: string, wrong: Partial<SlowSteps>): WrongRule {
  return wrongForPeople(name, slowSums(wrong));
}

function wrongForPeople(name: string, sums: RulesOnTrial["sums"]): WrongRule {
  return { name, rules: { ...ownRules, sums } };
}

function elementsOf(grid: Parameters<SensitivityRule>[0]["grid"]) {
  return Array.from(grid.exponent, (_, at) => ({
    exponent: grid.exponent.subarray(at, at + 1),
    least: grid.least.subarray(at, at + 1),
    greatest: grid.greatest.subarray(at, at + 1),
  }));
}

function largest(each: readonly Sensitivity[]): Sensitivity {
  return each.reduce((most, one) => (one.l1 > most.l1 ? one : most));
}

/** Replaces an operation's rule for one row while `check` runs. */
function withOperation(name: string, wrong: (right: Operation) => Operation, check: () => boolean): boolean {
  const right = operations.get(name);
  invariant(right !== undefined && operations instanceof Map, "the allow-list is a map of operations");
  operations.set(name, wrong(right));
  try {
    return check();
  } finally {
    operations.set(name, right);
  }
}

/** The result is called one-hot where the first input is. */
function claimingOneHot(right: Operation): Operation {
  return {
    ...right,
    sensitivity: {
      ...right.sensitivity,
      rowByRow: (inputs, attributes) => {
        const facts = right.sensitivity.rowByRow!(inputs, attributes);
        const oneHot = (inputs[0] as RowsFacts).oneHot ?? false;
        return facts.ok ? { ok: true, value: { ...facts.value, oneHot } } : facts;
      },
    },
  };
}
