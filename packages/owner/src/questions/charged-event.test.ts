// What a charge keeps of its mechanisms: never less than the price says, and never so much more that one question at
// exactly a cap would not fit under it.

import { addRationals, eventFrom, rational, rationalFromStored, rhoAtMost } from "@unseen/privacy";
import { expect, test } from "vitest";
import { amount } from "../ledger/amount.ts";
import { priceOfCharge, rhoUnitsAtMost } from "../ledger/rho.ts";
import { chargedEvent } from "./charged-event.ts";
import { type PlannedProgram, planQuestion } from "./question.ts";
import { asking, bp, clinicCard, operation, programOn } from "./questions-for-tests.ts";

const hot = operation("OneHot", [bp], { depth: 5 });
const programs = {
  "one choice": [operation("ChooseGreatest", [hot], { k: 1 })],
  "three choices in one": [operation("ChooseGreatest", [hot], { k: 3 })],
  "a threshold": [operation("ChooseAbove", [hot], { thresholds: [3], mostAbove: 2 })],
  "a quantile and a sum": [operation("ChooseQuantile", [bp], { q: 0.5 }), operation("ReduceSum", [bp])],
  everything: [
    operation("ChooseGreatest", [hot], { k: 3 }),
    operation("ChooseAbove", [hot], { thresholds: [3], mostAbove: 2 }),
    operation("ChooseQuantile", [bp], { q: 0.5 }),
    operation("ReduceSum", [hot], { axes: [0] }),
    operation("ReduceMean", [bp]),
  ],
} as const;

async function questionOf(name: keyof typeof programs, offer: { epsilon: string; delta?: string }) {
  const dataset = { card: clinicCard, snapshot: "none", peopleCount: 0 };
  const datasets = { find: async () => dataset, all: async () => [] };
  const question = await planQuestion(datasets, asking(programOn(...programs[name]), { offer }));
  if (!question.ok) throw new Error(question.problem.message);
  if (question.value.kind !== "program") throw new Error("a program was asked");
  return question.value;
}

function epsilonOf({ price }: PlannedProgram) {
  return price.events
    .map((event) => {
      if (!("epsilon" in event)) throw new Error("priced in epsilon");
      const { num, den } = rationalFromStored(event.epsilon);
      return rational(num * BigInt("count" in event ? event.count : 1), den);
    })
    .reduce(addRationals);
}

test.each(Object.keys(programs) as (keyof typeof programs)[])(
  "%s: kept as mechanisms, within the price",
  async (name) => {
    const pure = await questionOf(name, { epsilon: "0.7" });
    expect(epsilonOf(pure)).toEqual(rational(7n, 10n));
    const text = chargedEvent(pure);
    expect(eventFrom(JSON.parse(text).event).ok).toBe(true);
    expect(text).toMatch(/permute-and-flip|epsilon-delta/);
    // Several at a share of the price each lose less, in rho, than one at the whole price.
    const asPriced = amount(pure.price.epsilon, pure.price.delta);
    expect(priceOfCharge(asPriced, text).rho).toBeLessThanOrEqual(priceOfCharge(asPriced, "{}").rho);
    for (const [e, d] of [
      ["0.7", "0.000001"],
      ["0.000001", "0.000000000000000001"],
      ["1000", "0.0009"],
    ] as const) {
      const both = await questionOf(name, { epsilon: e, delta: d });
      const { price } = both;
      const { rho: units } = priceOfCharge(amount(price.epsilon, price.delta), chargedEvent(both));
      const most = rhoUnitsAtMost(rhoAtMost(price.epsilon, price.delta));
      expect(units <= most).toBe(true);
      expect(units > (most * 999n) / 1000n).toBe(true);
    }
  },
);
