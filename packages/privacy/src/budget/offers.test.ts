import fc from "fast-check";
import { expect, test } from "vitest";
import { attoDeltaOf, deltaAsNumber, formatDelta, noDelta, parseDelta } from "./atto-delta.ts";
import { epsilonAsRational, formatEpsilon, nanoEpsilonOf, parseEpsilon } from "./nano-epsilon.ts";
import { rational } from "./rational.ts";

test("half an epsilon is five hundred million billionths, and prints as 0.5", () => {
  const parsed = parseEpsilon(0.5);
  expect(parsed).toEqual({ ok: true, value: 500_000_000n });
  expect(formatEpsilon(nanoEpsilonOf(500_000_000n))).toBe("0.5");
  expect(epsilonAsRational(nanoEpsilonOf(500_000_000n))).toEqual(rational(1n, 2n));
});

test.each([
  [0.1, 100_000_000n],
  ["0.1", 100_000_000n],
  [" 1e-6 ", 1_000n],
  [1e-6, 1_000n],
  [1000, 1_000_000_000_000n],
  ["1.0000000004", 1_000_000_000n],
  ["1.0000000005", 1_000_000_001n],
  [".5", 500_000_000n],
  ["2.", 2_000_000_000n],
])("epsilon %j is %d billionths", (value, nanos) => {
  expect(parseEpsilon(value)).toEqual({ ok: true, value: nanos });
});

test.each([
  [Number.NaN, "plain number"],
  ["", "plain number"],
  [".", "plain number"],
  ["0x10", "plain number"],
  ["1e99999", "plain number"],
  ["half", "plain number"],
  [Number.POSITIVE_INFINITY, "infinite"],
  [Number.NEGATIVE_INFINITY, "infinite"],
  [-0.5, "negative"],
  [-1e-300, "negative"],
  [0, "above zero"],
  [-0, "above zero"],
  ["0.000", "above zero"],
  [1e-7, "noise alone"],
  [5e-324, "noise alone"],
  [1000.000001, "worth the name"],
  [1e308, "worth the name"],
])("epsilon %j is refused: %s", (value, reason) => {
  expect(parseEpsilon(value)).toMatchObject({
    ok: false,
    problem: { code: "epsilon-invalid", message: expect.stringContaining(reason) },
  });
});

test("delta is kept in units of 1e-18 and never rounded up", () => {
  expect(parseDelta(1e-9)).toEqual({ ok: true, value: 1_000_000_000n });
  expect(parseDelta("1.9e-18")).toEqual({ ok: true, value: 1n });
  expect(formatDelta(attoDeltaOf(1_000_000_000n))).toBe("0.000000001");
  expect(formatDelta(noDelta)).toBe("0");
  expect(deltaAsNumber(attoDeltaOf(1_000_000_000n))).toBe(1e-9);
});

test.each([
  [0, "above zero"],
  [-1e-9, "above zero"],
  [1e-19, "at least 1e-18"],
  [1e-3, "far below one over the number of people"],
  [0.5, "far below one over the number of people"],
  [Number.NaN, "plain number"],
  [Number.POSITIVE_INFINITY, "finite"],
])("delta %j is refused: %s", (value, reason) => {
  expect(parseDelta(value)).toMatchObject({
    ok: false,
    problem: { code: "delta-invalid", message: expect.stringContaining(reason) },
  });
});

test("what was printed reads back the same", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1_000n, max: 10n ** 12n }), (nanos) => {
      expect(parseEpsilon(formatEpsilon(nanoEpsilonOf(nanos)))).toEqual({ ok: true, value: nanos });
    }),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n - 1n }), (attos) => {
      expect(parseDelta(formatDelta(attoDeltaOf(attos)))).toEqual({ ok: true, value: attos });
    }),
  );
});

test("no text makes the parsers throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double(), fc.stringMatching(/^[+-]?[0-9.eE+-]{0,80}$/)), (value) => {
      expect(typeof parseEpsilon(value).ok).toBe("boolean");
      expect(typeof parseDelta(value).ok).toBe("boolean");
    }),
  );
});

test("an amount that was never parsed cannot be negative, nor be made by a cast-free assignment", () => {
  expect(() => nanoEpsilonOf(-1n)).toThrow("never negative");
  expect(() => attoDeltaOf(-1n)).toThrow("never negative");
  expect(nanoEpsilonOf(0n)).toBe(0n);
  // @ts-expect-error a bare bigint is no epsilon
  const notEpsilon: ReturnType<typeof nanoEpsilonOf> = 5n;
  expect(notEpsilon).toBe(5n);
});
