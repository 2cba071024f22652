// One quantile of a column by choice: which of equal bins it lies in, and not how many people are in any. One
// choice among a thousand bins is far more accurate than a histogram with noise on every bin; several quantiles
// share one histogram and would each need a choice of their own (`quantile.ts`, and docs/questions.md for figures).

import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, sameShape } from "../shape/shape.ts";
import { scalar } from "../tensor/plain-tensor.ts";
import { isFiniteEverywhere } from "./bounds.ts";
import { type ChoiceRule, choosePlainly } from "./choice-rule.ts";
import { clip } from "./clip.ts";
import { histogram, hotBins } from "./histogram.ts";
import { factsOf } from "./moments.ts";
import type { Attributes, Lowering, Operation, Planned } from "./operation.ts";
import { rangeOf, unboundedQuantile, widest } from "./quantile.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** More bins cost a choice the logarithm of their number, so it can look as finely as is worth reading. */
const usualBins = 1_024;
const mostBins = 4_096;
/** A share is held to whole parts of this many: ranks are whole numbers of it, far inside an int64. */
const sharesOfOne = 10_000;

/**
 * The value below which a share `q` of a column lies, as a list of one: the middle of the bin that was chosen, or,
 * in a column of whole numbers of which each has its bin, that number. `bounds` as in Quantile. A second input chooses
 * the rows that count: those where it is not zero.
 */
export const chooseQuantile: Operation = {
  name: "ChooseQuantile",
  inputs: [1, 2],
  attributes: {
    q: { kind: "number" },
    bounds: { kind: "numbers", default: [] },
    bins: { kind: "integer", default: usualBins },
  },
  shape: ([x, condition], attributes) => {
    const { q, bins } = attributes as { q: number; bins: number };
    const bounds = attributes.bounds as readonly number[];
    if (x!.length !== 1) return err(doesNotFit("a quantile is taken of one column, [rows]"));
    if (condition !== undefined && !sameShape(condition, x!))
      return err(doesNotFit("the rows of a quantile are chosen by one number for each"));
    if (!(q >= 1 / sharesOfOne && q <= 1 - 1 / sharesOfOne)) {
      return err(
        doesNotFit(
          "a quantile's share q lies between 0 and 1, and the ends are one person's values: the median is quantile(0.5), and quantile(0.01) is near the least",
        ),
      );
    }
    if (bins < 1 || bins > mostBins)
      return err(doesNotFit(`a quantile by ${bins} bins: from 1 to ${mostBins} are possible`));
    if (bounds.length === 0) return ok([1]);
    if (bounds.length !== 2)
      return err(doesNotFit("the bounds of a quantile are two numbers: [least, greatest]"));
    const counted = histogram.shape([x!], { bins, min: bounds[0]!, max: bounds[1]! });
    return counted.ok ? ok([1]) : counted;
  },
  plain: ([x, condition], attributes) => {
    const given = attributes.bounds as readonly number[];
    const [min, max] = (given.length === 2 ? given : widest(x!.data)) as [number, number];
    if (x!.data.length === 0 || !(min < max)) return { shape: [1], data: Float64Array.of(min / 2 + max / 2) };
    const bins = binsOver(min, max, x!.data.every(Number.isInteger), attributes.bins as number);
    const data = condition === undefined ? x!.data : x!.data.filter((_, at) => condition.data[at] !== 0);
    const counts = histogram.plain([clip.plain([{ shape: [data.length], data }], { min, max })], bins);
    const [place] = choosePlainly(ruleOf(attributes), counts.data);
    return { shape: [1], data: Float64Array.of(middleOfBin(place!, bins)) };
  },
  sensitivity: {
    rowByRow: () =>
      err(noRule("ChooseQuantile", "one row alone has none", "take the quantile over all rows")),
    lower: (lowering, [x, condition], attributes) =>
      x!.rowAxis === 0
        ? chosenOverRows(lowering, x!, condition, attributes)
        : err(turnedRows("ChooseQuantile")),
  },
};

type Bins = { readonly bins: number; readonly min: number; readonly max: number };

/** Whole numbers that all have room get a bin each, with themselves in the middle. */
function binsOver(min: number, max: number, isWhole: boolean, bins: number): Bins {
  const numbers = max - min + 1;
  const areWhole = isWhole && [min, max].every((end) => Number.isInteger(end) && Math.abs(end) < 2 ** 50);
  const fits = areWhole && numbers <= bins;
  return fits ? { bins: numbers, min: min - 0.5, max: max + 0.5 } : { bins, min, max };
}

function middleOfBin(place: number, { bins, min, max }: Bins): number {
  return (place + 0.5) * ((max - min) / bins) + min;
}

function ruleOf(attributes: Attributes): ChoiceRule {
  return { by: "rank", num: Math.round((attributes.q as number) * sharesOfOne), den: sharesOfOne };
}

function chosenOverRows(
  lowering: Lowering,
  x: Planned,
  condition: Planned | undefined,
  attributes: Attributes,
): Result<Planned, Problem> {
  const given = attributes.bounds as readonly number[];
  if (given.length === 0 && !isFiniteEverywhere(factsOf(x))) return err(unboundedQuantile("ChooseQuantile"));
  const [min, max] = rangeOf(given, factsOf(x));
  if (min === max) return ok(lowering.constant({ shape: [1], data: Float64Array.of(min) }));
  const held = lowering.rowByRow("Clip", [x], { min, max });
  if (!held.ok) return held;
  const bins = binsOver(min, max, factsOf(held.value).integral, attributes.bins as number);
  // Below all bins nothing is counted.
  const below = Math.max(bins.min - (bins.max - bins.min), -Number.MAX_VALUE);
  const outside = lowering.constant(scalar(below));
  const chosen =
    condition === undefined ? held : lowering.rowByRow("Where", [condition, held.value, outside]);
  const hot = chosen.ok ? hotBins(lowering, chosen.value, bins) : chosen;
  const place = hot.ok ? lowering.chooseFromSums(hot.value, ruleOf(attributes)) : hot;
  if (!place.ok) return place;
  const number = (value: number) => lowering.constant(scalar(value));
  const middle = lowering.apply("Add", [place.value, number(0.5)]);
  const along = middle.ok
    ? lowering.apply("Mul", [middle.value, number((bins.max - bins.min) / bins.bins)])
    : middle;
  return along.ok ? lowering.apply("Add", [along.value, number(bins.min)]) : along;
}
