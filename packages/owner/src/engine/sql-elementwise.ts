// Operations on single numbers that a database computes to the same double as script does, NaN, infinity and all.
// DuckDB and PostgreSQL order NaN above every number and equal to itself; IEEE and script do not, so where a NaN
// may come, the text asks for it. PostgreSQL raises errors where IEEE has infinity, NaN or an underflow: each rule
// says whether declared bounds leave room for that (`mayRaise`).

import {
  holds,
  isFiniteBetween,
  type Made,
  madeFrom,
  mayBeInfinite,
  mayBeZero,
  type Scalar,
} from "./sql-scalar.ts";
import { doubleLiteral, isNaNText } from "./sql-text.ts";
import type { SqlWriter } from "./sql-writer.ts";

export type ScalarRule = (writer: SqlWriter, inputs: readonly Scalar[]) => Scalar | undefined;

const zero = doubleLiteral(0);
const one = doubleLiteral(1);
const nan = doubleLiteral(Number.NaN);

/** By operation's name. What is not here (Exp, Log, Sin, ...) may differ in its last digit between libraries. */
export const scalarRules: ReadonlyMap<string, ScalarRule> = new Map<string, ScalarRule>([
  ["Add", (_, [x, y]) => sum(x!, y!, "+", [x!.least + y!.least, x!.greatest + y!.greatest])],
  ["Sub", (_, [x, y]) => sum(x!, y!, "-", [x!.least - y!.greatest, x!.greatest - y!.least])],
  ["Mul", (_, [x, y]) => product(x!, y!)],
  ["Div", (_, [x, y]) => quotient(x!, y!)],
  ["Pow", (writer, [x, y]) => (y!.constant === 2 ? square(writer.named(x!)) : undefined)],
  [
    "Neg",
    (_, [x]) =>
      madeFrom([x!], `(-${x!.sql})`, {
        least: -x!.greatest,
        greatest: -x!.least,
        isWhole: x!.isWhole,
        grain: x!.grain,
      }),
  ],
  [
    "Abs",
    (_, [x]) => madeFrom([x!], `abs(${x!.sql})`, { ...absolute(x!), isWhole: x!.isWhole, grain: x!.grain }),
  ],
  ["Floor", (_, [x]) => rounded(x!, "floor", Math.floor)],
  ["Ceil", (_, [x]) => rounded(x!, "ceil", Math.ceil)],
  ["Sqrt", (writer, [x]) => squareRoot(writer.named(x!))],
  ["Sign", (writer, [x]) => sign(writer.named(x!))],
  ["Relu", (_, [x]) => greater(x!)],
  ["Min", (writer, [x, y]) => extreme(writer, "least", Math.min, x!, y!)],
  ["Max", (writer, [x, y]) => extreme(writer, "greatest", Math.max, x!, y!)],
  // x is above y: the one on the left must not be a NaN, which DuckDB puts above everything.
  ["Greater", (writer, [x, y]) => compared(writer, ">", x!, y!, "left")],
  ["GreaterOrEqual", (writer, [x, y]) => compared(writer, ">=", x!, y!, "left")],
  ["Less", (writer, [x, y]) => compared(writer, "<", x!, y!, "right")],
  ["LessOrEqual", (writer, [x, y]) => compared(writer, "<=", x!, y!, "right")],
  ["Equal", (writer, [x, y]) => compared(writer, "=", x!, y!, "left")],
  ["And", (_, [x, y]) => condition([x!, y!], `(${holds(x!)} AND ${holds(y!)})`)],
  ["Or", (_, [x, y]) => condition([x!, y!], `(${holds(x!)} OR ${holds(y!)})`)],
  ["Xor", (_, [x, y]) => condition([x!, y!], `(${holds(x!)} <> ${holds(y!)})`)],
  ["Not", (_, [x]) => condition([x!], `(NOT ${holds(x!)})`)],
  ["Where", (_, [c, x, y]) => chosen(c!, x!, y!)],
]);

function sum(x: Scalar, y: Scalar, sign: "+" | "-", [least, greatest]: readonly [number, number]): Scalar {
  const isWhole = isExactWhole(x, y, least, greatest);
  return madeFrom([x, y], `(${x.sql} ${sign} ${y.sql})`, {
    least,
    greatest,
    mayBeNaN: x.mayBeNaN || y.mayBeNaN || (mayBeInfinite(x) && mayBeInfinite(y)),
    isWhole,
    shifted: isWhole ? shiftedColumn(x, y, sign) : undefined,
    // A sum does not underflow: two doubles are apart by a multiple of the smallest one.
    mayRaise: !isFiniteBetween(least, greatest),
  });
}

