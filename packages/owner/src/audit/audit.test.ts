import { type Entropy, platformEntropy } from "@unseen/base";
import { type Measurement, measurementFor, multiplyRationals, type Price, rational } from "@unseen/privacy";
import { type Card, parseCard } from "@unseen/program";
import { expect, test } from "vitest";
import { sqliteLedger } from "../ledger/index.ts";
import { capsOf, openOwner } from "../open-owner.ts";
import { auditPolicy } from "./audit-policy.ts";
import type { Effort, Finding } from "./finding.ts";
import { PredictableStream } from "./predictable-stream.ts";
import { type NodeParts, partsThatServe } from "./simulated-node.ts";
import { solveRidge } from "./solve-ridge.ts";
import { takeIn } from "./take-in.ts";

const effort: Effort = { testerRuns: 800, membershipRuns: 600, games: 40, people: [30], reconstructions: 1 };
const little: Effort = { testerRuns: 50, membershipRuns: 50, games: 2, people: [10], reconstructions: 1 };

function cardOf(changes: object = {}): Card {
  const card = parseCard({
    name: "clinic",
    columns: {
      bp: { type: "number", bounds: [60, 140] },
      age: { type: "integer", bounds: [18, 90] },
      ward: { type: "category", categories: ["north", 'the "old" one', "south"] },
    },
    unit: { column: "who", mostRowsEach: 2 },
    people: { isPublic: false, band: [10, 1000] },
    budget: { epsilon: 2 },
    ...changes,
  });
  if (!card.ok) throw new Error(card.problem.message);
  return card.value;
}

function audited(card: Card, parts: Partial<NodeParts> = {}, seed = 1, tried = effort) {
  return auditPolicy(
    { card, caps: capsOf(card) },
    { effort: tried, randomness: new PredictableStream(seed), parts: { ...partsThatServe, ...parts } },
  );
}

const broken = (findings: readonly Finding[]) =>
  new Set(findings.filter(({ verdict }) => verdict === "broken").map(({ attack }) => attack));

test.each([
  ["people with several rows, whose number is hidden", {}],
  ["rows that are people, whose number is public", { unit: "row", people: { isPublic: true } }],
  ["several rows each and a public number", { people: { isPublic: true } }],
  ["an allotment each, and a delta", { budget: { epsilon: 3, delta: 1e-6, perAsker: 0.5 } }],
  ["a cap that is lax", { budget: { epsilon: 20 } }],
  ["one column of bounds below zero", { columns: { t: { type: "number", bounds: [-40, -2] } } }],
  [
    "categories alone",
    {
      columns: {
        a: { type: "category", categories: ["x", "y"] },
        b: { type: "category", categories: ["z"] },
      },
    },
  ],
])("a sound policy passes: %s", async (_, changes) => {
  const report = await audited(cardOf(changes));
  expect(report.findings.filter(({ verdict }) => verdict === "broken")).toEqual([]);
  expect(report.isBroken).toBe(false);
  expect(report.advice.length).toBeGreaterThan(1);
  // It is no toothless audit. Where people with several rows are replaced, no two neighbours are as far apart as planned.
  const seen = report.seen.filter(({ epsilon, delta }) => epsilon === 1 && delta === 0);
  expect(Math.max(...seen.map(({ epsilonAtLeast }) => epsilonAtLeast))).toBeGreaterThan(0.1);
});

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

test("noise that is used twice is caught by differences", async () => {
  const once = () => new PredictableStream(7);
  const reusing = (measurement: Measurement): Measurement => ({
    ...measurement,
    release: (sums) => measurement.release(sums, { fill: (bytes) => once().fillPredictably(bytes) }),
  });
  const report = await audited(cardOf(), {
    measurementFor: (price, sum) => reusing(measurementFor(price, sum)),
  });
  expect(broken(report.findings)).toContain("differencing");
});

test("a ledger that charges too little is caught", async () => {
  const report = await audited(cardOf(), {
    ledger: (ports) => {
      const honest = sqliteLedger(ports);
      return new Proxy(honest, {
        get: (target, name) =>
          name === "charge"
            ? (charge: Parameters<typeof honest.charge>[0]) =>
                target.charge({
                  ...charge,
                  epsilon: (charge.epsilon / 4n) as typeof charge.epsilon,
                  event: "{}",
                })
            : Reflect.get(target, name).bind(target),
      });
    },
  });
  expect(broken(report.findings)).toContain("overspending");
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
