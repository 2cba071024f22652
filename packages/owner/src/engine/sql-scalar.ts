// One number of one row, as SQL: with what is certain of its value before any row is read. The bounds follow
// from the declared ones by rules that rounding respects (a correctly rounded monotone function is
// monotone), so they hold for the very doubles that the engine computes, and not only nearly.

import type { NumbersColumn } from "./snapshot.ts";
import { doubleLiteral } from "./sql-text.ts";

export type Scalar = {
  readonly sql: string;
  /** The same as a condition, where it is 1 or 0 by one. */
  readonly condition?: string;
  /** Its value where it is the same in every row. */
  readonly constant?: number;
  /** Least and greatest value, NaN apart. Infinite where nothing bounds it. */
  readonly least: number;
  readonly greatest: number;
  readonly mayBeNaN: boolean;
  readonly isWhole: boolean;
  /** A text and no number: LabelEncoder alone may read it. */
  readonly isText?: true;
  /** The column of whole numbers that it is, moved by one whole number: so each is as far above its least as the other. */
  readonly shifted?: string;
  /** A zero has the sign that IEEE gives it. Without this it must not be divided by. */
  readonly hasSignedZero: boolean;
  /** No value but zero is nearer to zero than this. */
  readonly grain: number;
  /** Whether IEEE gives infinity, NaN or a zero on the way to it where a database may raise an error. */
  readonly mayRaise: boolean;
  /** The layer of the query in which it can be written; 0 has the columns alone. */
  readonly layer: number;
  /** How deep its text nests. */
  readonly depth: number;
};

/** What a rule says of a scalar it makes; the rest follows from its inputs. */
export type Made = {
  readonly least: number;
  readonly greatest: number;
  readonly mayBeNaN?: boolean;
  readonly isWhole?: boolean;
  readonly hasSignedZero?: boolean;
  readonly condition?: string;
  readonly shifted?: string | undefined;
  readonly grain?: number;
  /** Of this step itself; that of the inputs is kept. */
  readonly mayRaise?: boolean;
};

/** The smallest double above zero. */
const leastGrain = Number.MIN_VALUE;

export function constantScalar(value: number): Scalar {
  return {
    // DuckDB takes 0 and -0 for one constant, and x + 0 and x + -0 for one expression, which it computes once:
    // so -0 is written as 0, and its sign is not relied on (DuckDB 1.5.5).
    sql: doubleLiteral(value === 0 ? 0 : value),
    constant: value,
    least: Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value,
    greatest: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value,
    mayBeNaN: Number.isNaN(value),
    isWhole: Number.isInteger(value),
    hasSignedZero: !Object.is(value, -0),
    // Of zero alone nothing else is nearer.
    grain: value === 0 || Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.abs(value),
    mayRaise: false,
    layer: 0,
    depth: 0,
  };
}

export function columnScalar(sql: string, { name, least, greatest, isWhole }: NumbersColumn): Scalar {
  const grain = grainOf(least, greatest, isWhole);
  const sure = { least, greatest, mayBeNaN: false, isWhole, hasSignedZero: true, grain, mayRaise: false };
  return { sql, ...sure, ...(isWhole ? { shifted: name } : {}), layer: 0, depth: 0 };
}

export function textScalar(sql: string): Scalar {
  const unknown = { least: Number.NEGATIVE_INFINITY, greatest: Number.POSITIVE_INFINITY, mayBeNaN: true };
  return {
    sql,
    ...unknown,
    isWhole: false,
    isText: true,
    hasSignedZero: true,
    grain: grainOf(unknown.least, unknown.greatest, false),
    mayRaise: false,
    layer: 0,
    depth: 0,
  };
}

export function madeFrom(inputs: readonly Scalar[], sql: string, made: Made): Scalar {
  // NaN in the arithmetic of bounds, as of infinity minus infinity, bounds nothing.
  const isBounded = !(Number.isNaN(made.least) || Number.isNaN(made.greatest));
  const grain = isBounded ? grainOf(made.least, made.greatest, made.isWhole ?? false) : leastGrain;
  return {
    sql,
    ...(made.condition === undefined ? {} : { condition: made.condition }),
    ...(made.shifted === undefined ? {} : { shifted: made.shifted }),
    least: isBounded ? made.least : Number.NEGATIVE_INFINITY,
    greatest: isBounded ? made.greatest : Number.POSITIVE_INFINITY,
    mayBeNaN: made.mayBeNaN ?? inputs.some((input) => input.mayBeNaN),
    isWhole: made.isWhole ?? false,
    hasSignedZero: made.hasSignedZero ?? inputs.every((input) => input.hasSignedZero),
    grain: Math.max(grain, made.grain ?? leastGrain),
    mayRaise: (made.mayRaise ?? false) || inputs.some((input) => input.mayRaise),
    layer: Math.max(0, ...inputs.map((input) => input.layer)),
    depth: 1 + Math.max(0, ...inputs.map((input) => input.depth)),
  };
}

function grainOf(least: number, greatest: number, isWhole: boolean): number {
  const nearest = least > 0 ? least : greatest < 0 ? -greatest : leastGrain;
  return isWhole ? Math.max(nearest, 1) : nearest;
}

/** Numbers of which none is beyond the range of doubles. */
export function isFiniteBetween(least: number, greatest: number): boolean {
  return Number.isFinite(least) && Number.isFinite(greatest);
}

export function mayBeInfinite({ least, greatest }: Scalar): boolean {
  return least === Number.NEGATIVE_INFINITY || greatest === Number.POSITIVE_INFINITY;
}

export function mayBeZero({ least, greatest }: Scalar): boolean {
  return least <= 0 && greatest >= 0;
}

/** The scalar as a condition: what is not zero holds, and NaN is not zero, in SQL as in script. */
export function holds(scalar: Scalar): string {
  return scalar.condition ?? `(${scalar.sql} <> ${doubleLiteral(0)})`;
}
