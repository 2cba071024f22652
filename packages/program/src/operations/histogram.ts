import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import { scalar } from "../tensor/plain-tensor.ts";
import type { Attributes, Lowering, Operation, Planned } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

const mostBins = 65_536;

/**
 * How many values of a column fall in each of `bins` equal parts of [min, max]; the last part holds its
 * upper end too (numpy.histogram). Values outside are not counted. One row counts in one bin at most.
 */
export const histogram: Operation = {
  name: "Histogram",
  inputs: [1, 1],
  attributes: { bins: { kind: "integer" }, min: { kind: "number" }, max: { kind: "number" } },
  shape: ([x], attributes) => {
    const { bins, min, max } = edges(attributes);
    if (x!.length !== 1) return err(doesNotFit("a histogram is taken of one column, [rows]"));
    if (bins < 1 || bins > mostBins)
      return err(doesNotFit(`a histogram of ${bins} bins: from 1 to ${mostBins} are possible`));
    if (!(min < max))
      return err(doesNotFit(`a histogram from ${min} to ${max}: the first end must be below the second`));
    if (!(Number.isFinite(max - min) && Number.isFinite(bins / (max - min))))
      return err(
        doesNotFit(`a histogram from ${min} to ${max}: its bins are too wide or too narrow to tell apart`),
      );
    return ok([bins]);
  },
  plain: ([x], attributes) => {
    const { bins, min, max } = edges(attributes);
    const data = new Float64Array(bins);
    for (const value of x!.data) {
      // The product may round up to `bins` for a value that is a hair below the upper end.
      const bin = Math.min(Math.floor((value - min) * (bins / (max - min))), bins - 1);
      if (value <= max && bin >= 0) data[bin]!++;
    }
    return { shape: [bins], data };
  },
  sensitivity: {
    rowByRow: () => err(noRule("Histogram", "one row alone has none", "take the histogram over all rows")),
    lower: (lowering, [x], attributes) =>
      x!.rowAxis === 0 ? countInBins(lowering, x!, attributes) : err(turnedRows("Histogram")),
  },
};

function countInBins(lowering: Lowering, x: Planned, attributes: Attributes): Result<Planned, Problem> {
  const hot = hotBins(lowering, x, attributes);
  return hot.ok ? lowering.sumRows(hot.value) : hot;
}

/** A one at each row's bin, [rows, bins], by the same arithmetic as the plain rule. */
export function hotBins(lowering: Lowering, x: Planned, attributes: Attributes): Result<Planned, Problem> {
  const shape = histogram.shape([x.shape], attributes);
  if (!shape.ok) return shape;
  const { bins, min, max } = edges(attributes);
  const number = (value: number) => lowering.constant(scalar(value));
  const offset = lowering.rowByRow("Sub", [x, number(min)], {});
  if (!offset.ok) return offset;
  const scaled = lowering.rowByRow("Mul", [offset.value, number(bins / (max - min))], {});
  if (!scaled.ok) return scaled;
  const bin = lowering.rowByRow("Floor", [scaled.value], {});
  if (!bin.ok) return bin;
  const held = lowering.rowByRow("Min", [bin.value, number(bins - 1)], {});
  if (!held.ok) return held;
  const isInside = lowering.rowByRow("LessOrEqual", [x, number(max)], {});
  if (!isInside.ok) return isInside;
  // There is no bin -1, so a value above the upper end is in none, like one below the lower.
  const placed = lowering.rowByRow("Where", [isInside.value, held.value, number(-1)], {});
  if (!placed.ok) return placed;
  return lowering.rowByRow("OneHot", [placed.value], { depth: bins });
}

function edges(attributes: Attributes): { bins: number; min: number; max: number } {
  return attributes as { bins: number; min: number; max: number };
}
