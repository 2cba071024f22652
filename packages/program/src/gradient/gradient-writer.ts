// Writes the nodes of a gradient below those of its program. The same node asked for twice is written once, so what the
// gradients of many inputs share is computed once.

import { ok, type Problem, type Result } from "@unseen/base";
import { readAttributes } from "../graph/attributes.ts";
import type { Program, ProgramNode } from "../graph/program.ts";
import { operations } from "../operations/index.ts";
import type { Attributes } from "../operations/operation.ts";
import { nodeKey } from "../recorder/program-builder.ts";
import { type Dimension, rowAxisOf, type Shape, sameShape } from "../shape/shape.ts";
import { type PlainTensor, scalar } from "../tensor/plain-tensor.ts";

export class GradientWriter {
  readonly nodes: ProgramNode[];
  readonly #shapes: Shape[];
  readonly #written = new Map<string, number>();
  /** The first misfit. What is written after it stands for nothing. */
  #refused: Problem | undefined;

  constructor({ nodes, shapes }: Program) {
    this.nodes = [...nodes];
    this.#shapes = [...shapes];
    for (const [at, node] of nodes.entries()) {
      const key = nodeKey(node);
      if (!this.#written.has(key)) this.#written.set(key, at);
    }
  }

  get outcome(): Result<undefined, Problem> {
    return this.#refused === undefined ? ok(undefined) : { ok: false, problem: this.#refused };
  }

  shapeOf(place: number): Shape {
    return this.#shapes[place]!;
  }

  /** The number that a place always holds, or undefined. */
  numberAt(place: number): number | undefined {
    const node = this.nodes[place]!;
    return node.kind === "constant" && node.value.shape.length === 0 ? node.value.data[0] : undefined;
  }

  constant(value: PlainTensor): number {
    return this.#write({ kind: "constant", value }, value.shape);
  }

  number(value: number): number {
    return this.constant(scalar(value));
  }

  apply(name: string, inputs: readonly number[], given: Attributes = {}): number {
    const operation = operations.get(name)!;
    const [first] = inputs as readonly [number];
    if (this.#refused !== undefined) return first;
    const attributes = readAttributes(operation, given);
    const shape = attributes.ok
      ? operation.shape(
          inputs.map((input) => this.shapeOf(input)),
          attributes.value,
        )
      : attributes;
    if (!attributes.ok || !shape.ok) {
      this.#refused = shape.ok
        ? undefined
        : { ...shape.problem, message: `${name}: ${shape.problem.message}` };
      return first;
    }
    return this.#write(
      { kind: "operation", operation: name, inputs: [...inputs], attributes: attributes.value },
      shape.value,
    );
  }

  #write(node: ProgramNode, shape: Shape): number {
    const key = nodeKey(node);
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const place = this.nodes.push(node) - 1;
    this.#shapes.push(shape);
    this.#written.set(key, place);
    return place;
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
