// Operations on two or three tensors, element by element. What broadcasting repeated is added up again.

import type { Applied, GradientRule } from "../gradient-rule.ts";
import type { GradientWriter } from "../gradient-writer.ts";

/** How the result rises with each input, before what was repeated is added up. */
type Slopes = (applied: Applied) => readonly ((() => number) | undefined)[];

function broadcast(slopes: Slopes): GradientRule {
  return (applied) =>
    slopes(applied).map(
      (slope, which) =>
        slope && (() => applied.write.sumTo(slope(), applied.write.shapeOf(applied.inputs[which]!))),
    );
}

/** The one that won takes the gradient; of two that are equal each takes half, as in torch. */
function extreme(wins: "Greater" | "Less"): GradientRule {
  return broadcast(({ write, inputs: [x, y], given }) => {
    const share = (mine: number, other: number) => {
      const half = write.only(write.apply("Equal", [mine, other]), write.times(given, 0.5));
      return write.apply("Where", [write.apply(wins, [mine, other]), given, half]);
    };
    return [() => share(x!, y!), () => share(y!, x!)];
  });
}

/** y x^(y - 1). Zero where y is, even at x = 0. */
function slopeOfBase(write: GradientWriter, x: number, y: number): number {
  const exponent = write.numberAt(y);
  if (exponent === 2) return write.times(x, 2);
  if (exponent !== undefined && exponent !== 0)
    return write.times(write.apply("Pow", [x, write.number(exponent - 1)]), exponent);
  const slope = write.mul(y, write.apply("Pow", [x, write.sub(y, write.number(1))]));
  return write.only(y, slope);
}

export const arithmeticRules: readonly (readonly [string, GradientRule])[] = [
  ["Add", broadcast(({ given }) => [() => given, () => given])],
  ["Sub", broadcast(({ write, given }) => [() => given, () => write.apply("Neg", [given])])],
  [
    "Mul",
    broadcast(({ write, inputs: [x, y], given }) => [() => write.mul(given, y!), () => write.mul(given, x!)]),
  ],
  [
    "Div",
    broadcast(({ write, inputs: [, y], output, given }) => [
      () => write.div(given, y!),
      () => write.apply("Neg", [write.mul(given, write.div(output, y!))]),
    ]),
  ],
  [
    "Pow",
    broadcast(({ write, inputs: [x, y], output, given }) => [
      () => write.mul(given, slopeOfBase(write, x!, y!)),
      () => write.mul(given, write.only(x!, write.mul(output, write.apply("Log", [x!])))),
    ]),
  ],
  ["Max", extreme("Greater")],
  ["Min", extreme("Less")],
  [
    "Where",
    broadcast(({ write, inputs: [condition], given }) => [
      undefined,
      () => write.only(condition!, given),
      () => write.apply("Where", [condition!, write.number(0), given]),
    ]),
  ],
];
