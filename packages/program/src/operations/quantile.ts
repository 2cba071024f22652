// Several quantiles of a column at one price, by a histogram over public bounds, of which all is released at once.
//
// Flat and not a tree: a person is in one bin of a flat histogram, so each running count carries the noise
// of up to B bins, of variance 2 / epsilon^2 each, B / epsilon^2 on average. A binary tree has log2 B
// levels and a person is in each, so a node's noise has a variance of 2 (log2 B)^2 / epsilon^2 and a
// running count adds log2 B / 2 nodes: (log2 B)^3 / epsilon^2. At 256 bins that is 512 for the tree against
// 256; at 1,024 both are a thousand, and with fewer bins the flat one wins.

import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import { isFiniteEverywhere } from "./bounds.ts";
import { clip } from "./clip.ts";
import { histogram } from "./histogram.ts";
import { factsOf } from "./moments.ts";
import type { Attributes, Lowering, Operation, Planned, RowsFacts } from "./operation.ts";
import { readQuantiles, sharesOf } from "./quantile-of-counts.ts";
import { noRule, turnedRows } from "./refusals.ts";

/**
 * Enough that the straight line within a bin is close, and few enough that the noise of a small dataset does
 * not drown the counts (`npm run examples -- analysis` prints both sides). A hundred thousand rows can afford
 * 1,024, where a tree draws level.
 */
const usualBins = 64;
const mostBins = 1_024;

/**
 * The values below which a share q of a column lies. `bounds` is the range that is looked through: values
 * outside count at its nearer end. Left out, it is what the card declares (of private rows), or the
 * least and greatest value (of numbers in the open).
 */
export const quantile: Operation = {
  name: "Quantile",
  inputs: [1, 1],
  attributes: {
    q: { kind: "numbers" },
    bounds: { kind: "numbers", default: [] },
    bins: { kind: "integer", default: usualBins },
  },
  shape: ([x], attributes) => {
    const bins = attributes.bins as number;
    const bounds = attributes.bounds as readonly number[];
    const shares = sharesOf(attributes);
    if (!shares.ok) return shares;
    if (x!.length !== 1) return err(doesNotFit("a quantile is taken of one column, [rows]"));
    if (bins < 1 || bins > mostBins)
      return err(doesNotFit(`quantiles by ${bins} bins: from 1 to ${mostBins} are possible`));
    if (bounds.length !== 0 && bounds.length !== 2)
      return err(doesNotFit("the bounds of a quantile are two numbers: [least, greatest]"));
    if (bounds.length === 0) return ok([shares.value.length]);
    const counted = histogram.shape([x!], { bins, min: bounds[0]!, max: bounds[1]! });
    return counted.ok ? ok([shares.value.length]) : counted;
  },
  plain: ([x], attributes) => {
    const q = attributes.q as readonly number[];
    const given = attributes.bounds as readonly number[];
    const [min, max] = (given.length === 2 ? given : widest(x!.data)) as [number, number];
    const middle = Float64Array.from(q, () => min / 2 + max / 2);
    if (x!.data.length === 0 || !(min < max)) return { shape: [q.length], data: middle };
    const held = clip.plain([x!], { min, max });
    const counts = histogram.plain([held], { bins: attributes.bins as number, min, max });
    return { shape: [q.length], data: readQuantiles(counts.data, q, min, max) };
  },
  sensitivity: {
    rowByRow: () => err(noRule("Quantile", "one row alone has none", "take the quantile over all rows")),
    lower: (lowering, [x], attributes) =>
      x!.rowAxis === 0 ? quantileOverRows(lowering, x!, attributes) : err(turnedRows("Quantile")),
  },
};

/** NaN is not a value: it counts where it is clipped to. */
export function widest(data: Float64Array): readonly [number, number] {
  const known = data.filter((value) => Number.isFinite(value));
  if (known.length === 0) return [0, 0];
  return [
    known.reduce((least, value) => Math.min(least, value)),
    known.reduce((most, value) => Math.max(most, value)),
  ];
}

function quantileOverRows(lowering: Lowering, x: Planned, attributes: Attributes): Result<Planned, Problem> {
  const { q, bins } = attributes as { q: readonly number[]; bins: number };
  const [given, facts] = [attributes.bounds as readonly number[], factsOf(x)];
  if (given.length === 0 && !isFiniteEverywhere(facts)) return err(unboundedQuantile("Quantile"));
  const [min, max] = rangeOf(given, facts);
  // The card leaves one value, so every quantile is that one.
  if (min === max)
    return ok(lowering.constant({ shape: [q.length], data: new Float64Array(q.length).fill(min) }));
  const held = lowering.rowByRow("Clip", [x], { min, max });
  if (!held.ok) return held;
  const counts = lowering.apply("Histogram", [held.value], { bins, min, max });
  return counts.ok ? lowering.apply("QuantileOfCounts", [counts.value], { q, min, max }) : counts;
}

export function unboundedQuantile(operation: string): Problem {
  return noRule(
    operation,
    "the values have no declared bounds to look through",
    "give the range: quantile(q, { bounds: [least, greatest] })",
  );
}

/** The range that is looked through: given, or else what is known of a row. */
export function rangeOf(given: readonly number[], { lo, hi }: RowsFacts): readonly [number, number] {
  return [given[0] ?? lo[0]!, given[1] ?? hi[0]!];
}
