import { err, ok, type Problem, type Result } from "@unseen/base";
import {
  type Dimension,
  doesNotFit,
  elementsARow,
  mostDimensions,
  printShape,
  type Shape,
} from "../shape/shape.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import type { Attributes, Operation } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** Gives the same elements another shape. A 0 copies that axis (ONNX), a single -1 takes what is left. Rows stay first. */
export const reshape: Operation = {
  name: "Reshape",
  inputs: [1, 1],
  attributes: { shape: { kind: "integers" } },
  shape: ([x], attributes) => resolve(x!, attributes),
  plain: ([x], attributes) => ({ shape: concreteShape(x!, attributes), data: x!.data }),
  sensitivity: {
    rowByRow: ([x], attributes) => {
      if (x!.kind !== "rows") return err(noRule("Reshape", "nothing private goes in", "reshape before"));
      const shape = resolve(["rows", ...x!.shape], attributes);
      return shape.ok ? ok({ ...x!, shape: shape.value.slice(1) as readonly number[] }) : shape;
    },
    lower: (lowering, [x], attributes) =>
      x!.rowAxis === 0 ? lowering.rowByRow("Reshape", [x!], attributes) : err(turnedRows("Reshape")),
  },
};

function resolve(shape: Shape, attributes: Attributes): Result<Shape, Problem> {
  const wanted = attributes.shape as readonly number[];
  const printed = `reshape(${wanted.join(", ")})`;
  if (wanted.length > mostDimensions)
    return err(doesNotFit(`${printed} has more than ${mostDimensions} axes`));
  if (wanted.some((size) => size < -1) || wanted.filter((size) => size === -1).length > 1) {
    return err(doesNotFit(`${printed} may hold one -1 and no other negative size`));
  }
  if (shape.includes("rows") && !(shape[0] === "rows" && wanted[0] === 0)) {
    return err(
      doesNotFit(
        `${printed} would move the private rows of ${printShape(shape)}`,
        "begin with 0, which keeps the row axis",
      ),
    );
  }
  const copied: Dimension[] = [];
  for (const [axis, size] of wanted.entries()) {
    const dimension = size === 0 ? shape[axis] : size;
    if (dimension === undefined)
      return err(doesNotFit(`${printed} copies axis ${axis}, which ${printShape(shape)} does not have`));
    copied.push(dimension);
  }
  const known = copied.reduce<number>(
    (product, size) => (size === "rows" || size === -1 ? product : product * size),
    1,
  );
  const total = elementsARow(shape);
  const rest = total / known;
  const result = copied.map((size) => (size === -1 ? rest : size));
  const fits = copied.includes(-1) ? Number.isInteger(rest) && known > 0 : known === total;
  return fits ? ok(result) : err(doesNotFit(`${printed} does not hold the elements of ${printShape(shape)}`));
}

/** What -1 takes is told by the axes that are not copied, so that it is the same for no rows at all. */
function concreteShape(x: PlainTensor, attributes: Attributes): readonly number[] {
  const wanted = attributes.shape as readonly number[];
  const moved = x.shape.reduce((product, size, axis) => (wanted[axis] === 0 ? product : product * size), 1);
  const given = wanted.reduce((product, size) => (size > 0 ? product * size : product), 1);
  return wanted.map((size, axis) => (size === 0 ? x.shape[axis]! : size === -1 ? moved / given : size));
}
