// A small declared dataset, and questions on it written node by node.

import { type Attributes, makeProgram, type Program, type ProgramNode, type Shape } from "@unseen/program";
import type { ColumnFacts, DatasetFacts } from "../planner/dataset-facts.ts";

const columns: readonly (readonly [string, ColumnFacts])[] = [
  ["a", { least: 0, greatest: 1, integral: false }],
  ["b", { least: -5, greatest: 100, integral: true }],
];

export function smallDataset(changes: Partial<DatasetFacts> = {}): DatasetFacts {
  return {
    name: "small",
    columns: new Map(columns),
    neighbours: "add-or-remove",
    mostRowsEach: 2,
    oneRowEach: false,
    publicRowCount: undefined,
    publicPeopleCount: undefined,
    mostRows: 1_000,
    typicalRowCount: 100,
    mock: new Map([
      ["a", Float64Array.from({ length: 20 }, (_, row) => row / 20)],
      ["b", Float64Array.from({ length: 20 }, (_, row) => row)],
    ]),
    mockRowCount: 20,
    unitInWords: "a column names the person",
    ...changes,
  };
}

/** Every row is a person, and how many there are is public. */
export function countedDataset(rows: number): DatasetFacts {
  return smallDataset({
    neighbours: "replace",
    mostRowsEach: 1,
    oneRowEach: true,
    publicRowCount: rows,
    publicPeopleCount: rows,
    mostRows: Math.max(rows, 1),
    typicalRowCount: Math.max(rows, 1),
  });
}

/** Writes nodes in order; each call gives the node's place. */
export class Question {
  readonly nodes: ProgramNode[] = [];

  input(name: string, shape: Shape = ["rows"]): number {
    return this.#add({ kind: "input", name, shape });
  }

  constant(shape: readonly number[], data: readonly number[]): number {
    return this.#add({ kind: "constant", value: { shape, data: Float64Array.from(data) } });
  }

  op(operation: string, inputs: readonly number[], attributes: Attributes = {}): number {
    return this.#add({ kind: "operation", operation, inputs, attributes });
  }

  /** The columns named, side by side: [rows, k]. */
  matrix(...names: readonly string[]): number {
    const standing = names.map((name) => this.op("Reshape", [this.input(name)], { shape: [0, 1] }));
    return this.op("Concat", standing, { axis: 1 });
  }

  draft(...outputs: readonly number[]) {
    return { nodes: this.nodes, outputs: outputs.length > 0 ? outputs : [this.nodes.length - 1] };
  }

  program(...outputs: readonly number[]): Program {
    const program = makeProgram(this.draft(...outputs));
    if (!program.ok) throw new Error(program.problem.message);
    return program.value;
  }

  #add(node: ProgramNode): number {
    return this.nodes.push(node) - 1;
  }
}
