// Sums that hold what each person has in total, and not each row: a person with many rows adds no more than one who
// has few, and less noise is needed.

import type { GroupsEach } from "@unseen/program";
import type { PrivateTensor } from "../datasets/private-tensor.ts";

/** The ends of one person's total, chosen without looking. Zero, which a person without rows has, lies within. */
export type HeldByPerson = GroupsEach & {
  readonly least?: number;
  readonly greatest: number;
};

/** The sum over people of what each has in total in the rows that `chosen` marks, in each of its columns. */
export function sumByPerson(
  values: PrivateTensor,
  chosen: PrivateTensor,
  { least = 0, greatest, ...groups }: HeldByPerson,
): PrivateTensor {
  const upright = chosen.shape.length === 1 ? values : values.reshape([0, 1]);
  // A product and not a choice: the planner then knows that a row stays in one group.
  return chosen.mul(upright).sumByPerson(least, greatest, groups);
}

/**
 * What a person has in total on average, of those with a row that is chosen. Half of the price goes to the sum and half
 * to the number of people. Where there is nobody, the noise around zero.
 */
export function meanByPerson(
  values: PrivateTensor,
  chosen: PrivateTensor,
  held: HeldByPerson,
): PrivateTensor {
  const { least = 0, greatest, ...groups } = held;
  const people = chosen.countPeople(groups).maximum(1);
  return sumByPerson(values, chosen, held).div(people).clip(least, greatest);
}
