import type { Expression } from "@unseen/program";

/** Parts of an expression that are written out; a longer one is told by its outside. */
const mostParts = 24;

/** What an expression asks, in one line: `ReduceMean(bmi)`. Column names and the asker's own numbers, never data. */
export function describeExpression(expression: Expression): string {
  let left = mostParts;
  const describe = ({ node }: Expression): string => {
    left -= 1;
    if (left < 0) return "...";
    if (node.kind === "input") return node.name;
    if (node.kind === "operation") return `${node.operation}(${node.inputs.map(describe).join(", ")})`;
    return node.value.shape.length === 0
      ? String(node.value.data[0])
      : `constant [${node.value.shape.join(", ")}]`;
  };
  return describe(expression);
}
