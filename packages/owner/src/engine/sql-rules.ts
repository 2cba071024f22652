// The SQL reading of operations: what they make of one row, a number at a time. An operation without a rule
// here is computed in script, with the same result.

import { type Attributes, broadcastPlaces, operations, type PlainTensor, sizeOf } from "@unseen/program";
import { clipped, product, quotient, scalarRules } from "./sql-elementwise.ts";
import { constantScalar, madeFrom, type Scalar } from "./sql-scalar.ts";
import { doubleLiteral, textLiteral } from "./sql-text.ts";
import type { SqlWriter } from "./sql-writer.ts";

/** One row of a tensor: its shape with the row axis as 1, and its numbers. */
export type DenseRow = {
  readonly kind: "dense";
  readonly shape: readonly number[];
  readonly elements: readonly Scalar[];
};
/** A row that is zero but for `value` at `index`, and all zero where `index` is no whole number from 0 below the size. */
export type ScatteredRow = {
  readonly kind: "scattered";
  readonly shape: readonly number[];
  readonly index: Scalar;
  readonly value: Scalar;
};
export type SqlRow = DenseRow | ScatteredRow;

/** Numbers that one result may have in SQL; a wider one is computed in script. */
const widest = 512;

export function constantRow({ shape, data }: PlainTensor): DenseRow {
  return { kind: "dense", shape, elements: Array.from(data, constantScalar) };
}

/** The result of an operation for one row, or undefined where there is no rule for it. */
export function sqlRow(
  writer: SqlWriter,
  operation: string,
  inputs: readonly SqlRow[],
  attributes: Attributes,
): SqlRow | undefined {
  // Script takes every text for the same number where nothing compares it; SQL would not.
  if (inputs.some(holdsText) && operation !== "LabelEncoder" && operation !== "RowOnes") return undefined;
  const scattered = scatteredRow(writer, operation, inputs, attributes);
  if (scattered !== undefined) return scattered;
  const dense: DenseRow[] = [];
  for (const input of inputs) {
    const row = input.kind === "dense" ? input : spread(writer, input);
    if (row === undefined) return undefined;
    dense.push(row);
  }
  const row = denseRow(writer, operation, dense, attributes);
  if (row === undefined || row.elements.length > widest || writer.isTooLarge) return undefined;
  return { ...row, elements: row.elements.map((element) => writer.shallow(element)) };
}

export function holdsText(row: SqlRow): boolean {
  return row.kind === "dense" && row.elements.some(({ isText }) => isText === true);
}

/** What keeps a scattered row scattered: other shapes, and multiplying or dividing all of it by one number. */
function scatteredRow(
  writer: SqlWriter,
  operation: string,
  inputs: readonly SqlRow[],
  attributes: Attributes,
): ScatteredRow | undefined {
  const [x, y] = inputs;
  if (operation === "OneHot" && x?.kind === "dense" && x.elements.length === 1) {
    const shape = [...x.shape, attributes.depth as number];
    return { kind: "scattered", shape, index: x.elements[0]!, value: constantScalar(1) };
  }
  if (operation === "Reshape" && x?.kind === "scattered")
    return { ...x, shape: shapeOf(operation, [x], attributes) };
  if (operation === "Clip" && x?.kind === "scattered") {
    const { min, max } = attributes as { readonly min: number; readonly max: number };
    // Zero stays zero only where it lies within.
    if (!(min <= 0 && max >= 0)) return undefined;
    const value = x.value.constant === undefined ? clipped(writer, x.value, min, max) : undefined;
    return value && { ...x, value };
  }
  if (y === undefined || x === undefined || inputs.length !== 2) return undefined;
  const [hot, factor] = x.kind === "scattered" ? [x, y] : [y, x];
  if (hot.kind !== "scattered" || factor.kind !== "dense" || factor.elements.length !== 1) return undefined;
  const [by] = factor.elements as [Scalar];
  if (operation === "Mul") {
    // One times any double is that double, and then it may be stored beside the rows already.
    const value = hot.value.constant === 1 ? by : product(hot.value, by);
    return { ...hot, shape: shapeOf(operation, inputs, attributes), value };
  }
  if (operation !== "Div" || hot !== x) return undefined;
  const value = quotient(hot.value, by);
  return value && { ...hot, shape: shapeOf(operation, inputs, attributes), value };
}

