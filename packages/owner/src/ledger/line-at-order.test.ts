// The filter of one Rényi order: what it admits, held against accountants that know nothing of it.

import {
  type NeighbouringRelation,
  PldAccountant,
  type PrivacyEvent,
  printEvent,
  rationalToNumber,
  rdpAccountant,
  rhoAtMost,
} from "@unseen/privacy";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Amount, amount } from "./amount.ts";
import { type CountedCharge, mostAtOrder, nothingAtOrder, takenAtOrder } from "./at-order.ts";
import { eventOf } from "./ledger-for-tests.ts";
import {
  admits,
  allotmentLine,
  type FilterName,
  type Line,
  lossOf,
  remainingOf,
  spendOn,
  thousandthsTaken,
  under,
  untouched,
} from "./line.ts";
import { priceOfCharge, unboundedRho } from "./rho.ts";

type Asked = Amount & { readonly event: string };

const cap = amount(3_000_000_000n, 10n ** 12n); // epsilon 3, delta 1e-6
const half = amount(cap.epsilon, cap.delta / 2n);

function lineWith(filter: FilterName, of: Amount = cap): Line {
  return { filter, cap: of, ...untouched, atOrder: nothingAtOrder };
}

const priceOf = (asked: Asked) => priceOfCharge(asked, asked.event);

function played(
  start: Line,
  asks: readonly Asked[],
): { readonly line: Line; readonly paid: readonly Asked[] } {
  let line = start;
  const paid = asks.filter((asked) => {
    if (!admits(line, priceOf(asked))) return false;
    line = spendOn(line, priceOf(asked));
    return true;
  });
  return { line, paid };
}

function trainingEvent(rate: number, noiseMultiplier: number, steps: number): PrivacyEvent {
  const event = { kind: "gaussian", noiseMultiplier } as const;
  return {
    kind: "self-composed",
    event: { kind: "poisson-sampled", probability: rate, event },
    count: steps,
  };
}

function stored(event: PrivacyEvent, neighbours: NeighbouringRelation = "add-or-remove-one"): string {
  return `{"neighbours":"${neighbours}","event":${printEvent(event)}}`;
}

/** A training at the price that an accountant says, in billionths rounded up. */
function training(rate: number, noise: number, steps: number, delta: bigint): Asked {
  const event = trainingEvent(rate, noise, steps);
  const composed = rdpAccountant().compose(event);
  if (!composed.ok) throw new Error(composed.problem.because);
  const epsilon = Math.ceil(composed.value.epsilonAtLeast(Number(delta) / 1e18) * 1e9);
  return { ...amount(BigInt(Math.max(1, epsilon)), delta), event: stored(event) };
}

const asked = (epsilon: bigint, delta: bigint): Asked => ({
  ...amount(epsilon, delta),
  event: eventOf(epsilon, delta),
});
const pure = fc.bigInt(1_000n, 10n ** 9n).map((epsilon) => asked(epsilon, 0n));
const gaussian = fc
  .record({ epsilon: fc.bigInt(10n ** 7n, 10n ** 9n), delta: fc.bigInt(10n ** 8n, 10n ** 12n) })
  .map(({ epsilon, delta }) => asked(epsilon, delta));
const keys = fc
  .record({ epsilon: fc.bigInt(10n ** 7n, 10n ** 9n), delta: fc.bigInt(1n, 3n * 10n ** 11n) })
  .map(({ epsilon, delta }) => ({
    ...amount(epsilon, delta),
    event: stored({ kind: "epsilon-delta", epsilon: Number(epsilon) / 1e9, delta: Number(delta) / 1e18 }),
  }));
const trainings = fc
  .record({
    rate: fc.constantFrom(0.001, 0.01, 0.05, 0.3),
    noise: fc.constantFrom(0.7, 1, 1.3, 2, 5),
    steps: fc.constantFrom(1, 30, 300, 2_000),
    delta: fc.constantFrom(10n ** 9n, 10n ** 10n, 10n ** 11n),
  })
  .map(({ rate, noise, steps, delta }) => training(rate, noise, steps, delta));
