import { expect, test } from "vitest";
import { bar, meter } from "./bars.ts";
import { measured, plainNumber } from "./numbers.ts";
import { indented, table } from "./table.ts";

test.each([
  [94.634_71, 0.6521, "94.63", "0.65"],
  [94.634_71, 12.3, "95", "12"],
  [1234.5, 678.9, "1235", "679"],
  [-0.001, 3, "0.0", "3.0"],
  [5, 0, "5", "0"],
  [-2, 6, "-2", "6"],
  [Number.NaN, 1, "NaN", "1"],
  [1e20, 1e18, "100000000000000000000", "1000000000000000000"],
  [0.000_000_12, 1e-9, "1.2e-7", "1e-9"],
])("%d ± %d is shown as %s ± %s", (value, plusMinus, shown, width) => {
  expect(measured(value, plusMinus)).toEqual({ value: shown, plusMinus: width });
});

test("an exact number keeps six digits, a whole one all", () => {
  expect([plainNumber(1 / 3), plainNumber(442), plainNumber(1e6 + 1)]).toEqual([
    "0.333333",
    "442",
    "1000001",
  ]);
});

test("a bar grows by eighths and never leaves its room", () => {
  expect([bar(0, 4), bar(0.5, 4), bar(1, 4), bar(7, 4), bar(-1, 4), bar(Number.NaN, 4)]).toEqual([
    "",
    "██",
    "████",
    "████",
    "",
    "",
  ]);
  expect(bar(1 / 32, 4)).toBe("▏");
});

test("a meter shows full or empty only where it is", () => {
  expect([meter(0, 4), meter(0.001, 4), meter(0.5, 4), meter(0.999, 4), meter(1, 4)]).toEqual([
    "░░░░",
    "█░░░",
    "██░░",
    "███░",
    "████",
  ]);
});

test("a table aligns its columns, coloured or not", () => {
  expect(
    table(
      [
        ["a", "1"],
        ["\u001b[1mbcd\u001b[22m", "20"],
      ],
      ["left", "right"],
    ),
  ).toBe("a     1\n\u001b[1mbcd\u001b[22m  20");
  expect(table([])).toBe("");
  expect(indented("a\n\nb")).toBe("  a\n\n  b");
});