function shiftedColumn(x: Scalar, y: Scalar, sign: "+" | "-"): string | undefined {
  if (y.constant !== undefined) return x.shifted;
  return sign === "+" && x.constant !== undefined ? y.shifted : undefined;
}

export function product(x: Scalar, y: Scalar): Scalar {
  const corners = [x.least * y.least, x.least * y.greatest, x.greatest * y.least, x.greatest * y.greatest];
  const [least, greatest] = [Math.min(...corners), Math.max(...corners)];
  return madeFrom([x, y], `(${x.sql} * ${y.sql})`, {
    least,
    greatest,
    mayBeNaN: x.mayBeNaN || y.mayBeNaN || mayBeInfinite(x) || mayBeInfinite(y),
    isWhole: isExactWhole(x, y, least, greatest),
    ...nearestProduct(x, y),
    mayRaise: !isFiniteBetween(least, greatest) || x.grain * y.grain === 0,
  });
}

/** Rounding is monotone, so no product but zero is nearer to zero than that of the two nearest. */
function nearestProduct(x: Scalar, y: Scalar): { readonly grain?: number } {
  const grain = x.grain * y.grain;
  return grain > 0 && Number.isFinite(grain) ? { grain } : {};
}

/** Undefined where the sign of a zero below the line would be needed and is not known. */
export function quotient(x: Scalar, y: Scalar): Scalar | undefined {
  const sql = `(${x.sql} / ${y.sql})`;
  if (mayBeZero(y)) {
    if (!y.hasSignedZero) return undefined;
    return madeFrom([x, y], sql, { ...anything, mayBeNaN: true, mayRaise: true });
  }
  const corners = [x.least / y.least, x.least / y.greatest, x.greatest / y.least, x.greatest / y.greatest];
  const [least, greatest] = [Math.min(...corners), Math.max(...corners)];
  const nearest = x.grain / Math.max(Math.abs(y.least), Math.abs(y.greatest));
  return madeFrom([x, y], sql, {
    least,
    greatest,
    mayBeNaN: x.mayBeNaN || y.mayBeNaN || (mayBeInfinite(x) && mayBeInfinite(y)),
    mayRaise: !isFiniteBetween(least, greatest) || nearest === 0,
  });
}

const anything = { least: Number.NEGATIVE_INFINITY, greatest: Number.POSITIVE_INFINITY } as const;

/** Whole numbers stay whole where they stay small enough to be exact. */
function isExactWhole(x: Scalar, y: Scalar, least: number, greatest: number): boolean {
  return x.isWhole && y.isWhole && Math.abs(least) <= 2 ** 52 && Math.abs(greatest) <= 2 ** 52;
}

/** x ** 2 is x * x to the last bit in V8; the contract test would show a version in which it is not. */
function square(x: Scalar): Scalar {
  const { least, greatest } = absolute(x);
  return madeFrom([x], `(${x.sql} * ${x.sql})`, {
    least: least * least,
    greatest: greatest * greatest,
    mayRaise: !Number.isFinite(greatest * greatest) || x.grain * x.grain === 0,
  });
}

function absolute({ least, greatest }: Scalar): { readonly least: number; readonly greatest: number } {
  const ends = [Math.abs(least), Math.abs(greatest)];
  return { least: least <= 0 && greatest >= 0 ? 0 : Math.min(...ends), greatest: Math.max(...ends) };
}

function rounded(x: Scalar, name: "floor" | "ceil", round: (value: number) => number): Scalar {
  return madeFrom([x], `${name}(${x.sql})`, {
    least: round(x.least),
    greatest: round(x.greatest),
    isWhole: !x.mayBeNaN && !mayBeInfinite(x),
  });
}

/** Databases fail on the root of a negative number, where script has NaN; of NaN they give NaN. */
function squareRoot(x: Scalar): Scalar {
  const isNegative = x.least < 0;
  return madeFrom(
    [x],
    isNegative ? `sqrt(CASE WHEN ${x.sql} < ${zero} THEN ${nan} ELSE ${x.sql} END)` : `sqrt(${x.sql})`,
    {
      least: Math.sqrt(Math.max(x.least, 0)),
      greatest: Math.sqrt(Math.max(x.greatest, 0)),
      mayBeNaN: x.mayBeNaN || isNegative,
    },
  );
}

