import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, printShape } from "../shape/shape.ts";
import { mapTensor, type PlainTensor, scalar, sizeOf } from "../tensor/plain-tensor.ts";
import { covariance } from "./covariance.ts";
import { factsOf, leastVarianceOf } from "./moments.ts";
import type { Lowering, Operation, Planned } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** Correlation of the columns of [n, k]: a symmetric [k, k] in [-1, 1] with ones on its diagonal (numpy.corrcoef). */
export const correlation: Operation = {
  name: "Correlation",
  inputs: [1, 1],
  attributes: {},
  shape: ([x]) =>
    x!.length === 2
      ? ok([x![1]!, x![1]!])
      : err(doesNotFit(`correlation takes rows and columns, [n, k], not ${printShape(x!)}`)),
  // A column that does not vary has none: NaN beside the diagonal, as the quotient says.
  plain: ([x]) => {
    const size = x!.shape[1]!;
    const together = covariance.plain([x!], { correction: 0 });
    const spread = Array.from({ length: size }, (_, at) => Math.sqrt(together.data[at * size + at]!));
    return held(together, (value, i, j) => value / spread[i]! / spread[j]!);
  },
  sensitivity: {
    rowByRow: () =>
      err(noRule("Correlation", "one row alone has none", "take the correlation over all rows")),
    lower: (lowering, [x]) =>
      x!.rowAxis === 0 ? correlationOverRows(lowering, x!) : err(turnedRows("Correlation")),
  },
};

function held({ shape, data }: PlainTensor, quotient: (value: number, i: number, j: number) => number) {
  const size = shape[0]!;
  return mapTensor(
    {
      shape,
      data: data.map((value, at) => {
        const [i, j] = [Math.floor(at / size), at % size];
        return i === j ? 1 : quotient(value, i, j);
      }),
    },
    (value) => Math.min(Math.max(value, -1), 1),
  );
}

/** The released covariance by the released deviations, none of which is taken for zero. */
function correlationOverRows(lowering: Lowering, x: Planned): Result<Planned, Problem> {
  const size = x.shape[1] as number;
  const together = lowering.apply("Covariance", [x], { correction: 0 });
  if (!together.ok) return together;
  const list = lowering.apply("Reshape", [together.value], { shape: [size * size] });
  if (!list.ok) return list;
  const diagonal = Float64Array.from({ length: size }, (_, at) => at * (size + 1));
  const own = lowering.apply("Gather", [list.value, lowering.constant({ shape: [size], data: diagonal })], {
    axis: 0,
  });
  if (!own.ok) return own;
  // A column that the card says is always the same has a bound of zero: any divisor will do.
  const least = leastVarianceOf(factsOf(x)).map((value) => (value > 0 ? value : 1));
  const floored = lowering.apply("Max", [own.value, lowering.constant({ shape: [size], data: least })]);
  const spread = floored.ok ? lowering.apply("Sqrt", [floored.value]) : floored;
  if (!spread.ok) return spread;
  const column = lowering.apply("Reshape", [spread.value], { shape: [size, 1] });
  if (!column.ok) return column;
  const byColumn = lowering.apply("Div", [together.value, column.value]);
  const byBoth = byColumn.ok ? lowering.apply("Div", [byColumn.value, spread.value]) : byColumn;
  const clipped = byBoth.ok ? lowering.apply("Clip", [byBoth.value], { min: -1, max: 1 }) : byBoth;
  if (!clipped.ok) return clipped;
  const identity = held({ shape: [size, size], data: new Float64Array(sizeOf([size, size])) }, () => 0);
  return lowering.apply("Where", [lowering.constant(identity), lowering.constant(scalar(1)), clipped.value]);
}
