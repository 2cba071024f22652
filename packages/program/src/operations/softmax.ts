import { err, ok } from "@unseen/base";
import { axisFromFront, resolveAxis, rowAxisOf, type Shape } from "../shape/shape.ts";
import { aroundAxis, type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";
import { rowIntervals, rowsFacts, tidy } from "./bounds.ts";
import type { Attributes, Operation } from "./operation.ts";
import { noRule } from "./refusals.ts";

const attributes = { axis: { kind: "integer", default: -1 } } as const;

/** exp(x) over its sum along one axis, the greatest taken off first, so that no power overflows. */
export const softmax: Operation = {
  name: "Softmax",
  inputs: [1, 1],
  attributes,
  shape: ([x], given) => alongOwnAxis("Softmax", x!, given),
  plain: ([x], given) =>
    overLines(x!, given, (line) => {
      const greatest = greatestOf(line);
      const powers = line.map((value) => Math.exp(value - greatest));
      const total = powers.reduce((sum, power) => sum + power, 0);
      return powers.map((power) => power / total);
    }),
  sensitivity: {
    rowByRow: ([x]) => {
      const { shape } = rowIntervals(x!);
      const size = sizeOf(shape);
      return ok(rowsFacts(shape, new Float64Array(size), new Float64Array(size).fill(1), [x!]));
    },
  },
};

/** The logarithm of Softmax, without the rounding of small powers to zero. */
export const logSoftmax: Operation = {
  name: "LogSoftmax",
  inputs: [1, 1],
  attributes,
  shape: ([x], given) => alongOwnAxis("LogSoftmax", x!, given),
  plain: ([x], given) =>
    overLines(x!, given, (line) => {
      const greatest = greatestOf(line);
      const total = line.reduce((sum, value) => sum + Math.exp(value - greatest), 0);
      return line.map((value) => value - greatest - Math.log(total));
    }),
  sensitivity: {
    // Least where the element is least and every other greatest; never above zero.
    rowByRow: ([x], given) => {
      const row = rowIntervals(x!);
      const inside = { axis: axisFromFront(given.axis as number, row.shape.length + 1) - 1 };
      const greatest = overLines({ shape: row.shape, data: row.hi }, inside, (line) =>
        line.fill(greatestOf(line) + Math.log(line.length)),
      );
      const lo = row.lo.map((value, at) => tidy([value - greatest.data[at]!, 0])[0]);
      const because = "a logarithm has no bound where the numbers it compares have none";
      return ok(rowsFacts(row.shape, lo, new Float64Array(lo.length), [x!], { because }));
    },
  },
};

function alongOwnAxis(name: string, x: Shape, given: Attributes) {
  const axis = resolveAxis(given.axis as number, x.length);
  if (!axis.ok) return axis;
  if (axis.value !== rowAxisOf(x)) return ok(x);
  return err(
    noRule(name, "it would weigh one person's row against all others'", "take it along the columns"),
  );
}

function greatestOf(line: Float64Array): number {
  return line.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

/** Applies `f` to each line along the axis. */
function overLines(x: PlainTensor, given: Attributes, f: (line: Float64Array) => Float64Array): PlainTensor {
  const { outer, size, inner } = aroundAxis(x.shape, axisFromFront(given.axis as number, x.shape.length));
  const data = new Float64Array(x.data.length);
  for (let block = 0; block < outer; block++) {
    for (let within = 0; within < inner; within++) {
      const place = (step: number) => (block * size + step) * inner + within;
      const line = f(Float64Array.from({ length: size }, (_, step) => x.data[place(step)]!));
      for (let step = 0; step < size; step++) data[place(step)] = line[step]!;
    }
  }
  return { shape: x.shape, data };
}
