// Whole numbers and remainders, as SQL rounds: halves away from zero for ROUND, to even for CAST (as
// PostgreSQL does for double precision), remainders with the sign of what is divided.

import { refuseClause } from "./refusal.ts";
import type { Cell, RowWriter } from "./row-writer.ts";

export function wholeNearest(writer: RowWriter, x: Cell): Cell {
  return x.facts.kind === "rows" && x.facts.integral ? x : writer.apply("Round", [x]);
}

export function rounded(writer: RowWriter, x: Cell, digits: number): Cell {
  if (digits < -15 || digits > 15 || !Number.isInteger(digits))
    return refuseClause("ROUND to so many digits", "a double has fifteen", "round to 0 to 15 digits");
  const scale = writer.number(10 ** Math.abs(digits));
  const scaled = digits === 0 ? x : writer.apply(digits > 0 ? "Mul" : "Div", [x, scale]);
  const whole = awayFromZero(writer, scaled);
  return digits === 0 ? whole : writer.apply(digits > 0 ? "Div" : "Mul", [whole, scale]);
}

function awayFromZero(writer: RowWriter, x: Cell): Cell {
  if (x.facts.kind === "rows" && x.facts.integral) return x;
  return signed(writer, x, (size) =>
    writer.apply("Floor", [writer.apply("Add", [size, writer.number(0.5)])]),
  );
}

export function truncated(writer: RowWriter, x: Cell): Cell {
  return signed(writer, x, (size) => writer.apply("Floor", [size]));
}

/** x - y trunc(x / y), y a number other than zero. */
export function remainder(writer: RowWriter, x: Cell, y: Cell): Cell {
  const divisor = y.facts.kind === "public" ? Math.abs(y.facts.value.data[0]!) : 0;
  if (divisor === 0)
    return refuseClause(
      "% by a column or by zero",
      "a remainder needs a number to divide by",
      "divide by a number: x % 10",
    );
  const by = writer.number(divisor);
  const rest = (size: Cell) => {
    const times = writer.apply("Floor", [writer.apply("Div", [size, by])]);
    return held(writer, writer.apply("Sub", [size, writer.apply("Mul", [times, by])]), 0, divisor);
  };
  return signed(writer, x, rest);
}

/** f of the size of x, with the sign of x; f(0) is 0. Its bounds are narrower than a product of signs would tell. */
function signed(writer: RowWriter, x: Cell, f: (size: Cell) => Cell): Cell {
  const { facts } = x;
  if (facts.kind === "rows" && facts.lo[0]! >= 0) return f(x);
  const size = f(writer.apply("Abs", [x]));
  const result = writer.apply("Mul", [writer.apply("Sign", [x]), size]);
  if (facts.kind === "public" || size.facts.kind === "public") return result;
  const most = size.facts.hi[0]!;
  return held(writer, result, facts.lo[0]! < 0 ? -most : 0, facts.hi[0]! > 0 ? most : 0);
}

function held(writer: RowWriter, x: Cell, min: number, max: number): Cell {
  return Number.isFinite(min) && Number.isFinite(max) ? writer.apply("Clip", [x], { min, max }) : x;
}
