import type { Examples } from "unseen";

/** 1,797 digits of 8 by 8 pixels, each of this shape: four of five to learn from, and every fifth held out. */
export async function digits(
  shape: readonly number[],
): Promise<{ readonly train: Examples; readonly heldOut: Examples }> {
  const file = await fetch(new URL("../../datasets/digits.csv", import.meta.url));
  const rows = (await file.text())
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
