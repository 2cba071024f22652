import type { GradientRule } from "../gradient-rule.ts";
import type { GradientWriter } from "../gradient-writer.ts";

type Slope = (write: GradientWriter, x: number, y: number) => number;

/** The gradient of a function of one number is what is given times its slope, written with x and y = f(x). */
function bySlope(slope: Slope): GradientRule {
  return ({ write, inputs: [x], output, given }) => [() => write.mul(given, slope(write, x!, output))];
}

const one = (write: GradientWriter) => write.number(1);
const squared = (write: GradientWriter, x: number) => write.mul(x, x);

/** The square root of 1 - x^2. */
const oppositeSide: Slope = (write, x) => write.apply("Sqrt", [write.sub(one(write), squared(write, x))]);

const densityOfNormal: Slope = (write, x) =>
  write.times(write.apply("Exp", [write.times(squared(write, x), -0.5)]), 1 / Math.sqrt(2 * Math.PI));

const shareOfNormal: Slope = (write, x) =>
  write.times(write.add(one(write), write.apply("Erf", [write.times(x, Math.SQRT1_2)])), 0.5);

/** At the kink of Abs and Relu the slope is 0, as in torch. */
export const elementwiseRules: readonly (readonly [string, GradientRule])[] = [
  ["Abs", bySlope((write, x) => write.apply("Sign", [x]))],
  ["Acos", bySlope((write, x, y) => write.div(write.number(-1), oppositeSide(write, x, y)))],
  ["Asin", bySlope((write, x, y) => write.div(one(write), oppositeSide(write, x, y)))],
  [
    "Asinh",
    bySlope((write, x) =>
      write.div(one(write), write.apply("Sqrt", [write.add(squared(write, x), one(write))])),
    ),
  ],
  ["Atan", bySlope((write, x) => write.div(one(write), write.add(squared(write, x), one(write))))],
  ["Cos", bySlope((write, x) => write.apply("Neg", [write.apply("Sin", [x])]))],
  ["Cosh", bySlope((write, x) => write.apply("Sinh", [x]))],
  [
    "Erf",
    bySlope((write, x) =>
      write.times(write.apply("Exp", [write.apply("Neg", [squared(write, x)])]), 2 / Math.sqrt(Math.PI)),
    ),
  ],
  ["Exp", bySlope((_, __, y) => y)],
  [
    "Gelu",
    bySlope((write, x, y) =>
      write.add(shareOfNormal(write, x, y), write.mul(x, densityOfNormal(write, x, y))),
    ),
  ],
  ["Log", ({ write, inputs: [x], given }) => [() => write.div(given, x!)]],
  ["Neg", ({ write, given }) => [() => write.apply("Neg", [given])]],
  ["Reciprocal", bySlope((write, _, y) => write.apply("Neg", [squared(write, y)]))],
  [
    "Relu",
    ({ write, inputs: [x], given }) => [
      () => write.only(write.apply("Greater", [x!, write.number(0)]), given),
    ],
  ],
  ["Sigmoid", bySlope((write, _, y) => write.mul(y, write.sub(one(write), y)))],
  ["Sin", bySlope((write, x) => write.apply("Cos", [x]))],
  ["Sinh", bySlope((write, x) => write.apply("Cosh", [x]))],
  ["Sqrt", ({ write, output, given }) => [() => write.div(write.times(given, 0.5), output)]],
  ["Tan", bySlope((write, _, y) => write.add(squared(write, y), one(write)))],
  ["Tanh", bySlope((write, _, y) => write.sub(one(write), squared(write, y)))],
  [
    "Clip",
    ({ write, inputs: [x], attributes, given }) => [
      () => {
        const least = write.apply("GreaterOrEqual", [x!, write.number(attributes.min as number)]);
        const most = write.apply("LessOrEqual", [x!, write.number(attributes.max as number)]);
        return write.only(write.apply("And", [least, most]), given);
      },
    ],
  ],
];
