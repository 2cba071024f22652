// Writes a program node by node, each checked as it is written. The same node asked for twice is written once.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { readAttributes } from "../graph/attributes.ts";
import { makeProgram, type OperationNode, type Program, type ProgramNode } from "../graph/program.ts";
import { operations } from "../operations/index.ts";
import type { Attributes } from "../operations/operation.ts";
import type { Shape } from "../shape/shape.ts";
import { type PlainTensor, scalar } from "../tensor/plain-tensor.ts";
import { nodeKey } from "./program-builder.ts";

export class ProgramWriter {
  readonly #nodes: ProgramNode[] = [];
  readonly #shapes: Shape[] = [];
  readonly #written = new Map<string, number>();
  #constants = 0;
  /** The first misfit. What is written after it stands for nothing. */
  #refused: Problem | undefined;

  /** Begins with the nodes of a program, in their places. */
  constructor(begun?: Program) {
    for (const [at, node] of begun?.nodes.entries() ?? []) {
      this.#nodes.push(node);
      this.#shapes.push(begun!.shapes[at]!);
      const key = nodeKey(node);
      if (!this.#written.has(key)) this.#written.set(key, at);
    }
  }

  shapeOf(place: number): Shape {
    return this.#shapes[place]!;
  }

  nodeAt(place: number): ProgramNode {
    return this.#nodes[place]!;
  }

  input(name: string, shape: Shape): number {
    return this.#write({ kind: "input", name, shape }, shape);
  }

  /** Numbers in all constants so far. */
  get constants(): number {
    return this.#constants;
  }

  constant(value: PlainTensor): number {
    return this.#write({ kind: "constant", value }, value.shape);
  }

  number(value: number): number {
    return this.constant(scalar(value));
  }

  /** The place of an operation's result. After a misfit, of which `programOf` tells, a place that stands for nothing. */
  apply(name: string, inputs: readonly number[], given: Attributes = {}): number {
    const [first] = inputs as readonly [number];
    if (this.#refused !== undefined) return first;
    const written = this.tryApply(name, inputs, given);
    if (written.ok) return written.value;
    this.#refused = written.problem;
    return first;
  }

  /** The same, told at once. */
  tryApply(name: string, inputs: readonly number[], given: Attributes = {}): Result<number, Problem> {
    const operation = operations.get(name)!;
    const [fewest, most] = operation.inputs;
    if (inputs.length < fewest || inputs.length > most)
      return err(problem("program-malformed", `${name} does not take ${inputs.length} inputs`));
    const attributes = readAttributes(operation, given);
    if (!attributes.ok) return attributes;
    const shape = operation.shape(
      inputs.map((input) => this.shapeOf(input)),
      attributes.value,
    );
    if (!shape.ok) return err({ ...shape.problem, message: `${name}: ${shape.problem.message}` });
    const node = {
      kind: "operation",
      operation: name,
      inputs: [...inputs],
      attributes: attributes.value,
    } as const;
    return ok(this.#write(node, shape.value));
  }

  #write(node: ProgramNode, shape: Shape): number {
    const key = nodeKey(node);
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    if (node.kind === "constant") this.#constants += node.value.data.length;
    const place = this.#nodes.push(node) - 1;
    this.#shapes.push(shape);
    this.#written.set(key, place);
    return place;
  }

  /** The program of these outputs: the nodes that they read, and inputs that are to be kept though unread, in their order. */
  programOf(
    outputs: readonly number[],
    isKept: (input: string) => boolean = () => true,
  ): Result<Program, Problem> {
    if (this.#refused !== undefined) return err(this.#refused);
    const isRead = this.#nodes.map((node) => node.kind === "input" && isKept(node.name));
    for (const output of outputs) isRead[output] = true;
    for (let at = this.#nodes.length - 1; at >= 0; at--) {
      const node = this.#nodes[at]!;
      if (isRead[at] && node.kind === "operation") for (const input of node.inputs) isRead[input] = true;
    }
    const places = new Map<number, number>();
    const kept: ProgramNode[] = [];
    const moved = (node: OperationNode) => ({
      ...node,
      inputs: node.inputs.map((input) => places.get(input)!),
    });
    for (const [at, node] of this.#nodes.entries()) {
      if (isRead[at]) places.set(at, kept.push(node.kind === "operation" ? moved(node) : node) - 1);
    }
    return makeProgram({ nodes: kept, outputs: outputs.map((output) => places.get(output)!) });
  }
}
