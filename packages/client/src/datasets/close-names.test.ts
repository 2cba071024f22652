import { expect, test } from "vitest";
import { closeNames } from "./close-names.ts";

test("the nearest names come first, and far ones not at all", () => {
  const names = ["bmi", "bp", "serum_cholesterol", "sex"];
  expect(closeNames("bpp", names)).toEqual(["bp", "bmi"]);
  expect(closeNames("serum", names)).toEqual(["serum_cholesterol"]);
  expect(closeNames("income", names)).toEqual([]);
  expect(closeNames("", names)).toEqual([]);
});
