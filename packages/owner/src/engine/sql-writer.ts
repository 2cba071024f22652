// Writes nested SELECTs: what is needed more than once becomes a column of an inner one, so that a program
// that uses a result a thousand times is a thousand words long and not two to the thousandth.

import type { Dialect } from "./sql-dialect.ts";
import type { Scalar } from "./sql-scalar.ts";

/** Text nested deeper is given a name. DuckDB's parser gives up at a depth of 1,000. */
const deepest = 16;

export class SqlWriter {
  readonly dialect: Dialect;
  readonly #layers: string[][] = [];
  #names = 0;
  #mayRaise = false;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  /** The scalar under a name, unless it is as short as one already. */
  named(scalar: Scalar): Scalar {
    if (scalar.depth === 0) return scalar;
    const name = `e${this.#names++}`;
    const layer = this.#layers[scalar.layer] ?? [];
    this.#layers[scalar.layer] = layer;
    layer.push(`${scalar.sql} AS ${name}`);
    this.#mayRaise ||= scalar.mayRaise;
    const { condition: _, ...rest } = scalar;
    return { ...rest, sql: name, layer: scalar.layer + 1, depth: 0 };
  }

  /** Named only where the text has grown deep. */
  shallow(scalar: Scalar): Scalar {
    return scalar.depth > deepest ? this.named(scalar) : scalar;
  }

  get isEmpty(): boolean {
    return this.#names === 0;
  }

  get isTooLarge(): boolean {
    return this.#names > this.dialect.mostNames;
  }

  /** Whether an error could come of what was named, used or not. */
  get mayRaise(): boolean {
    return this.#mayRaise;
  }

  /** A FROM clause that offers every name that was given. */
  from(table: string): string {
    let from = table;
    // Layers below a used one may be empty only above it, so every place is filled.
    for (const layer of this.#layers) from = this.dialect.layer(layer ?? ["0 AS unused"], from);
    return from;
  }
}