/** Every number of a scattered row written out. Only a plain one-hot: elsewhere zero times infinity would be lost. */
function spread(writer: SqlWriter, row: ScatteredRow): DenseRow | undefined {
  if (row.value.constant !== 1 || sizeOf(row.shape) > widest) return undefined;
  const index = writer.named(row.index);
  const elements = Array.from({ length: sizeOf(row.shape) }, (_, at) => isAt(index, at));
  return { kind: "dense", shape: row.shape, elements };
}

function isAt(index: Scalar, at: number): Scalar {
  const condition = `(${index.sql} = ${doubleLiteral(at)})`;
  return madeFrom([index], `CASE WHEN ${condition} THEN ${doubleLiteral(1)} ELSE ${doubleLiteral(0)} END`, {
    condition,
    least: 0,
    greatest: 1,
    mayBeNaN: false,
    isWhole: true,
    hasSignedZero: true,
  });
}

function denseRow(
  writer: SqlWriter,
  operation: string,
  inputs: readonly DenseRow[],
  attributes: Attributes,
): DenseRow | undefined {
  if (inputs.every(isConstant)) return constantRow(plainOf(operation, inputs.map(numbersOf), attributes));
  switch (operation) {
    case "Gather":
    case "Slice":
    case "Reshape":
    case "Transpose":
    case "Concat":
      return moved(operation, inputs, attributes);
    case "OneHot":
      return oneHots(writer, inputs[0]!, attributes.depth as number);
    case "LabelEncoder":
      return mapped(inputs[0]!, (x) => placeAmong(x, attributes.keys_strings as readonly string[]));
    case "RowOnes":
      return constantRow({ shape: [1], data: Float64Array.of(1) });
    case "Clip":
      return mapped(inputs[0]!, (x) =>
        clipped(writer, x, attributes.min as number, attributes.max as number),
      );
    case "Reciprocal":
      return mapped(inputs[0]!, (x) => quotient(constantScalar(1), x));
    case "MatMul":
      return matrixProduct(writer, inputs[0]!, inputs[1]!);
    case "ReduceSum":
      return summed(writer, inputs[0]!, attributes);
    default:
      return elementwise(writer, operation, inputs);
  }
}

/**
 * DuckDB looks a text up in an ENUM by its hash. A key that holds a control character is in no snapshot, and could not
 * stand in a statement, so a text that no snapshot holds either takes its place. Numbers are looked up in script.
 */
