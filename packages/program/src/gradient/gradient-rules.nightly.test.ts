// The same as the quick test, at length.

import fc from "fast-check";
import { test } from "vitest";
import { checkGradient } from "./check-gradient-for-tests.ts";
import { gradientCases } from "./gradient-cases-for-tests.ts";

test.each(gradientCases)("three hundred gradients of %s are what central differences give", (name, drawn) => {
  fc.assert(
    fc.property(drawn, (one) => checkGradient(name, one)),
    { numRuns: 300 },
  );
});
