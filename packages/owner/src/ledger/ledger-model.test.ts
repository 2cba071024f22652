import fc from "fast-check";
import { expect, test } from "vitest";
import { testHome } from "../store/home-for-tests.ts";
import { amount } from "./amount.ts";
import type { Charge } from "./ledger.ts";
import { chargeOf, openLedger } from "./ledger-for-tests.ts";

type Ask = {
  readonly asker: string;
  readonly askId: string;
  readonly datasets: Charge["datasets"];
  readonly epsilon: bigint;
  readonly delta: bigint;
};
type Caps = { readonly cap: bigint; readonly capDelta: bigint; readonly allotment: bigint | undefined };

const ask = fc.record({
  asker: fc.constantFrom("ada", "eve"),
  askId: fc.constantFrom("1", "2", "3", "4", "5", "6"),
  datasets: fc.constantFrom<Charge["datasets"]>(["a"], ["b"], ["a", "b"], ["b", "a"]),
  epsilon: fc.bigInt({ min: 1n, max: 9n }),
  delta: fc.bigInt({ min: 0n, max: 3n }),
});
const caps = fc.record({
  cap: fc.bigInt({ min: 0n, max: 40n }),
  capDelta: fc.bigInt({ min: 0n, max: 12n }),
  allotment: fc.option(fc.bigInt({ min: 0n, max: 20n }), { nil: undefined }),
});

/** The rules again, slow and plain: a list of charges, summed afresh for every ask. */
class Model {
  readonly #caps: Caps;
  readonly charged: Ask[] = [];

  constructor(caps: Caps) {
    this.#caps = caps;
  }

  charge(asked: Ask): string {
    const same = this.charged.find(({ asker, askId }) => asker === asked.asker && askId === asked.askId);
    if (same !== undefined) {
      const isSame =
        String(same.datasets) === String(asked.datasets) &&
        same.epsilon === asked.epsilon &&
        same.delta === asked.delta;
      return isSame ? "ok" : "ask-id-reused";
    }
    const sum = (asks: Ask[], of: "epsilon" | "delta") =>
      asks.reduce((total, each) => total + each[of], asked[of]);
    const { cap, capDelta, allotment } = this.#caps;
    for (const dataset of asked.datasets) {
      const all = this.charged.filter(({ datasets }) => datasets.some((each) => each === dataset));
      const own = all.filter(({ asker }) => asker === asked.asker);
      if (sum(all, "epsilon") > cap || sum(all, "delta") > capDelta) return "budget-exhausted";
      if (allotment !== undefined && sum(own, "epsilon") > allotment) return "allotment-exhausted";
    }
    this.charged.push(asked);
    return "ok";
  }
}

test("any sequence of charges, in groups of any size, ends as the plain model says", async () => {
  using home = testHome();
  const { ledger, policy } = openLedger(home.store);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      caps,
      fc.array(fc.array(ask, { minLength: 1, maxLength: 6 }), { maxLength: 6 }),
      async (limits, groups) => {
        run += 1;
        const named = (each: Ask): Ask => ({
          ...each,
          asker: `${each.asker}-${run}`,
          datasets: each.datasets.map((name) => `${name}-${run}`) as unknown as Charge["datasets"],
        });
        const { cap, capDelta, allotment } = limits;
        for (const dataset of [`a-${run}`, `b-${run}`]) {
          await policy.setBudget(dataset, {
            cap: amount(cap, capDelta),
            ...(allotment === undefined ? {} : { allotment: amount(allotment, 10n ** 18n) }),
          });
        }
        const model = new Model(limits);
        for (const group of groups.map((each) => each.map(named))) {
          const expected = group.map((each) => model.charge(each));
          const outcomes = await Promise.all(group.map((each) => ledger.charge(chargeOf(each))));
          expect(outcomes.map((each) => (each.ok ? "ok" : each.problem.code))).toEqual(expected);
        }
        for (const dataset of [`a-${run}`, `b-${run}`]) {
          const rows = model.charged.filter(({ datasets }) => datasets.some((each) => each === dataset));
          const total = (of: "epsilon" | "delta") => rows.reduce((sum, each) => sum + each[of], 0n);
          const { spent, charges } = await ledger.budget(dataset);
          expect({ ...spent, charges }).toEqual({
            ...amount(total("epsilon"), total("delta")),
            charges: rows.length,
          });
        }
      },
    ),
    { numRuns: 60 },
  );
});
