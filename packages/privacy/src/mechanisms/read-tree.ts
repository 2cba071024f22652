// What a released tree tells: all of it post-processing, free, and usable through `afterRelease`.

import { invariant } from "@unseen/base";
import type { NoisedTree } from "./tree-sums.ts";

/** The noised sum of bins `from` up to, not including, `to`: by the fewest nodes, so that the error bar is stated. */
export function rangeSum({ branching, leaves, levels }: NoisedTree, from: number, to: number): bigint {
  invariant(0 <= from && from <= to && to <= leaves, "a range lies within the bins");
  let [left, right] = [from, to];
  let sum = 0n;
  for (const level of levels) {
    const isRoot = level.length === 1;
    while (left < right && (isRoot || left % branching !== 0)) sum += level[left++]!;
    while (left < right && right % branching !== 0) sum += level[--right]!;
    left /= branching;
    right /= branching;
    if (left >= right) break;
  }
  return sum;
}

/** Running sums: element i is the noised sum of the bins 0 to i. */
export function runningSums(tree: NoisedTree): readonly bigint[] {
  return Array.from({ length: tree.leaves }, (_, at) => rangeSum(tree, 0, at + 1));
}

/**
 * The leaves that fit all noised nodes best by least squares, so that children add up to their parents: Hay and
 * others 2010, on consistency. Fractions, in the unit of the sums; sums of them are more accurate than sums of noised leaves.
 */
export function consistentLeaves({ branching, leaves, levels }: NoisedTree): Float64Array {
  const upwards: Float64Array[] = [];
  for (const [level, noised] of levels.entries()) {
    const below = upwards[level - 1];
    // (b^l - b^(l-1)) / (b^l - 1) for a node of height l, leaves being of height 1; written to stay finite.
    const own = below === undefined ? 1 : (1 - 1 / branching) / (1 - branching ** -(level + 1));
    upwards.push(
      Float64Array.from(noised, (value, node) =>
        below === undefined
          ? Number(value)
          : own * Number(value) + (1 - own) * childrenOf(below, node, branching),
      ),
    );
  }
  let held = upwards.at(-1)!;
  for (let level = upwards.length - 2; level >= 0; level--) {
    const [estimated, above] = [upwards[level]!, held];
    held = estimated.map((value, node) => {
      const parent = Math.floor(node / branching);
      return value + (above[parent]! - childrenOf(estimated, parent, branching)) / branching;
    });
  }
  return held.slice(0, leaves);
}

/** The first bin at which the running sum of consistent leaves reaches `share` (0 to 1) of its total. */
export function quantileBin(tree: NoisedTree, share: number): number {
  invariant(share >= 0 && share <= 1, "a quantile is a share between 0 and 1");
  const leaves = consistentLeaves(tree);
  // Counts are not negative, so running sums do not fall: the greatest so far stands for each.
  const reached: number[] = [];
  let [sum, most] = [0, 0];
  for (const leaf of leaves) {
    sum += leaf;
    most = Math.max(most, sum);
    reached.push(most);
  }
  const wanted = share * most;
  return Math.max(
    0,
    reached.findIndex((value) => value >= wanted),
  );
}

function childrenOf(level: Float64Array, node: number, branching: number): number {
  let sum = 0;
  for (let child = 0; child < branching; child++) sum += level[node * branching + child]!;
  return sum;
}