function sign(x: Scalar): Scalar {
  const ordered = `CASE WHEN ${x.sql} > ${zero} THEN ${one} WHEN ${x.sql} < ${zero} THEN ${doubleLiteral(-1)} ELSE ${zero} END`;
  return madeFrom(
    [x],
    x.mayBeNaN ? `CASE WHEN ${isNaNText(x.sql)} THEN ${nan} ELSE ${ordered} END` : ordered,
    {
      least: Math.sign(x.least),
      greatest: Math.sign(x.greatest),
      isWhole: !x.mayBeNaN,
      hasSignedZero: !mayBeZero(x),
    },
  );
}

/** greatest(NaN, 0) is NaN in both. */
function greater(x: Scalar): Scalar {
  return madeFrom([x], `greatest(${x.sql}, ${zero})`, {
    least: Math.max(x.least, 0),
    greatest: Math.max(x.greatest, 0),
    isWhole: x.isWhole,
    hasSignedZero: x.least > 0,
  });
}

function extreme(
  writer: SqlWriter,
  name: "least" | "greatest",
  choose: (a: number, b: number) => number,
  left: Scalar,
  right: Scalar,
): Scalar {
  // Of a number and NaN, script takes NaN from both; DuckDB takes it for the greatest only.
  const asks = name === "least" && (left.mayBeNaN || right.mayBeNaN);
  const [x, y] = asks ? [writer.named(left), writer.named(right)] : [left, right];
  const chosenOne = `${name}(${x.sql}, ${y.sql})`;
  const made: Made = {
    least: choose(x.least, y.least),
    greatest: choose(x.greatest, y.greatest),
    isWhole: x.isWhole && y.isWhole,
  };
  return madeFrom(
    [x, y],
    asks
      ? `CASE WHEN ${isNaNText(x.sql)} OR ${isNaNText(y.sql)} THEN ${nan} ELSE ${chosenOne} END`
      : chosenOne,
    { ...made, hasSignedZero: made.least > 0 || made.greatest < 0 },
  );
}

/** Clip takes NaN to the allowed value nearest to zero. */
export function clipped(writer: SqlWriter, given: Scalar, min: number, max: number): Scalar {
  const x = given.mayBeNaN ? writer.named(given) : given;
  const hold = (value: number) => Math.min(Math.max(value, min), max);
  const held = `least(greatest(${x.sql}, ${doubleLiteral(min)}), ${doubleLiteral(max)})`;
  const [least, greatest] = x.mayBeNaN ? [min, max] : [hold(x.least), hold(x.greatest)];
  return madeFrom(
    [x],
    x.mayBeNaN ? `CASE WHEN ${isNaNText(x.sql)} THEN ${doubleLiteral(hold(0))} ELSE ${held} END` : held,
    {
      least,
      greatest,
      mayBeNaN: false,
      isWhole: x.isWhole && Number.isInteger(min) && Number.isInteger(max),
      hasSignedZero: least > 0 || greatest < 0,
    },
  );
}

function compared(
  writer: SqlWriter,
  operator: string,
  left: Scalar,
  right: Scalar,
  notNaN: "left" | "right",
): Scalar {
  const asked = notNaN === "left" ? left : right;
  if (!asked.mayBeNaN) return condition([left, right], `(${left.sql} ${operator} ${right.sql})`);
  const named = writer.named(asked);
  const [x, y] = notNaN === "left" ? [named, right] : [left, named];
  return condition([x, y], `(${x.sql} ${operator} ${y.sql} AND NOT ${isNaNText(named.sql)})`);
}

function condition(inputs: readonly Scalar[], text: string): Scalar {
  return madeFrom(inputs, `CASE WHEN ${text} THEN ${one} ELSE ${zero} END`, {
    condition: text,
    least: 0,
    greatest: 1,
    mayBeNaN: false,
    isWhole: true,
    hasSignedZero: true,
  });
}

function chosen(c: Scalar, x: Scalar, y: Scalar): Scalar {
  return madeFrom([c, x, y], `CASE WHEN ${holds(c)} THEN ${x.sql} ELSE ${y.sql} END`, {
    least: Math.min(x.least, y.least),
    greatest: Math.max(x.greatest, y.greatest),
    mayBeNaN: x.mayBeNaN || y.mayBeNaN,
    isWhole: x.isWhole && y.isWhole,
    hasSignedZero: x.hasSignedZero && y.hasSignedZero,
  });
}
