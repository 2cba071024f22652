// Element by element, with numpy's broadcasting: axes along which both sides move alike, or one stands still, are gone over
// as one, so a bias or a column costs one call a row or a plane, and equal shapes one call in all.

import type { FloatKernels } from "./float-kernels.ts";
import { type Lowered, type Lowering, noScratch, type Placed } from "./steps.ts";

const kinds = {
  Add: { kernel: "add" },
  Sub: { kernel: "sub" },
  Mul: { kernel: "mul" },
  Div: { kernel: "div" },
  Max: { kernel: "greatest" },
  Min: { kernel: "least" },
  Greater: { kernel: "isGreater" },
  GreaterOrEqual: { kernel: "isGreaterOrEqual" },
  Equal: { kernel: "isEqual" },
  Less: { kernel: "isGreater", isTurned: true },
  LessOrEqual: { kernel: "isGreaterOrEqual", isTurned: true },
} as const satisfies Record<string, { readonly kernel: keyof FloatKernels; readonly isTurned?: true }>;

export type PairOperation = keyof typeof kinds;
export const pairOperations = Object.keys(kinds) as readonly PairOperation[];

/** Four copies of one number, for each side. */
const copiesBytes = 32;

export function lowerPairs(
  name: PairOperation,
): (inputs: readonly (readonly number[])[], output: readonly number[]) => Lowered {
  const { kernel, isTurned } = { isTurned: false, ...kinds[name] };
  return (_inputs, output) => ({
    scratchBytes: copiesBytes,
    step: (sides, out, scratchAt) => {
      const [a, b] = (isTurned ? sides.toReversed() : sides) as readonly [Placed, Placed];
      const walk = walkOver([a, b], output);
      const [aIsOne, bIsOne] = walk.isStill as readonly [boolean, boolean];
      const [aStep, bStep] = [aIsOne ? 0 : 4, bIsOne ? 0 : 4];
      return (kernels) => {
        const run = kernels[kernel];
        walk.each(out.at, ([left, right], to) => {
          if (aIsOne) kernels.splat(left!, scratchAt);
          if (bIsOne) kernels.splat(right!, scratchAt + 16);
          run(aIsOne ? scratchAt : left!, aStep, bIsOne ? scratchAt + 16 : right!, bStep, to, walk.length);
        });
      };
    },
  });
}

export const where: Lowering = (_inputs, output) =>
  noScratch((sides, out) => {
    const walk = walkOver(sides, output);
    const [c, x, y] = walk.isStill.map((isStill) => (isStill ? 0 : 4)) as [number, number, number];
    return (kernels) =>
      walk.each(out.at, ([condition, ifSo, ifNot], to) =>
        kernels.choose(condition!, c, ifSo!, x, ifNot!, y, to, walk.length),
      );
  });

/** Copies one value to a larger shape. */
export const expand: Lowering = (_inputs, output) =>
  noScratch(([source], out) => {
    const walk = walkOver([source!], output);
    const size = walk.isStill[0] ? [1, walk.length, 1] : [1, 1, walk.length];
    return (kernels: FloatKernels) =>
      walk.each(out.at, ([from], to) => kernels.spreadAxis(from!, size[0]!, size[1]!, size[2]!, to));
  });

type Walk = {
  /** Elements of one call, and which sides stand still in it. */
  readonly length: number;
  readonly isStill: readonly boolean[];
  each(out: number, call: (sides: readonly number[], out: number) => void): void;
};

type Axis = { size: number; readonly isStill: readonly boolean[] };

function walkOver(sides: readonly Placed[], output: readonly number[]): Walk {
  const axes = mergedAxes(
    sides.map(({ shape }) => shape),
    output,
  );
  const inner = axes.pop() ?? { size: 1, isStill: sides.map(() => false) };
  const outer = axes;
  const starts = sides.map(({ at }) => at);
  const strides = sides.map((_, side) => stridesOf(outer, inner, side));
  const calls = outer.reduce((product, { size }) => product * size, 1);
  return {
    length: inner.size,
    isStill: inner.isStill,
    each(out, call) {
      const at = [...starts];
      const index = outer.map(() => 0);
      for (let to = out, made = 0; made < calls; made++, to += inner.size * 4) {
        call(at, to);
        for (let axis = outer.length - 1; axis >= 0; axis--) {
          index[axis]! += 1;
          const isOver = index[axis] === outer[axis]!.size;
          for (let side = 0; side < at.length; side++) {
            const stride = strides[side]![axis]!;
            at[side]! += isOver ? stride - stride * outer[axis]!.size : stride;
          }
          if (!isOver) break;
          index[axis] = 0;
        }
      }
    },
  };
}

/** Neighbouring axes become one where every side either moves along both or stands still along both. */
function mergedAxes(shapes: readonly (readonly number[])[], output: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  for (const [axis, size] of output.entries()) {
    if (size === 1) continue;
    const isStill = shapes.map((shape) => (shape[axis - output.length + shape.length] ?? 1) !== size);
    const last = axes.at(-1);
    if (last?.isStill.every((still, side) => still === isStill[side])) last.size *= size;
    else axes.push({ size, isStill });
  }
  return axes;
}

function stridesOf(outer: readonly Axis[], inner: Axis, side: number): readonly number[] {
  const strides = new Array<number>(outer.length);
  let held = inner.isStill[side] ? 4 : inner.size * 4;
  for (let axis = outer.length - 1; axis >= 0; axis--) {
    const { size, isStill } = outer[axis]!;
    strides[axis] = isStill[side] ? 0 : held;
    if (!isStill[side]) held *= size;
  }
  return strides;
}
