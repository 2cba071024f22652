import { err, ok } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import { groupsOf, mostGroupsEach, refusedLimit, sumOfFirstGroups } from "./count-people.ts";
import type { Attributes, Operation } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

/**
 * The sum over people of what each has in total, held between `least` and `greatest`: [rows] gives one number,
 * [rows, k] one for each of k groups, each held by itself. A person adds to `mostGroupsEach` groups at most, by
 * an order that is secret. Zero, which a person without such rows has, lies within the ends. In a workspace
 * each row is a person, and their first groups count.
 */
export const sumByPerson: Operation = {
  name: "SumByPerson",
  inputs: [1, 1],
  attributes: { least: { kind: "number" }, greatest: { kind: "number" }, mostGroupsEach },
  shape: ([x], attributes) => {
    if (x!.length === 0) return err(doesNotFit("a single number has no people to sum over"));
    const [least, greatest] = ends(attributes);
    if (!(least <= 0 && greatest >= 0 && least < greatest)) {
      return err(
        doesNotFit(
          `a person's total held within [${least}, ${greatest}]: zero must lie within, and not alone`,
        ),
      );
    }
    const limit = refusedLimit(attributes);
    return limit === undefined ? ok(x!.slice(1)) : err(limit);
  },
  plain: ([x], attributes) => {
    const [least, greatest] = ends(attributes);
    const held = (value: number) => (Number.isNaN(value) ? 0 : Math.min(Math.max(value, least), greatest));
    return sumOfFirstGroups(x!, attributes, held);
  },
  sensitivity: {
    rowByRow: () => err(noRule("SumByPerson", "one row is one person's", "sum over the people of all rows")),
    lower: (lowering, [x], attributes) => {
      if (x!.rowAxis !== 0) return err(turnedRows("SumByPerson"));
      const [least, greatest] = ends(attributes);
      return lowering.sumPeople(x!, { least, greatest, ...groupsOf(attributes) });
    },
  },
};

function ends(attributes: Attributes): readonly [least: number, greatest: number] {
  return [attributes.least as number, attributes.greatest as number];
}
