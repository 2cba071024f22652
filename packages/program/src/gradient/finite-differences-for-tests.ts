// Programs on plain numbers, and how fast their outputs rise: the slow way, one number moved at a time.

import type { Program } from "../graph/program.ts";
import { operations } from "../operations/index.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";

export type Inputs = ReadonlyMap<string, PlainTensor>;

export function valuesOf(program: Program, inputs: Inputs): readonly PlainTensor[] {
  const values: PlainTensor[] = [];
  for (const node of program.nodes) {
    if (node.kind === "constant") values.push(node.value);
    else if (node.kind === "input") values.push(inputs.get(node.name)!);
    else {
      const own = node.inputs.map((input) => values[input]!);
      values.push(operations.get(node.operation)!.plain(own, node.attributes));
    }
  }
  return program.outputs.map((output) => values[output]!);
}

/** (f(x + h) - f(x - h)) / 2h of the first output, for each number of one input. Off by about h^2. */
export function centralDifferences(program: Program, inputs: Inputs, name: string, h = 1e-5): Float64Array {
  const { shape, data } = inputs.get(name)!;
  const at = (place: number, by: number) => {
    const moved = Float64Array.from(data);
    moved[place]! += by;
    return valuesOf(program, new Map([...inputs, [name, { shape, data: moved }]]))[0]!.data[0]!;
  };
  return data.map((_, place) => (at(place, h) - at(place, -h)) / (2 * h));
}