const caps = fc
  .record({ epsilon: fc.bigInt(10n ** 8n, 10n ** 10n), delta: fc.bigInt(10n ** 9n, 10n ** 14n) })
  .map(({ epsilon, delta }) => amount(epsilon, delta));
const many = { minLength: 1, maxLength: 40 };

/** What a charge is, to an accountant that reads events: Gaussian noise of that rho, the training, or what its price says. */
function releaseOf({ epsilon, delta, event }: Asked): PrivacyEvent {
  const read = (JSON.parse(event) as { readonly event: PrivacyEvent }).event;
  if (read.kind === "zcdp") return { kind: "gaussian", noiseMultiplier: Math.sqrt(1 / (2 * read.rho)) };
  if (read.kind === "self-composed") return read;
  return { kind: "epsilon-delta", epsilon: Number(epsilon) / 1e9, delta: Number(delta) / 1e18 };
}

test("whatever is admitted, the distribution of the whole loss keeps the cap", () => {
  fc.assert(
    fc.property(
      caps,
      fc.array(fc.oneof(pure, gaussian, keys, trainings), { minLength: 3, maxLength: 12 }),
      (of, asks) => {
        const { paid } = played(lineWith("renyi", of), asks);
        let accountant = new PldAccountant({ relation: "add-or-remove-one" });
        for (const each of paid) {
          const next = accountant.compose(releaseOf(each));
          if (!next.ok) throw new Error(next.problem.because);
          accountant = next.value;
        }
        const deltaAtCap = accountant.deltaAtLeast(Number(of.epsilon) / 1e9);
        expect(deltaAtCap).toBeLessThanOrEqual(Number(of.delta) / 1e18);
      },
    ),
    { numRuns: 3 },
  );
});

