import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import { isIntegral } from "./bounds.ts";
import type { Attributes, Facts, Lowering, Operation, Planned } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** In how many groups one person counts at most; 0 sets no limit. */
export const mostGroupsEach = { kind: "integer", default: 0 } as const;

/**
 * How many different people have a row where the condition is not zero: [rows] gives one number, [rows, k] one
 * for each of k groups. A person with many such rows counts once in a group, and in `mostGroupsEach` groups at
 * most, by an order that is secret. In a workspace each row is a person, and their first groups count.
 */
export const countPeople: Operation = {
  name: "CountPeople",
  inputs: [1, 1],
  attributes: { mostGroupsEach },
  shape: ([condition], attributes) => {
    if (condition!.length === 0) return err(doesNotFit("a single number has no people to count"));
    const limit = refusedLimit(attributes);
    return limit === undefined ? ok(condition!.slice(1)) : err(limit);
  },
  plain: ([condition], attributes) =>
    sumOfFirstGroups(condition!, attributes, (value) => (value === 0 ? 0 : 1)),
  sensitivity: {
    rowByRow: () => err(noRule("CountPeople", "one row is one person's", "count the people of all rows")),
    lower: (lowering, [condition], attributes) => {
      if (condition!.rowAxis !== 0) return err(turnedRows("CountPeople"));
      const { publicPeopleCount } = lowering;
      if (publicPeopleCount !== undefined && choosesEverybody(condition!.facts)) {
        const { shape, lo } = rowsOf(condition!.facts);
        return ok(lowering.constant({ shape, data: new Float64Array(lo.length).fill(publicPeopleCount) }));
      }
      const chosen = indicator(lowering, condition!);
      if (!chosen.ok) return chosen;
      return lowering.sumPeople(chosen.value, { least: 0, greatest: 1, ...groupsOf(attributes) });
    },
  },
};

export function refusedLimit(attributes: Attributes): Problem | undefined {
  const limit = attributes.mostGroupsEach as number;
  return limit >= 0
    ? undefined
    : doesNotFit(`mostGroupsEach of ${limit}: a person counts in at least one group, and 0 sets no limit`);
}

export function groupsOf(attributes: Attributes): { readonly mostGroupsEach: number | undefined } {
  const limit = attributes.mostGroupsEach as number;
  return { mostGroupsEach: limit === 0 ? undefined : limit };
}

/** Sums over the first axis, of each row's first `mostGroupsEach` numbers that are not zero. */
export function sumOfFirstGroups(
  x: PlainTensor,
  attributes: Attributes,
  f: (value: number) => number,
): PlainTensor {
  const shape = x.shape.slice(1);
  const width = shape.reduce((product, size) => product * size, 1);
  const most = groupsOf(attributes).mostGroupsEach ?? width;
  const data = new Float64Array(width);
  for (let row = 0; row < x.shape[0]!; row++) {
    let counted = 0;
    for (let at = 0; at < width && counted < most; at++) {
      const value = f(x.data[row * width + at]!);
      if (value === 0) continue;
      data[at]! += value;
      counted++;
    }
  }
  return { shape, data };
}

/** Zero cannot be anybody's value, so with one group nobody is left out. */
function choosesEverybody(facts: Facts): boolean {
  const { lo, hi } = rowsOf(facts);
  return lo.length === 1 && (lo[0]! > 0 || hi[0]! < 0);
}

function rowsOf(facts: Facts): Extract<Facts, { readonly kind: "rows" }> {
  if (facts.kind !== "rows") throw new Error("what has a row axis is of rows");
  return facts;
}

/** The condition as 0 and 1 for each row; a one-hot one stays one. */
function indicator(lowering: Lowering, condition: Planned): Result<Planned, Problem> {
  const { lo, hi } = rowsOf(condition.facts);
  const isIndicator =
    isIntegral(condition.facts) && lo.every((value) => value >= 0) && hi.every((value) => value <= 1);
  if (isIndicator) return ok(condition);
  const isZero = lowering.rowByRow("Not", [condition], {});
  return isZero.ok ? lowering.rowByRow("Not", [isZero.value], {}) : isZero;
}
