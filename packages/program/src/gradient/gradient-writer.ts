// The words in which gradients are written below the nodes of their program. What the gradients of many inputs share is
// written once, and so computed once.

import { ProgramWriter } from "../recorder/program-writer.ts";
import { type Dimension, rowAxisOf, type Shape, sameShape } from "../shape/shape.ts";

export class GradientWriter extends ProgramWriter {
  /** The number that a place always holds, or undefined. */
  numberAt(place: number): number | undefined {
    const node = this.nodeAt(place);
    return node.kind === "constant" && node.value.shape.length === 0 ? node.value.data[0] : undefined;
  }

  add(x: number, y: number): number {
    return this.apply("Add", [x, y]);
  }
  sub(x: number, y: number): number {
    return this.apply("Sub", [x, y]);
  }
  mul(x: number, y: number): number {
    if (this.numberAt(x) === 1) return y;
    if (this.numberAt(y) === 1) return x;
    return this.apply("Mul", [x, y]);
  }
  div(x: number, y: number): number {
    return this.apply("Div", [x, y]);
  }
  times(x: number, factor: number): number {
    return this.mul(x, this.number(factor));
  }
  /** x where the condition is not zero, and 0 elsewhere, whatever x is there. */
  only(condition: number, x: number): number {
    return this.apply("Where", [condition, x, this.number(0)]);
  }
  sum(x: number, axes: readonly number[], keepdims = 1): number {
    return axes.length === 0 ? x : this.apply("ReduceSum", [x], { axes, keepdims });
  }
  /** Reverses the last two axes of a matrix; any other order as it is named. */
  turn(x: number, perm: readonly number[] = [1, 0]): number {
    return this.apply("Transpose", [x], { perm });
  }

  reshape(x: number, shape: Shape): number {
    if (sameShape(this.shapeOf(x), shape)) return x;
    if (shape.includes(0)) return this.repeat(this.number(0), shape, x);
    return this.apply("Reshape", [x], { shape: shape.map((size) => (size === "rows" ? 0 : size)) });
  }

  /** Adds up what broadcasting to the shape of x repeated, so that it has this shape again. */
  sumTo(x: number, shape: Shape): number {
    const from = this.shapeOf(x);
    if (sameShape(from, shape)) return x;
    const more = from.length - shape.length;
    const inFront = this.sum(
      x,
      Array.from({ length: Math.max(more, 0) }, (_, axis) => axis),
      0,
    );
    const stretched = shape.flatMap((size, axis) => (size === 1 && from[axis + more] !== 1 ? [axis] : []));
    return this.sum(inFront, stretched);
  }

  /** x repeated to this shape. `like` has the rows along which it is to be repeated, if the shape has any. */
  repeat(x: number, shape: Shape, like: number): number {
    if (sameShape(this.shapeOf(x), shape)) return x;
    const sizes = shape.map((size) => (size === "rows" ? 1 : size));
    const spread = this.apply("Expand", [x], { shape: sizes });
    const isThere = rowAxisOf(shape) < 0 || rowAxisOf(this.shapeOf(spread)) >= 0;
    return isThere ? spread : this.mul(spread, this.#onesAlongRows(shape, like));
  }

  #onesAlongRows(shape: Shape, like: number): number {
    const rowAxis = rowAxisOf(this.shapeOf(like));
    const ones = this.apply("RowOnes", [rowAxis === 1 ? this.turn(like) : like]);
    const behind: readonly Dimension[] = shape.slice(rowAxisOf(shape) + 1).map(() => 1);
    return this.reshape(ones, ["rows", ...behind]);
  }
}
