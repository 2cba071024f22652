// More policies and more leaks, each minutes of attacks: what `audit.test.ts` says of the first of them.

import { type Measurement, measurementFor } from "@unseen/privacy";
import { expect, test } from "vitest";
import { sqliteLedger } from "../ledger/index.ts";
import { audited, broken, cardOf, passes } from "./audited-for-tests.ts";
import { PredictableStream } from "./predictable-stream.ts";

test.each([
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
])("a sound policy passes: %s", (_, changes) => passes(changes));

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
