import { type Entropy, platformEntropy } from "@unseen/base";
import { measurementFor, multiplyRationals, type Price, rational } from "@unseen/privacy";
import type { Card } from "@unseen/program";
import { expect, test } from "vitest";
import { openOwner } from "../open-owner.ts";
import { audited, broken, cardOf, little, passes } from "./audited-for-tests.ts";
import { PredictableStream } from "./predictable-stream.ts";
import { solveRidge } from "./solve-ridge.ts";
import { takeIn } from "./take-in.ts";

test.each([
  ["people with several rows, whose number is hidden", {}],
  ["rows that are people, whose number is public", { unit: "row", people: { isPublic: true } }],
])("a sound policy passes: %s", (_, changes) => passes(changes));

test("half of the noise is caught", async () => {
  const doubled = ({ share, ...price }: Price): Price => ({
    ...price,
    share:
      share.kind === "pure"
        ? { kind: "pure", epsilon: multiplyRationals(share.epsilon, rational(2n)) }
        : { kind: "concentrated", rho: multiplyRationals(share.rho, rational(4n)) },
  });
  const report = await audited(cardOf(), {
    measurementFor: (price, sum) => measurementFor(doubled(price), sum),
  });
  expect(broken(report.findings)).toContain("stochastic tester");
  expect(report.inPlainWords.join(" ")).toContain("ALARM");
});

test("people whose rows are not bounded are caught", async () => {
  const report = await audited(cardOf(), {
    takeIn: (card, people, entropy) =>
      takeIn(
        { ...card, unit: { kind: "column", column: "who", mostRowsEach: 1_000 } } as Card,
        people,
        entropy,
      ),
  });
  expect(broken(report.findings)).toContain("stochastic tester");
});

test("the same seed gives the same report, and another seed another", async () => {
  const [one, again, other] = [1, 1, 2].map((seed) => audited(cardOf(), {}, seed, little));
  expect(await again).toEqual(await one);
  expect((await other)!.curves).not.toEqual((await one)!.curves);
});

test("predictable randomness cannot be given to what serves", () => {
  const stream = new PredictableStream(1);
  // @ts-expect-error it has no `fill`, so it is no entropy
  const refused: Entropy = stream;
  // @ts-expect-error and a node does not open with it
  const opens = () => openOwner({ home: "nowhere", clock: { nowMs: () => 0 }, entropy: stream });
  expect("fill" in refused).toBe(false);
  expect(opens).toBeTypeOf("function");
  expect("fill" in platformEntropy(globalThis.crypto)).toBe(true);
});

test("least squares finds the bits where there is little noise", () => {
  const bits = [1, 0, 1, 1, 0];
  const rows = [0b10110, 0b01011, 0b11100, 0b00111, 0b10101, 0b01110].map((mask) =>
    Float64Array.from(bits, (_, at) => (mask >> at) & 1),
  );
  const counts = rows.map((row) => row.reduce((sum, isIn, at) => sum + isIn * bits[at]!, 0));
  const found = solveRidge(rows, counts, 1e-9, 0.5, 0.25);
  for (const [at, bit] of bits.entries()) expect(found[at]).toBeCloseTo(bit, 4);
});
