// Writes what a row makes of an expression, once for each different expression, with its bounds.
//
// The bounds follow the rules by which the planner bounds a person's row, so keys and middles are known
// from the card alone.

import { invariant, problem } from "@unseen/base";
import {
  type Attributes,
  type ColumnCard,
  type Expression,
  type Facts,
  operations,
  type PlainTensor,
  programLimits,
  type RowsFacts,
  readAttributes,
  scalar,
} from "@unseen/program";
import type { GivenKeys } from "@unseen/wire";
import type { AskedCard } from "./asked-rows.ts";
import { refuse, refuseClause } from "./refusal.ts";

/** One number for each row, or for none: `facts` are public for a constant. */
export type Cell = { readonly expression: Expression; readonly facts: Facts };

export class RowWriter {
  readonly card: Pick<AskedCard, "columns" | "unit">;
  /** Keys of columns of texts that the asker gave, by what programs call the column. */
  readonly keys: GivenKeys;
  readonly #places = new Map<Expression, number>();
  readonly #expressions = new Map<string, Expression>();
  readonly #cells = new Map<Expression, Cell>();

  constructor(card: Pick<AskedCard, "columns" | "unit">, keys: GivenKeys = new Map()) {
    this.card = card;
    this.keys = keys;
  }

  column(name: string): Cell {
    const column = this.card.columns[name];
    invariant(column !== undefined, "a column is looked up before it is read");
    const expression = this.#once(`column ${name}`, () => ({
      node: { kind: "input", name, shape: ["rows"] },
    }));
    if (column.type === "text") return this.#cell(expression, () => textFacts);
    const { least, greatest, integral } = boundsOf(column);
    return this.#cell(expression, () => rowFacts(least, greatest, integral));
  }

  /** Any column: what a count of rows reads. */
  anyColumn(): Cell {
    return this.column(Object.keys(this.card.columns)[0]!);
  }

  number(value: number): Cell {
    const expression = this.constant(scalar(value));
    return this.#cell(expression, () => ({ kind: "public", value: scalar(value) }));
  }

  constant(value: PlainTensor): Expression {
    if (!value.data.every(Number.isFinite))
      refuse(problem("constant-not-finite", "a number in the SQL comes out as NaN or infinite"));
    const key = `constant ${value.shape.join("x")}:${Array.from(value.data, (one) => (Object.is(one, -0) ? "-0" : one)).join(",")}`;
    return this.#once(key, () => ({ node: { kind: "constant", value } }));
  }

  /** An operation on numbers of one row; on constants alone it is done here and now. */
  apply(name: string, inputs: readonly Cell[], given: Attributes = {}): Cell {
    const operation = operations.get(name);
    invariant(operation?.sensitivity.rowByRow !== undefined, "a row's operations have rules for one row");
    const attributes = readAttributes(operation, given);
    if (!attributes.ok) return refuse(attributes.problem);
    const facts = inputs.map((input) => input.facts);
    if (facts.every((fact) => fact.kind === "public")) {
      const value = operation.plain(
        facts.map((fact) => fact.value),
        attributes.value,
      );
      return this.number(value.data[0]!);
    }
    const expression = this.node(
      name,
      inputs.map((input) => input.expression),
      attributes.value,
    );
    return this.#cell(expression, () => {
      const bounds = operation.sensitivity.rowByRow!(facts, attributes.value);
      return bounds.ok ? bounds.value : refuse(bounds.problem);
    });
  }

  /** The same for every row, as something that each row has. */
  onEachRow(cell: Cell): Cell {
    if (cell.facts.kind === "rows") return cell;
    const ones = this.node("RowOnes", [this.anyColumn().expression]);
    const value = cell.facts.value.data[0]!;
    return this.#cell(this.node("Mul", [ones, cell.expression]), () =>
      rowFacts(value, value, Number.isInteger(value)),
    );
  }

  /** The place of a row's text among public ones, or -1. */
  placeAmong(text: Cell, keys: readonly string[]): Cell {
    return this.apply("LabelEncoder", [text], { keys_strings: keys });
  }

  /** Looks a public table up: `values[index]` of each row. */
  lookUp(index: Cell, values: readonly number[]): Cell {
    if (index.facts.kind === "public") return this.number(values[index.facts.value.data[0]!]!);
    const [least, greatest] = [Math.min(...values), Math.max(...values)];
    if (least === greatest) return this.onEachRow(this.number(least));
    const hot = this.node("OneHot", [index.expression], { depth: values.length });
    const table = this.constant({ shape: [values.length], data: Float64Array.from(values) });
    const found = this.node("ReduceSum", [this.node("Mul", [hot, table])], { axes: [1], keepdims: 0 });
    // A row of no entry would be zero; there is none, and the bounds say so.
    const held =
      least <= 0 && greatest >= 0 ? found : this.node("Clip", [found], { min: least, max: greatest });
    return this.#cell(held, () => rowFacts(least, greatest, values.every(Number.isInteger)));
  }

  /** Two cells of one place are the same expression. */
  placeOf({ expression }: Cell): number {
    return this.#places.get(expression) ?? -1;
  }

  /** Any operation, without a look at bounds. */
  node(operation: string, inputs: readonly Expression[], attributes: Attributes = {}): Expression {
    const places = inputs.map((input) => this.#places.get(input));
    invariant(!places.includes(undefined), "an expression is written after what it reads");
    const key = `${operation}(${places.join(",")})${JSON.stringify(attributes)}`;
    return this.#once(key, () => ({ node: { kind: "operation", operation, inputs, attributes } }));
  }

  #once(key: string, write: () => Expression): Expression {
    const known = this.#expressions.get(key);
    if (known !== undefined) return known;
    if (this.#expressions.size >= programLimits.nodes)
      refuseClause(
        "a query of so many steps",
        `it takes more than ${programLimits.nodes} operations`,
        "ask in parts, or put long lists of values into JOIN (VALUES ...)",
      );
    const expression = Object.freeze(write());
    this.#expressions.set(key, expression);
    this.#places.set(expression, this.#places.size);
    return expression;
  }

  #cell(expression: Expression, factsOf: () => Facts): Cell {
    const known = this.#cells.get(expression);
    if (known !== undefined) return known;
    const cell = { expression, facts: factsOf() };
    this.#cells.set(expression, cell);
    return cell;
  }
}

function boundsOf(column: Exclude<ColumnCard, { readonly type: "text" }>) {
  if (column.type === "category")
    return { least: 0, greatest: column.categories.length - 1, integral: true } as const;
  const [least, greatest] = column.bounds;
  return { least, greatest, integral: column.type === "integer" } as const;
}

const textFacts: Facts = {
  ...(rowFacts(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, false) as RowsFacts),
  isText: true,
};

function rowFacts(least: number, greatest: number, integral: boolean): Facts {
  return {
    kind: "rows",
    shape: [],
    lo: Float64Array.of(least),
    hi: Float64Array.of(greatest),
    oneHot: true,
    integral,
  };
}
