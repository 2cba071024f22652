// Operations that work on each element by itself: one number function, one interval function.

import { ok } from "@unseen/base";
import { broadcastShapes } from "../shape/shape.ts";
import { mapTensor, zip } from "../tensor/plain-tensor.ts";
import { type Interval, isIntegral, mapIntervals } from "./bounds.ts";
import type { Operation } from "./operation.ts";

export type Unary = {
  readonly plain: (x: number) => number;
  /** The values that the function takes on an interval. */
  readonly bounds: (x: Interval) => Interval;
  /** f(0) is 0, so a row with one nonzero element keeps at most one. */
  readonly keepsZero?: boolean;
  /** "kept" from whole inputs, "always", or never. */
  readonly integral?: "kept" | "always";
  readonly unbounded?: string;
};

export function unary(name: string, rule: Unary): Operation {
  return {
    name,
    inputs: [1, 1],
    attributes: {},
    shape: ([x]) => ok(x!),
    plain: ([x]) => mapTensor(x!, rule.plain),
    sensitivity: {
      rowByRow: (inputs) =>
        ok(
          mapIntervals(inputs, ([x]) => rule.bounds(x!), {
            oneHot:
              (rule.keepsZero ?? false) && inputs.some((input) => input.kind === "rows" && input.oneHot),
            integral: rule.integral === "always" || (rule.integral === "kept" && inputs.every(isIntegral)),
            ...(rule.unbounded === undefined ? {} : { because: rule.unbounded }),
          }),
        ),
    },
  };
}

/** An increasing function: its bounds are its values at the ends. */
export function increasing(f: (x: number) => number): (x: Interval) => Interval {
  return ([lo, hi]) => [f(lo), f(hi)];
}

export type Binary = {
  readonly plain: (x: number, y: number) => number;
  readonly bounds: (x: Interval, y: Interval) => Interval;
  readonly integral?: "kept" | "always";
  /** "either": one factor that is zero makes zero. "left": the first is a numerator. "both": f(0, 0) is 0 only. */
  readonly zero?: "either" | "left";
  readonly unbounded?: string;
};

export function binary(name: string, rule: Binary): Operation {
  return {
    name,
    inputs: [2, 2],
    attributes: {},
    shape: ([x, y]) => broadcastShapes(x!, y!),
    plain: ([x, y]) => zip(x!, y!, rule.plain),
    sensitivity: {
      rowByRow: (inputs) => {
        const oneHot = inputs.map((input) => input.kind === "rows" && input.oneHot);
        const facts = mapIntervals(inputs, ([x, y]) => rule.bounds(x!, y!), {
          integral: rule.integral === "always" || (rule.integral === "kept" && inputs.every(isIntegral)),
          ...(rule.unbounded === undefined ? {} : { because: rule.unbounded }),
        });
        // A one-hot row of shape [1] stretched over k columns would hold k nonzero elements.
        const keeps = inputs.some(
          (input, which) =>
            oneHot[which] &&
            (rule.zero === "either" || (rule.zero === "left" && which === 0)) &&
            input.kind === "rows" &&
            input.lo.length === facts.lo.length,
        );
        return ok({ ...facts, oneHot: keeps });
      },
    },
  };
}

/** A comparison gives 1 where it holds and 0 where it does not. */
export function comparison(name: string, holds: (x: number, y: number) => boolean): Operation {
  return binary(name, { plain: (x, y) => (holds(x, y) ? 1 : 0), bounds: () => [0, 1], integral: "always" });
}
