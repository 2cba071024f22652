// The gradient of a program, as a program: reverse mode, one rule for each operation (Griewank and Walther, Evaluating
// Derivatives, chapter 3).

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { OperationNode, Program, ProgramNode } from "../graph/program.ts";
import { sameShape } from "../shape/shape.ts";
import { GradientWriter } from "./gradient-writer.ts";
import { notDifferentiable } from "./not-differentiable.ts";
import { flatOperations, gradientRules } from "./rules/index.ts";

export type GradOptions = {
  /** Which of the program's outputs, from 0. It holds one number. */
  readonly of?: number;
  /** Inputs by name, or any nodes of the program by their places. */
  readonly withRespectTo: readonly (string | number)[];
  /** Whether the program's own outputs come first, computed once for both. */
  readonly keepOutputs?: boolean;
};

/**
 * A program over the same inputs, whose outputs are how fast one output rises with each number of each of these inputs, in
 * their order and their shapes. An input that the output does not depend on has zeros. At a kink (Relu at 0, equal numbers
 * of a Max) the gradient is torch's. It is a program like any other: its own gradient is the second derivative, and over
 * private rows the planner reads it as it reads every question.
 * Cost: a few nodes for each node of the program, and the evaluation of what is needed of it once more. Refusals:
 * "input-unknown", "shapes-do-not-fit" where the output is not one number, "not-differentiable" with the operation named,
 * "program-too-large".
 */
export function grad(program: Program, options: GradOptions): Result<Program, Problem> {
  const output = program.outputs[options.of ?? 0];
  if (output === undefined) return err(problem("input-unknown", `the program has no output ${options.of}`));
  const shape = program.shapes[output]!;
  if (shape.some((size) => size !== 1)) {
    return err(
      problem("shapes-do-not-fit", "a gradient is of an output that holds one number", {
        hint: "sum it up first: .sum()",
      }),
    );
  }
  const wanted = wantedPlaces(program, options.withRespectTo);
  if (!wanted.ok) return wanted;
  const write = new GradientWriter(program);
  const seed = write.reshape(write.number(1), shape);
  const gradients = reverse(program, write, new Set(wanted.value.flat()), output, seed);
  if (!gradients.ok) return gradients;
  const outputs = wanted.value.map((places) => totalOf(write, places, gradients.value));
  return write.programOf([...(options.keepOutputs === true ? program.outputs : []), ...outputs]);
}

/** The places of each; a name may stand for several input nodes. */
function wantedPlaces(
  program: Program,
  wanted: GradOptions["withRespectTo"],
): Result<readonly (readonly number[])[], Problem> {
  const all: number[][] = [];
  for (const one of wanted) {
    const isIt = (node: ProgramNode, at: number) =>
      typeof one === "number" ? at === one : node.kind === "input" && node.name === one;
    const places = [...program.nodes.keys()].filter((at) => isIt(program.nodes[at]!, at));
    const [first] = places;
    if (first === undefined)
      return err(problem("input-unknown", `the program reads no ${JSON.stringify(one)}`));
    if (places.some((place) => !sameShape(program.shapes[place]!, program.shapes[first]!)))
      return err(problem("shapes-do-not-fit", `${JSON.stringify(one)} is read in two shapes`));
    all.push(places);
  }
  return ok(all);
}

/** From the output upwards, each node once: what it is given is complete when its turn comes. */
function reverse(
  program: Program,
  write: GradientWriter,
  wanted: ReadonlySet<number>,
  output: number,
  seed: number,
): Result<ReadonlyMap<number, number>, Problem> {
  const moves = movesWith(program, wanted);
  const gradients = new Map<number, number>([[output, seed]]);
  for (let at = output; at >= 0; at--) {
    const node = program.nodes[at]!;
    const given = gradients.get(at);
    if (given === undefined || node.kind !== "operation") continue;
    if (!node.inputs.some((input) => moves[input])) continue;
    if (flatOperations.has(node.operation)) continue;
    const rule = gradientRules.get(node.operation);
    if (rule === undefined) return err(refusal(node));
    const applied = { write, inputs: node.inputs, attributes: node.attributes, output: at, given };
    for (const [which, gradient] of rule(applied).entries()) {
      const input = node.inputs[which];
      if (input === undefined || gradient === undefined || !moves[input]) continue;
      const before = gradients.get(input);
      const one = gradient();
      gradients.set(input, before === undefined ? one : write.add(before, one));
    }
  }
  return ok(gradients);
}

/** Which nodes move when one of the wanted ones does. */
function movesWith(program: Program, wanted: ReadonlySet<number>): readonly boolean[] {
  const moves: boolean[] = [];
  for (const [at, node] of program.nodes.entries())
    moves.push(
      wanted.has(at) || (node.kind === "operation" && node.inputs.some((input) => moves[input] === true)),
    );
  return moves;
}

function totalOf(
  write: GradientWriter,
  places: readonly number[],
  gradients: ReadonlyMap<number, number>,
): number {
  const found = places.flatMap((place) => gradients.get(place) ?? []);
  const [first] = places as readonly [number];
  if (found.length === 0) return write.repeat(write.number(0), write.shapeOf(first), first);
  return found.reduce((total, one) => write.add(total, one));
}

function refusal({ operation }: OperationNode): Problem<"not-differentiable"> {
  const why = notDifferentiable.get(operation) ?? "it has no rule";
  return problem("not-differentiable", `no gradient goes through ${operation}: ${why}`);
}