test("whatever is admitted keeps the kept half, and the other half's budget at the order or the plain sum", () => {
  fc.assert(
    fc.property(caps, fc.array(fc.oneof(pure, gaussian, keys, trainings), many), (of, asks) => {
      const { line, paid } = played(lineWith("renyi", of), asks);
      const taken = paid.map((each) =>
        takenAtOrder(amount(of.epsilon, of.delta - of.delta / 2n), priceOf(each)),
      );
      const beside = taken.reduce((sum, each) => sum + each.beside, 0n);
      const lost = taken.reduce((sum, each) => sum + each.lost, 0n);
      expect(line.atOrder).toEqual({ lost, beside });
      expect(beside <= of.delta / 2n).toBe(true);
      const epsilons = paid.reduce((sum, { epsilon }) => sum + epsilon, 0n);
      const deltas = paid.reduce((sum, { delta }) => sum + delta, 0n);
      const isPlain = deltas === beside && epsilons <= of.epsilon;
      expect(isPlain || lost <= mostAtOrder(amount(of.epsilon, of.delta - of.delta / 2n))).toBe(true);
      const loss = lossOf(line);
      expect(loss.epsilon <= of.epsilon && loss.delta <= of.delta).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("whatever is admitted in rho without trainings is admitted at the order, and more remains", () => {
  fc.assert(
    fc.property(caps, fc.array(fc.oneof(pure, gaussian, keys), many), (of, asks) => {
      let [inRho, atOrder] = [lineWith("zcdp-keys", of), lineWith("renyi", of)];
      for (const each of asks) {
        if (!admits(inRho, priceOf(each))) continue;
        expect(admits(atOrder, priceOf(each))).toBe(true);
        [inRho, atOrder] = [spendOn(inRho, priceOf(each)), spendOn(atOrder, priceOf(each))];
      }
      const [left, more] = [remainingOf(inRho), remainingOf(atOrder)];
      expect(more.epsilon >= left.epsilon && more.delta >= left.delta).toBe(true);
      expect(lossOf(atOrder).epsilon).toBeLessThanOrEqual(lossOf(inRho).epsilon);
    }),
    { numRuns: 60 },
  );
});

test("a Gaussian question may take the whole cap, and costs at the order what it costs in rho", () => {
  const rho = rationalToNumber(rhoAtMost(half.epsilon, half.delta));
  const whole = { ...half, event: stored({ kind: "zcdp", rho, xi: 0 }) };
  expect(admits(lineWith("renyi"), priceOf(whole))).toBe(true);
  expect(takenAtOrder(half, priceOf(whole)).lost).toBe(priceOf(whole).rho);
});

test("the order of the charges changes nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(pure, gaussian, keys, trainings), many), (asks) => {
      const spendAll = (all: readonly Asked[]) =>
        all.reduce((line, each) => spendOn(line, priceOf(each)), lineWith("renyi"));
      expect(spendAll(asks.toReversed())).toEqual(spendAll(asks));
    }),
    { numRuns: 60 },
  );
});

test("what is said to remain would be admitted as one pure question, and a billionth more would not", () => {
  fc.assert(
    fc.property(caps, fc.array(fc.oneof(pure, gaussian, keys, trainings), many), (of, asks) => {
      const { line } = played(lineWith("renyi", of), asks);
      const { epsilon } = remainingOf(line);
      if (epsilon > 0n) expect(admits(line, priceOf(asked(epsilon, 0n)))).toBe(true);
      expect(admits(line, priceOf(asked(epsilon + 1n, 0n)))).toBe(false);
    }),
    { numRuns: 100 },
  );
});

test("under another cap all charges are counted again, as if it had stood from the beginning", () => {
  const filters = fc.constantFrom<FilterName>("basic", "zcdp", "zcdp-keys", "renyi");
  fc.assert(
    fc.property(
      filters,
      caps,
      caps,
      fc.array(fc.oneof(pure, gaussian, keys, trainings), many),
      (filter, before, after, asks) => {
        const { line, paid } = played(lineWith(filter, before), asks);
        const history: CountedCharge[] = paid.map((each) => ({ ...each, times: 1n }));
        const counted = under(line, "renyi", after, () => history);
        expect(counted).toEqual(
          paid.reduce((one, each) => spendOn(one, priceOf(each)), lineWith("renyi", after)),
        );
        // And nothing of it stays where there is no order.
        expect(under(counted, "zcdp-keys", after, () => history).atOrder).toEqual(nothingAtOrder);
        expect(under(counted, "renyi", amount(after.epsilon, 0n), () => history).atOrder).toEqual(
          nothingAtOrder,
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("charges that are alike count as often as they are", () => {
  const one = training(0.01, 2, 1_000, 10n ** 10n);
  const [first, second, third] = [1n, 2n, 3n].map((times) => {
    const counted = under(lineWith("basic"), "renyi", cap, () => [{ ...one, times }]);
    return counted.atOrder.lost;
  });
  expect([second, third]).toEqual([2n * (first ?? 0n), 3n * (first ?? 0n)]);
});

/** A training at the price that a node finds, at a delta of 1e-8. */
function pricedByLoss(noise: number, relation: NeighbouringRelation): Asked {
  const event = trainingEvent(0.01, noise, 1_000);
  const composed = new PldAccountant({ relation }).compose(event);
  if (!composed.ok) throw new Error(composed.problem.because);
  const epsilon = BigInt(Math.ceil(composed.value.epsilonAtLeast(1e-8) * 1e9));
  return { ...amount(epsilon, 10n ** 10n), event: stored(event, relation) };
}

test("under a cap of 3 and 1e-6, of trainings at rate 0.01 for 1,000 steps: so many before, and so many now", () => {
  const fit = (filter: FilterName, one: Asked) =>
    played(
      lineWith(filter),
      Array.from({ length: 100 }, () => one),
    ).paid.length;
  const table = [1, 1.2, 1.4, 1.6, 1.8, 2].map((noise) => {
    const [added, replaced] = [pricedByLoss(noise, "add-or-remove-one"), pricedByLoss(noise, "replace-one")];
    return [
      noise,
      fit("zcdp-keys", added),
      fit("renyi", added),
      fit("zcdp-keys", replaced),
      fit("renyi", replaced),
    ];
  });
  // Noise, then before and now: where one person joins or leaves, and where one is replaced.
  expect(table).toEqual([
    [1, 1, 1, 0, 0],
    [1.2, 1, 3, 0, 0],
    [1.4, 2, 4, 1, 1],
    [1.6, 2, 7, 1, 1],
    [1.8, 2, 9, 1, 2],
    [2, 3, 12, 1, 2],
  ]);
});

test("a training that loses more at the order than the line has is known by its price, and may take the whole cap", () => {
  const low = training(0.01, 0.6, 1_000, cap.delta / 2n);
  const dear = { ...low, epsilon: cap.epsilon };
  const line = lineWith("renyi");
  expect(takenAtOrder(half, priceOf(dear)).beside).toBe(dear.delta);
  expect(admits(line, priceOf(dear))).toBe(true);
  expect(admits(line, priceOf({ ...dear, ...amount(cap.epsilon, dear.delta + 1n) }))).toBe(false);
  expect(admits(line, priceOf({ ...dear, ...amount(cap.epsilon + 1n, dear.delta) }))).toBe(false);
});

test("trainings leave the delta that is kept for keys alone, and end the plain sum", () => {
  const small = training(0.01, 5, 1_000, 10n ** 10n);
  const { line } = played(lineWith("renyi"), [small, small]);
  expect(line.atOrder.beside).toBe(0n);
  expect(remainingOf(line).delta).toBe(cap.delta / 2n);
  const large = priceOf(asked(2n * 10n ** 9n, 0n));
  expect(line.spent.epsilon + large.epsilon <= cap.epsilon).toBe(true);
  expect(admits(lineWith("renyi"), large)).toBe(true);
  expect(admits(line, large)).toBe(false);
});

test("the part of a lifetime that a training takes is told in thousandths, rounded up", () => {
  const one = training(0.01, 2, 1_000, 10n ** 10n);
  expect(thousandthsTaken(lineWith("renyi"), priceOf(one))).toBe(83n); // a twelfth
  // Whatever was charged before.
  expect(thousandthsTaken(spendOn(lineWith("renyi"), priceOf(one)), priceOf(one))).toBe(83n);
  expect(thousandthsTaken(lineWith("basic"), priceOf(asked(cap.epsilon / 2n, 1n)))).toBe(500n);
  const ofKeys = {
    ...amount(1n, cap.delta / 2n),
    event: stored({ kind: "epsilon-delta", epsilon: 1, delta: 1e-7 }),
  };
  expect(thousandthsTaken(lineWith("renyi"), priceOf(ofKeys))).toBe(1_000n);
  expect(thousandthsTaken(lineWith("zcdp"), priceOf(ofKeys))).toBeUndefined();
  expect(thousandthsTaken(lineWith("basic", amount(1n, 0n)), priceOf(ofKeys))).toBeUndefined();
});

test("an allotment is guarded in rho, where a training costs its price", () => {
  const one = training(0.01, 2, 1_000, 10n ** 10n);
  const own = allotmentLine(lineWith("renyi"), amount(10n ** 9n, 10n ** 12n), untouched);
  if (own === undefined) throw new Error("not limited");
  expect(own.filter).toBe("zcdp-keys");
  expect(spendOn(own, priceOf(one)).atOrder).toEqual(nothingAtOrder);
  expect(spendOn(own, priceOf(one)).beside).toBe(one.delta);
  for (const none of [undefined, cap, amount(cap.epsilon + 1n, cap.delta)])
    expect(allotmentLine(lineWith("renyi"), none, untouched)).toBeUndefined();
});

const usual = "add-or-remove-one";
const inSample = (event: unknown) => ({ kind: "poisson-sampled", probability: 0.1, event });
const plain = trainingEvent(0.01, 2, 10);
const odd: readonly (readonly [why: string, event: unknown, neighbours: unknown])[] = [
  ["no neighbours", plain, undefined],
  ["neighbours that nobody knows", plain, "replace-all"],
  ["neighbours without a rule", plain, "replace-special"],
  ["hardly any noise", trainingEvent(0.01, 0.001, 10), usual],
  ["no noise", trainingEvent(0.01, 0, 10), usual],
  ["noise that is no number", inSample({ kind: "gaussian", noiseMultiplier: "2" }), usual],
  ["a negative count", { ...plain, count: -1 }, usual],
  ["a count that is no whole number", { ...plain, count: 2.5 }, usual],
  ["a count beyond exact numbers", { ...plain, count: 2 ** 53 }, usual],
  ["a rate above one", trainingEvent(1.5, 2, 10), usual],
  ["a sample of something else", inSample({ kind: "zcdp", rho: 0.1, xi: 0 }), usual],
  ["a sample of several", inSample(plain), usual],
  ["a tree", { kind: "single-epoch-tree", noiseMultiplier: 2, stepCounts: [8] }, usual],
  [
    "batches of one size",
    {
      kind: "sampled-without-replacement",
      sourceSize: 100,
      sampleSize: 10,
      event: { kind: "gaussian", noiseMultiplier: 2 },
    },
    usual,
  ],
  [
    "something without protection beside",
    { kind: "composed", events: [plain, { kind: "non-private" }] },
    usual,
  ],
  ["another field", { ...plain, isFree: true }, usual],
];

test.each(odd)("a training whose event is of no use is known by its price: %s", (_why, event, neighbours) => {
  const price = { ...amount(500_000_000n, 10n ** 10n), event: JSON.stringify({ neighbours, event }) };
  const taken = takenAtOrder(half, priceOf(price));
  expect(taken.beside).toBe(price.delta);
  expect(taken.lost).toBe(takenAtOrder(half, priceOf(asked(500_000_000n, 0n))).lost);
});

test("the ends of what a training may say are bounded, and saturate", () => {
  const taken = (rate: number, noise: number, steps: number, relation: NeighbouringRelation) => {
    const event = stored(trainingEvent(rate, noise, steps), relation);
    return takenAtOrder(half, priceOf({ ...amount(2n ** 62n, 10n ** 14n), event }));
  };
  for (const relation of ["add-or-remove-one", "replace-one"] as const) {
    expect(taken(0, 1, 1_000, relation)).toEqual({ lost: 0n, beside: 0n });
    expect(taken(0.01, 1, 0, relation)).toEqual({ lost: 0n, beside: 0n });
    // More than the line has: by its price, which is more than any line has.
    const endless = taken(0.01, 1, 2 ** 53 - 1, relation);
    expect(endless.beside).toBe(10n ** 14n);
    expect(endless.lost > mostAtOrder(half)).toBe(true);
    // Nothing is free where anything depends on anybody.
    expect(taken(Number.MIN_VALUE, 1e300, 1, relation).lost).toBeGreaterThanOrEqual(0n);
    expect(taken(1e-9, 1e3, 1, relation).lost > 0n).toBe(true);
    // Everybody in each batch: the Gaussian itself.
    const each = relation === "replace-one" ? 2n ** 128n / 50n : 2n ** 128n / 200n;
    expect(taken(1, 10, 1, relation).lost - each).toBeLessThan(3n);
  }
  const line = { ...lineWith("renyi"), atOrder: { lost: unboundedRho, beside: 0n } };
  expect(spendOn(line, priceOf(asked(1n, 0n))).atOrder.lost).toBe(unboundedRho);
  expect(admits(line, priceOf(asked(1n, 0n)))).toBe(true); // the plain sum, which says nothing of that
  expect(remainingOf({ ...line, spent: amount(1n, 1n) }).epsilon).toBe(0n);
});

test("caps from the smallest to the largest have an order, and what cannot have one adds up", () => {
  for (const epsilon of [1_000n, 10n ** 7n, 10n ** 9n, 10n ** 11n, 10n ** 12n])
    for (const delta of [1n, 2n, 10n ** 6n, 10n ** 15n - 1n]) {
      const line = lineWith("renyi", amount(epsilon, delta));
      const one = asked(epsilon, 0n);
      expect(admits(line, priceOf(one))).toBe(true);
      const spent = spendOn(line, priceOf(training(0.01, 1, 10, 1n)));
      expect(remainingOf(spent).epsilon <= epsilon).toBe(true);
      expect(admits(line, priceOf(asked(10n ** 18n, 0n)))).toBe(false);
    }
  for (const of of [
    amount(0n, 10n ** 12n),
    amount(10n ** 9n, 0n),
    amount(10n ** 9n, 10n ** 17n),
    amount(10n ** 13n, 1n),
  ]) {
    const line = lineWith("renyi", of);
    expect(admits(line, priceOf(asked(of.epsilon + 1n, 0n)))).toBe(false);
    expect(remainingOf(line)).toEqual(of);
  }
});
