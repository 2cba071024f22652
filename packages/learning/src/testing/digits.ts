// The 1,797 handwritten digits of `datasets/digits.csv`, 8 by 8, scaled to [0, 1]: every fifth is held out.

import { readFileSync } from "node:fs";
import type { Examples } from "../fit/examples.ts";

export type Split = { readonly train: Examples; readonly heldOut: Examples };

export function digits(shape: readonly number[] = [64]): Split {
  const text = readFileSync(new URL("../../../../datasets/digits.csv", import.meta.url), "utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const part = (isHeldOut: boolean): Examples => {
    const own = rows.filter((_, at) => (at % 5 === 0) === isHeldOut);
    return {
      x: own.map((row) => row.slice(0, 64).map((pixel) => pixel / 16)),
      y: own.map((row) => row[64]!),
      shape,
    };
  };
  return { train: part(false), heldOut: part(true) };
}
