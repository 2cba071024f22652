import { printShape } from "../shape/shape.ts";
import type { Program, ProgramNode } from "./program.ts";

/**
 * A program as text, one node a line. Two programs print the same exactly when they ask the same, so
 * the text is what is hashed, reviewed and signed. Numbers are JavaScript's shortest exact form.
 */
export function printProgram(program: Program): string {
  const lines = program.nodes.map(
    (node, at) => `%${at} ${printShape(program.shapes[at]!)} = ${printNode(node)}`,
  );
  return [
    `unseen program ${program.version}`,
    ...lines,
    `return ${program.outputs.map((output) => `%${output}`).join(", ")}`,
  ].join("\n");
}

function printNode(node: ProgramNode): string {
  switch (node.kind) {
    case "constant":
      return `constant {${Array.from(node.value.data, printNumber).join(", ")}}`;
    case "input":
      return `input ${JSON.stringify(node.name)}`;
    case "operation": {
      const attributes = Object.entries(node.attributes)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(
          ([name, value]) =>
            `${name}=${typeof value === "number" ? printNumber(value) : `[${value.map(printItem).join(", ")}]`}`,
        );
      return `${node.operation}(${[...node.inputs.map((input) => `%${input}`), ...attributes].join(", ")})`;
    }
    default:
      return node satisfies never;
  }
}

/** A text is quoted, so that no text reads as a number or as two of them. */
function printItem(item: number | string): string {
  return typeof item === "number" ? printNumber(item) : JSON.stringify(item);
}

/** Tells -0 from 0, which `String` does not. */
function printNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
