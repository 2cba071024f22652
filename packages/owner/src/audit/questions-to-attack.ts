// The questions that an audit asks, written from the columns of the card.

import { invariant } from "@unseen/base";
import {
  type Attributes,
  type Card,
  type ColumnCard,
  type Expression,
  type Program,
  programOf,
} from "@unseen/program";
import { endsOf, farEnd } from "./synthetic-people.ts";

export type NamedQuestion = { readonly name: string; readonly program: Program };

const bins = 8;
const widest = 4;

/** One of each kind that people ask. */
export function typicalQuestions(card: Card): readonly NamedQuestion[] {
  const columns = byInterest(card);
  const [[first, firstCard], second] = [columns[0]!, columns[1]];
  const [least, greatest] = endsOf(firstCard);
  const questions: NamedQuestion[] = [
    question(`mean(${first})`, op("ReduceMean", [column(first)], { axes: [] })),
    question(`sum(${first})`, sum(column(first))),
    question(
      `histogram(${first}, ${bins})`,
      op("Histogram", [column(first)], { bins, min: least, max: greatest }),
    ),
  ];
  if (second === undefined || greatest <= least) return questions;
  const matrix = beside(columns.slice(0, 3).map(([name]) => name));
  const group = op("OneHot", [placeIn(column(second[0]), second[1], groupsOf(second[1]))], {
    depth: groupsOf(second[1]),
  });
  const grouped = op("Mul", [group, op("Reshape", [column(first)], { shape: [0, 1] })]);
  return [
    ...questions,
    question(
      `covariance of ${Math.min(columns.length, 3)} columns`,
      op("Covariance", [matrix], { correction: 0 }),
    ),
    question(`sum(${first}) by ${second[0]}`, op("ReduceSum", [grouped], { axes: [0] })),
  ];
}

/** A histogram that has the target alone in its last bin. */
export function histogramOfTarget(card: Card): NamedQuestion {
  const [name, column_] = byInterest(card)[0]!;
  const [least, greatest] = endsOf(column_);
  return question(
    `histogram(${name}, ${bins})`,
    op("Histogram", [column(name)], { bins, min: least, max: Math.max(greatest, least + 1) }),
  );
}

/** The means of several columns at once: what a small published model is made of. */
export function meanVector(card: Card): NamedQuestion {
  const names = byInterest(card)
    .slice(0, widest)
    .map(([name]) => name);
  return question(`means of ${names.length} columns`, op("ReduceMean", [beside(names)], { axes: [0] }));
}

/** Two counts that differ by the target alone: everybody in the upper half, and everybody but who stands at its very end. */
export function differingByTarget(card: Card): readonly [all: Program, but: Program] {
  const [name, column_] = byInterest(card)[0]!;
  const { far, near } = farEnd(column_);
  const side = far >= near ? 1 : -1;
  const turned = op("Mul", [column(name), number(side)]);
  const isUpper = op("GreaterOrEqual", [turned, number((side * (far + near)) / 2)]);
  const isNotTarget = op("Less", [turned, number(side * far - Math.abs(far - near) / 16)]);
  return [question("", sum(isUpper)).program, question("", sum(op("And", [isUpper, isNotTarget]))).program];
}

/** Places along one column: each person of a reconstruction stands at their own, known to the attacker. */
export type Places = {
  readonly column: string;
  readonly count: number;
  readonly least: number;
  readonly width: number;
  /** The value that stands for a place. */
  valueAt(place: number): number;
};

/** As many places as the column with most room has, `most` at most. */
export function placesOf(card: Card, most: number): Places {
  const room = ([, column_]: readonly [string, ColumnCard]) => {
    const [least, greatest] = endsOf(column_);
    return column_.type === "number" ? (greatest > least ? most : 1) : Math.min(most, greatest - least + 1);
  };
  const [name, column_] = byInterest(card).toSorted((a, b) => room(b) - room(a))[0]!;
  const [least, greatest] = endsOf(column_);
  const count = room([name, column_]);
  const isReal = column_.type === "number";
  const width = isReal ? (greatest - least) / count : Math.floor((greatest - least + 1) / count);
  return {
    column: name,
    count,
    least,
    width,
    valueAt: (place) => least + (place + (isReal ? 0.5 : 0)) * width,
  };
}

/** How many rows stand at each place. */
export function countAtEachPlace(places: Places): Program {
  const hot = op("OneHot", [placeOf(places)], { depth: places.count });
  return question("", op("ReduceSum", [hot], { axes: [0] })).program;
}

/** A random half of the people, by a rule that the attacker can compute for each; with `bitsInPlace`, those of odd place among them. */
export function subsetCount(
  places: Places,
  frequency: number,
  phase: number,
  bitsInPlace: boolean,
): { readonly program: Program; isIn(person: number): boolean } {
  const place = placeOf(places);
  const person = bitsInPlace ? op("Floor", [op("Mul", [place, number(0.5)])]) : place;
  const wave = op("Sin", [op("Add", [op("Mul", [person, number(frequency)]), number(phase)])]);
  const isIn = op("Greater", [wave, number(0)]);
  const isOdd = op("Greater", [op("Sub", [place, op("Mul", [person, number(2)])]), number(0.5)]);
  return {
    program: question("", sum(bitsInPlace ? op("And", [isIn, isOdd]) : isIn)).program,
    isIn: (at) => Math.sin(at * frequency + phase) > 0,
  };
}

function placeOf({ column: name, least, width }: Places): Expression {
  return op("Floor", [op("Mul", [op("Sub", [column(name), number(least)]), number(1 / width)])]);
}

function placeIn(x: Expression, of: ColumnCard, groups: number): Expression {
  const [least, greatest] = endsOf(of);
  if (of.type === "category") return x;
  const scaled = op("Mul", [op("Sub", [x, number(least)]), number(groups / (greatest - least))]);
  return op("Min", [op("Floor", [scaled]), number(groups - 1)]);
}

function groupsOf(of: ColumnCard): number {
  return of.type === "category" ? of.categories.length : widest;
}

/** Numbers before categories, and what has no width last. */
function byInterest(card: Card): readonly (readonly [string, ColumnCard])[] {
  const rank = ([, of]: readonly [string, ColumnCard]) => {
    const [least, greatest] = endsOf(of);
    return greatest === least ? 3 : of.type === "number" ? 0 : of.type === "integer" ? 1 : 2;
  };
  return Object.entries(card.columns)
    .filter(([, of]) => of.type !== "text")
    .toSorted((a, b) => rank(a) - rank(b));
}

function beside(names: readonly string[]): Expression {
  return op(
    "Concat",
    names.map((name) => op("Reshape", [column(name)], { shape: [0, 1] })),
    { axis: 1 },
  );
}

function question(name: string, expression: Expression): NamedQuestion {
  const program = programOf([expression]);
  invariant(program.ok, "an audit's question is well formed");
  return { name, program: program.value };
}

function sum(x: Expression): Expression {
  return op("ReduceSum", [x], { axes: [] });
}

function column(name: string): Expression {
  return { node: { kind: "input", name, shape: ["rows"] } };
}

function number(value: number): Expression {
  return { node: { kind: "constant", value: { shape: [], data: Float64Array.of(value) } } };
}

function op(operation: string, inputs: readonly Expression[], attributes: Attributes = {}): Expression {
  return { node: { kind: "operation", operation, inputs, attributes } };
}
