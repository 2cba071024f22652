// A question as data: a frozen list of allow-listed operations, each on results above it.
//
// `makeProgram` is the one door. It checks names, wiring, attributes, sizes and shapes, so that whoever
// holds a `Program` holds one that is well formed. Cost: one pass over the nodes.

import { type Brand, err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import { operations } from "../operations/index.ts";
import type { Attributes } from "../operations/operation.ts";
import { elementsARow, mostDimensions, type Shape } from "../shape/shape.ts";
import { type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";
import { readAttributes } from "./attributes.ts";
import { programLimits } from "./limits.ts";

export type ConstantNode = { readonly kind: "constant"; readonly value: PlainTensor };
export type InputNode = { readonly kind: "input"; readonly name: string; readonly shape: Shape };
export type OperationNode = {
  readonly kind: "operation";
  readonly operation: string;
  readonly inputs: readonly number[];
  readonly attributes: Attributes;
};
export type ProgramNode = ConstantNode | InputNode | OperationNode;

/** The version of the operation set that this code speaks. A program of a newer one is refused, never guessed at. */
export const programVersion = 1;

export type Program = Brand<
  {
    readonly version: number;
    readonly nodes: readonly ProgramNode[];
    readonly shapes: readonly Shape[];
    readonly outputs: readonly number[];
  },
  "Program"
>;

export type ProgramDraft = {
  readonly version?: number;
  readonly nodes: readonly ProgramNode[];
  readonly outputs: readonly number[];
};

export function makeProgram(draft: ProgramDraft): Result<Program, Problem> {
  const version = draft.version ?? programVersion;
  if (version > programVersion) {
    return err(
      problem(
        "program-newer",
        `the program is of version ${version}, and this node speaks up to ${programVersion}`,
        {
          hint: "ask with an older client, or have the owner update the node",
        },
      ),
    );
  }
  if (version < 1 || !Number.isInteger(version))
    return err(malformed("its version is not a whole number from 1"));
  if (draft.nodes.length > programLimits.nodes)
    return err(tooLarge(`${draft.nodes.length} nodes`, `${programLimits.nodes}`));
  if (draft.outputs.length === 0 || draft.outputs.length > programLimits.outputs) {
    return err(
      malformed(`it has ${draft.outputs.length} outputs, and 1 to ${programLimits.outputs} are possible`),
    );
  }
  const shapes: Shape[] = [];
  const nodes: ProgramNode[] = [];
  let constants = 0;
  let characters = 0;
  for (const node of draft.nodes) {
    const checked = checkNode(node, shapes);
    if (!checked.ok) return checked;
    const { shape } = checked.value;
    if (shape.length > mostDimensions)
      return err(tooLarge(`a tensor of ${shape.length} axes`, `${mostDimensions}`));
    // An empty axis does not make the others short: rules count along each of them.
    const elements = elementsARow(shape.map((size) => (size === 0 ? 1 : size)));
    if (elements > programLimits.elements)
      return err(tooLarge(`a tensor of ${elements} elements`, `${programLimits.elements}`));
    if (node.kind === "constant") constants += node.value.data.length;
    if (constants > programLimits.constants)
      return err(tooLarge("more constants", `${programLimits.constants}`));
    characters += charactersOf(node);
    if (characters > programLimits.keyCharacters)
      return err(tooLarge("more characters in its keys", `${programLimits.keyCharacters}`));
    shapes.push(Object.freeze(shape));
    nodes.push(Object.freeze(checked.value.node));
  }
  const isWired = draft.outputs.every(
    (output) => Number.isInteger(output) && output >= 0 && output < nodes.length,
  );
  if (!isWired) return err(malformed("an output names a node that is not there"));
  return ok(
    Object.freeze({
      version,
      nodes: Object.freeze(nodes),
      shapes: Object.freeze(shapes),
      outputs: Object.freeze([...draft.outputs]),
    }) as unknown as Program,
  );
}

/** Of the texts in a node's settings. */
function charactersOf(node: ProgramNode): number {
  if (node.kind !== "operation") return 0;
  let characters = 0;
  for (const value of Object.values(node.attributes)) {
    if (typeof value === "number") continue;
    for (const item of value) if (typeof item === "string") characters += item.length;
  }
  return characters;
}

type CheckedNode = { readonly node: ProgramNode; readonly shape: Shape };

function checkNode(node: ProgramNode, shapes: readonly Shape[]): Result<CheckedNode, Problem> {
  switch (node.kind) {
    case "constant":
      return checkConstant(node);
    case "input":
      return checkInput(node);
    case "operation":
      return checkOperation(node, shapes);
    default:
      return err(
        malformed(`a node is of no known kind ${String((node satisfies never as { kind: unknown }).kind)}`),
      );
  }
}

function checkConstant(node: ConstantNode): Result<CheckedNode, Problem> {
  const { shape, data } = node.value;
  if (!shape.every(isSize) || sizeOf(shape) !== data.length)
    return err(malformed("a constant does not hold what its shape says"));
  if (!data.every(Number.isFinite)) {
    return err(
      problem("constant-not-finite", "a constant in the program is NaN or infinite", {
        hint: "constants are finite numbers",
      }),
    );
  }
  return ok({ node, shape });
}

function checkInput(node: InputNode): Result<CheckedNode, Problem> {
  if (node.name.length === 0 || node.name.length > programLimits.nameLength)
    return err(malformed("an input has no name, or one that is too long"));
  const rows = node.shape.filter((size) => size === "rows").length;
  if (!node.shape.every((size) => size === "rows" || isSize(size)) || rows > 1)
    return err(malformed(`the shape of the input ${JSON.stringify(node.name)} is not one`));
  return ok({ node, shape: node.shape });
}

function checkOperation(node: OperationNode, shapes: readonly Shape[]): Result<CheckedNode, Problem> {
  const operation = operations.get(node.operation);
  if (operation === undefined) {
    return err(
      problem(
        "operation-unknown",
        `there is no operation called ${JSON.stringify(node.operation.slice(0, 40))}`,
        {
          hint: "the operations are the methods of a tensor",
        },
      ),
    );
  }
  const [fewest, most] = operation.inputs;
  if (node.inputs.length < fewest || node.inputs.length > most) {
    return err(
      malformed(
        `${operation.name} takes ${fewest === most ? fewest : `${fewest} to ${most}`} inputs, not ${node.inputs.length}`,
      ),
    );
  }
  const isWired = node.inputs.every(
    (input) => Number.isInteger(input) && input >= 0 && input < shapes.length,
  );
  if (!isWired) return err(malformed(`${operation.name} reads a node that does not stand above it`));
  const attributes = readAttributes(operation, node.attributes);
  if (!attributes.ok) return attributes;
  const shape = operation.shape(
    node.inputs.map((input) => shapes[input]!),
    attributes.value,
  );
  if (!shape.ok) return err({ ...shape.problem, message: `${operation.name}: ${shape.problem.message}` });
  invariant(
    shape.value.every((size) => size === "rows" || isSize(size)),
    "a shape rule gives sizes",
  );
  return ok({
    node: { ...node, inputs: Object.freeze([...node.inputs]), attributes: attributes.value },
    shape: shape.value,
  });
}

function isSize(size: number | "rows"): boolean {
  return typeof size === "number" && Number.isSafeInteger(size) && size >= 0;
}

function malformed(what: string): Problem<"program-malformed"> {
  return problem("program-malformed", `the program is not well formed: ${what}`);
}

function tooLarge(what: string, most: string): Problem<"program-too-large"> {
  return problem("program-too-large", `the program is too large: ${what}, and at most ${most} are allowed`);
}
