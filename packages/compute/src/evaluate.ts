// The script backend: every node by its own plain rule, in order. Slow, obvious, and the oracle for the rest.

import { err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { operations, type PlainTensor, type Program, sizeOf } from "@unseen/program";

export type Inputs = ReadonlyMap<string, PlainTensor>;

/** Numbers that all results of one evaluation may hold together: 1 GiB of float64. */
const mostElements = 2 ** 27;

/**
 * Evaluates a program on plain numbers and gives its outputs in order. The inputs' sizes must be those
 * the program names; the row axis takes the size that the first rows input has.
 * Cost: each node once; a result is dropped after its last use.
 */
export function evaluate(program: Program, inputs: Inputs): Result<readonly PlainTensor[], Problem> {
  const lastUse = lastUses(program);
  const results: (PlainTensor | undefined)[] = [];
  let held = 0;
  for (const [at, node] of program.nodes.entries()) {
    let result: PlainTensor;
    if (node.kind === "constant") result = node.value;
    else if (node.kind === "input") {
      const input = readInput(node.name, program.shapes[at]!, inputs);
      if (!input.ok) return input;
      result = input.value;
    } else {
      const operation = operations.get(node.operation);
      invariant(operation !== undefined, "a program holds allow-listed operations only");
      result = operation.plain(
        node.inputs.map((input) => results[input]!),
        node.attributes,
      );
      for (const input of node.inputs) {
        if (lastUse[input] !== at) continue;
        held -= results[input]?.data.length ?? 0;
        results[input] = undefined;
      }
    }
    held += result.data.length;
    if (held > mostElements)
      return err(problem("program-too-large", "the results on the way do not fit in memory"));
    results.push(result);
  }
  return ok(program.outputs.map((output) => results[output]!));
}

function readInput(
  name: string,
  shape: Program["shapes"][number],
  inputs: Inputs,
): Result<PlainTensor, Problem> {
  const value = inputs.get(name);
  if (value === undefined)
    return err(problem("input-unknown", `nothing is there under the name ${JSON.stringify(name)}`));
  const fits =
    value.shape.length === shape.length &&
    shape.every((size, axis) => size === "rows" || size === value.shape[axis]);
  if (!fits || sizeOf(value.shape) !== value.data.length) {
    return err(
      problem(
        "shapes-do-not-fit",
        `the value under ${JSON.stringify(name)} has another shape than the program says`,
      ),
    );
  }
  return ok(value);
}

function lastUses(program: Program): readonly number[] {
  const last = program.nodes.map((_, at) => at);
  for (const [at, node] of program.nodes.entries()) {
    if (node.kind === "operation") for (const input of node.inputs) last[input] = at;
  }
  for (const output of program.outputs) last[output] = program.nodes.length;
  return last;
}