function placeAmong(x: Scalar, keys: readonly string[]): Scalar | undefined {
  if (x.isText !== true || keys.length === 0) return undefined;
  const listed = keys.map((key, at) => textLiteral(hasControls.test(key) ? `\u0001${at}` : key));
  return madeFrom(
    [x],
    `CAST(coalesce(enum_code(TRY_CAST(${x.sql} AS ENUM(${listed.join(", ")}))), -1) AS DOUBLE)`,
    { least: -1, greatest: keys.length - 1, mayBeNaN: false, isWhole: true },
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const hasControls = /[\u0000-\u001f]/;

function isConstant(row: DenseRow): boolean {
  return row.elements.every((element) => element.constant !== undefined);
}

function numbersOf({ shape, elements }: DenseRow): PlainTensor {
  return { shape, data: Float64Array.from(elements, (element) => element.constant as number) };
}

function plainOf(operation: string, inputs: readonly PlainTensor[], attributes: Attributes): PlainTensor {
  return operations.get(operation)!.plain(inputs, attributes);
}

function shapeOf(operation: string, inputs: readonly SqlRow[], attributes: Attributes): readonly number[] {
  const zeros = inputs.map(({ shape }) => ({ shape, data: new Float64Array(sizeOf(shape)) }));
  return plainOf(operation, zeros, attributes).shape;
}

/** Operations that only move numbers are asked, by their plain rule, where they put each place. A place that is NaN was none. */
function moved(operation: string, inputs: readonly DenseRow[], attributes: Attributes): DenseRow {
  const [x, indices] = inputs as [DenseRow, DenseRow];
  const sources = operation === "Gather" ? [x] : inputs;
  let offset = 0;
  const places = sources.map(({ shape, elements }) => {
    const data = Float64Array.from(elements, (_, at) => offset + at);
    offset += elements.length;
    return { shape, data };
  });
  const asked = operation === "Gather" ? [...places, numbersOf(indices)] : places;
  const { shape, data } = plainOf(operation, asked, attributes);
  const elements = sources.flatMap((source) => source.elements);
  return {
    kind: "dense",
    shape,
    elements: Array.from(data, (place) => elements[place] ?? constantScalar(place)),
  };
}

function oneHots(writer: SqlWriter, x: DenseRow, depth: number): DenseRow | undefined {
  if (x.elements.length * depth > widest) return undefined;
  const elements = x.elements.flatMap((element) => {
    const index = writer.named(element);
    return Array.from({ length: depth }, (_, at) => isAt(index, at));
  });
  return { kind: "dense", shape: [...x.shape, depth], elements };
}

function mapped(x: DenseRow, f: (element: Scalar) => Scalar | undefined): DenseRow | undefined {
  const elements = x.elements.map(f);
  return elements.every((element) => element !== undefined) ? { ...x, elements } : undefined;
}

function elementwise(
  writer: SqlWriter,
  operation: string,
  inputs: readonly DenseRow[],
): DenseRow | undefined {
  const rule = scalarRules.get(operation);
  if (rule === undefined) return undefined;
  const shape = inputs.map((input) => input.shape).reduce(broadcast);
  const size = sizeOf(shape);
  if (size > widest) return undefined;
  const places = inputs.map((input) => broadcastPlaces(input.shape, shape));
  const sources = inputs.map((input) => (input.elements.length < size ? namedRow(writer, input) : input));
  const elements: Scalar[] = [];
  for (let at = 0; at < size; at++) {
    const element = rule(
      writer,
      sources.map((source, which) => source.elements[places[which]?.[at] ?? at]!),
    );
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return { kind: "dense", shape, elements };
}

function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    return left === 1 ? (b[axis - rank + b.length] ?? 1) : left;
  });
}

/** What is used in several places is written once. */
export function namedRow<Row extends SqlRow>(writer: SqlWriter, row: Row): Row {
  if (row.kind === "scattered")
    return { ...row, index: writer.named(row.index), value: writer.named(row.value) };
  return { ...row, elements: row.elements.map((element) => writer.named(element)) };
}

/** One row [1, k] times a public [k, m] or [k], in the order of the plain rule. */
function matrixProduct(writer: SqlWriter, left: DenseRow, matrix: DenseRow): DenseRow | undefined {
  if (!isConstant(matrix) || left.shape.length !== 2) return undefined;
  const x = namedRow(writer, left);
  const inner = x.elements.length;
  const columns = sizeOf(matrix.shape.slice(1));
  if (inner * columns > widest) return undefined;
  const elements = Array.from({ length: columns }, (_, column) =>
    total(
      writer,
      x.elements.map((element, step) => product(element, matrix.elements[step * columns + column]!)),
    ),
  );
  return { kind: "dense", shape: [...left.shape.slice(0, -1), ...matrix.shape.slice(1)], elements };
}

function summed(writer: SqlWriter, x: DenseRow, attributes: Attributes): DenseRow | undefined {
  const rank = x.shape.length;
  const axes = (attributes.axes as readonly number[]).map((axis) => (axis < 0 ? axis + rank : axis));
  // Axis 0 is the rows: a sum over them is what the whole query does, and no rule for one row.
  if (axes.length === 0 || axes.includes(0)) return undefined;
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const places = broadcastPlaces(kept, x.shape);
  const parts: Scalar[][] = Array.from({ length: sizeOf(kept) }, () => []);
  for (const [at, element] of x.elements.entries()) parts[places?.[at] ?? at]!.push(element);
  const shape = attributes.keepdims === 1 ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  return { kind: "dense", shape, elements: parts.map((part) => total(writer, part)) };
}

/** 0 + a + b + c from the left, as the plain rules add. The leading zero changes nothing but a negative zero. */
function total(writer: SqlWriter, parts: readonly Scalar[]): Scalar {
  const add = scalarRules.get("Add")!;
  const [first, ...rest] = parts;
  if (first === undefined) return constantScalar(0);
  const sum = rest.reduce((before, part) => writer.shallow(add(writer, [before, part])!), first);
  return { ...sum, hasSignedZero: false };
}
