// Operations on each number by itself. Truths are numbers here: false is zero, and everything else is true.

import { valueTypeOf } from "../data-types.ts";
import type { ImportRule } from "./import-rule.ts";
import type { Imported, Kind } from "./imported.ts";
import { kindOf, type NodeReader } from "./node-reader.ts";

const truth: Kind = { type: "bool", isTruth: true, isWhole: true };

const unary = (name: string): readonly [string, ImportRule] => [
  name,
  (node) => [node.apply(name, [node.input(0)])],
];
/** What stays whole where it was. */
const keeping = (name: string): readonly [string, ImportRule] => [
  name,
  (node) => [node.apply(name, [node.input(0)], {}, { ...kindOf(node.input(0)), isTruth: false })],
];
const toWhole = (name: string): readonly [string, ImportRule] => [
  name,
  (node) => [node.apply(name, [node.input(0)], {}, { isWhole: true })],
];

function both(x: Imported, y: Imported): Kind {
  return { type: x.type, isWhole: x.isWhole && y.isWhole };
}

const binary = (name: string): readonly [string, ImportRule] => [
  name,
  (node) => [node.apply(name, [node.input(0), node.input(1)], {}, both(node.input(0), node.input(1)))],
];

/** Of any number of inputs. */
const several = (foreign: string, name: string): readonly [string, ImportRule] => [
  foreign,
  (node) => [
    node.inputs
      .slice(1)
      .reduce<Imported>(
        (x, _, at) => node.apply(name, [x, node.input(at + 1)], {}, both(x, node.input(at + 1))),
        node.input(0),
      ),
  ],
];

const comparison = (name: string): readonly [string, ImportRule] => [
  name,
  (node) => [node.apply(name, [node.input(0), node.input(1)], {}, truth)],
];

const castRule: ImportRule = (node) => {
  const x = node.input(0);
  const to = node.integer("to", 0);
  node.ignore("saturate");
  const type = valueTypeOf(to);
  if (type === undefined) node.notSupported("to this type is not read");
  if (type === "bool") return [{ ...x, type }];
  const numbers = x.type === "bool" && !x.isTruth ? isNotZero(node, x) : x;
  if (type === "float" || numbers.isWhole) return [{ ...numbers, type: type ?? "float" }];
  const towardsZero = [node.apply("Sign", [numbers]), node.apply("Floor", [node.apply("Abs", [numbers])])];
  return [node.apply("Mul", towardsZero, {}, { type: "int", isWhole: true })];
};

function isNotZero(node: NodeReader, x: Imported): Imported {
  return node.apply("Not", [node.apply("Not", [x], {}, truth)], {}, truth);
}

const clipRule: ImportRule = (node) => {
  const x = node.input(0);
  const [least, greatest] = [node.inputs[1], node.inputs[2]];
  const [min, max] = [least?.known?.data[0], greatest?.known?.data[0]];
  if (min !== undefined && max !== undefined && min <= max) return [node.apply("Clip", [x], { min, max })];
  const above = least === undefined ? x : node.apply("Max", [x, least]);
  return [greatest === undefined ? above : node.apply("Min", [above, greatest])];
};

const divRule: ImportRule = (node) => {
  const [x, y] = [node.input(0), node.input(1)];
  const quotient = node.apply("Div", [x, y]);
  if (x.type !== "int") return [quotient];
  if (quotient.known === undefined || quotient.known.data.some((value) => !Number.isFinite(value))) {
    node.notSupported("of integers is not read, unless it is a constant");
    return [quotient];
  }
  const { shape, data } = quotient.known;
  return [node.constant({ shape, data: data.map(Math.trunc) }, { type: "int" })];
};

/** x - y floor(x / y): the rest has the sign of y. */
const modRule: ImportRule = (node) => {
  const [x, y] = [node.input(0), node.input(1)];
  node.mustBe("fmod", 0);
  if (!x.isWhole || !y.isWhole) node.notSupported("of numbers that may not be whole is not read");
  const whole = node.apply("Floor", [node.apply("Div", [x, y])], {}, { isWhole: true });
  const kind = both(x, y);
  return [node.apply("Sub", [x, node.apply("Mul", [y, whole], {}, kind)], {}, kind)];
};

const geluRule: ImportRule = (node) => {
  const x = node.input(0);
  if (node.text("approximate", "none") === "none") return [node.apply("Gelu", [x])];
  // x/2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), as ONNX gives it for "tanh".
  const cube = node.apply("Mul", [node.apply("Mul", [x, x]), node.apply("Mul", [x, node.number(0.044715)])]);
  const inner = node.apply("Mul", [node.apply("Add", [x, cube]), node.number(Math.sqrt(2 / Math.PI))]);
  const share = node.apply("Add", [node.apply("Tanh", [inner]), node.number(1)]);
  return [node.apply("Mul", [node.apply("Mul", [x, node.number(0.5)]), share])];
};

/** Above zero x, below it alpha x. */
const leakyRule: ImportRule = (node) => {
  const x = node.input(0);
  const below = node.apply("Mul", [x, node.number(node.real("alpha", 0.01))]);
  return [node.apply("Where", [node.apply("Greater", [x, node.number(0)], {}, truth), x, below])];
};

const dropoutRule: ImportRule = (node) => {
  node.ignore("ratio");
  node.ignore("seed");
  if (node.inputs[2] !== undefined && node.known(2).data[0] !== 0)
    node.notSupported("in training is not read");
  return [node.input(0)];
};

export const elementwiseImports: readonly (readonly [string, ImportRule])[] = [
  ...[
    "Acos",
    "Asin",
    "Asinh",
    "Atan",
    "Cos",
    "Cosh",
    "Erf",
    "Exp",
    "Log",
    "Reciprocal",
    "Sigmoid",
    "Sin",
    "Sinh",
    "Sqrt",
    "Tan",
    "Tanh",
  ].map(unary),
  ...["Abs", "Neg", "Relu", "Sign"].map(keeping),
  ...["Ceil", "Floor", "Round"].map(toWhole),
  ...["Add", "Mul", "Pow", "Sub"].map(binary),
  ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor"].map(comparison),
  several("Max", "Max"),
  several("Min", "Min"),
  several("Sum", "Add"),
  ["Not", (node) => [node.apply("Not", [node.input(0)], {}, truth)]],
  [
    "Where",
    (node) => {
      const [x, y] = [node.input(1), node.input(2)];
      return [node.apply("Where", [node.input(0), x, y], {}, both(x, y))];
    },
  ],
  ["Cast", castRule],
  ["Clip", clipRule],
  ["Div", divRule],
  ["Dropout", dropoutRule],
  ["Gelu", geluRule],
  ["Identity", (node) => [node.input(0)]],
  ["LeakyRelu", leakyRule],
  ["Mod", modRule],
];
