import {
  addRationals,
  attoDeltaOf,
  epsilonAtLeast,
  multiplyRationals,
  nanoEpsilonOf,
  type PrivacyFilter,
  type Rational,
  rational,
  rhoAtMost,
  zcdpFilter,
} from "@unseen/privacy";
import fc from "fast-check";
import { expect, test } from "vitest";
import { amount } from "./amount.ts";
import { eventOf } from "./ledger-for-tests.ts";
import { admits, type FilterName, type Line, lossOf, remainingOf, spendOn, untouched } from "./line.ts";
import { rhoOfCharge, unboundedRho } from "./rho.ts";

type Asked = { readonly epsilon: bigint; readonly delta: bigint };

const cap = amount(10_000_000_000n, 10n ** 12n); // epsilon 10, delta 1e-6

function lineWith(filter: FilterName, of = cap): Line {
  return { filter, cap: of, ...untouched };
}

function priceOf({ epsilon, delta }: Asked, event = eventOf(epsilon, delta)) {
  const price = amount(epsilon, delta);
  return { ...price, rho: rhoOfCharge(price, event) };
}

/** Charges what is admitted, in order. */
function played(start: Line, asks: readonly Asked[]): { line: Line; paid: Asked[] } {
  let line = start;
  const paid = asks.filter((asked) => {
    const price = priceOf(asked);
    const isAdmitted = admits(line, price);
    if (isAdmitted) line = spendOn(line, price);
    return isAdmitted;
  });
  return { line, paid };
}

const pure = fc.record({
  epsilon: fc.oneof(fc.bigInt(1_000n, 10n ** 9n), fc.bigInt(1_000n, 10n ** 8n)),
  delta: fc.constant(0n),
});
const gaussian = fc.record({
  epsilon: fc.bigInt(1_000n, 3n * 10n ** 9n),
  delta: fc.bigInt(1n, 2n * 10n ** 12n),
});
const caps = fc.record({ epsilon: fc.bigInt(10n ** 8n, 10n ** 10n), delta: fc.bigInt(1n, 10n ** 13n) });
const many = { minLength: 1, maxLength: 60 };

test("a thousand questions of a tenth are not a hundred: three times as many are admitted", () => {
  const tenths = Array.from({ length: 1_000 }, () => ({ epsilon: 10n ** 8n, delta: 0n }));
  expect(played(lineWith("basic"), tenths).paid.length).toBe(100);
  const { line, paid } = played(lineWith("zcdp"), tenths);
  expect(paid.length).toBe(307);
  expect(line.spent.epsilon).toBe(30_700_000_000n);
  expect(lossOf(line).epsilon).toBeLessThanOrEqual(cap.epsilon);
});

test("whatever is admitted loses no more than the cap: either pure and added up, or in rho at the cap's delta", () => {
  fc.assert(
    fc.property(caps, fc.array(fc.oneof(pure, gaussian), many), (limits, asks) => {
      const limit = amount(limits.epsilon, limits.delta);
      const { line, paid } = played(lineWith("zcdp", limit), asks);
      if (paid.length === 0) return;
      // Written again from the papers, in exact fractions and without units.
      const rho = paid.map(rhoExactly).reduce(addRationals);
      const isPure = paid.every(({ delta }) => delta === 0n);
      const added = paid.reduce((sum, { epsilon }) => sum + epsilon, 0n);
      const composed = epsilonAtLeast(rho, limit.delta);
      // The conversion back rounds up by a part in 10^12 and to a billionth.
      const isWithin = composed <= limit.epsilon + 1n + limit.epsilon / 10n ** 11n;
      expect((isPure && added <= limit.epsilon) || isWithin).toBe(true);
      expect(lossOf(line).epsilon).toBeLessThanOrEqual(limit.epsilon);
    }),
    { numRuns: 300 },
  );
});

test("another filter, written by other hands, admits every charge that this one admits in rho", () => {
  fc.assert(
    fc.property(caps, fc.array(fc.oneof(pure, gaussian), many), (limits, asks) => {
      const most = rhoAtMost(nanoEpsilonOf(limits.epsilon), attoDeltaOf(limits.delta));
      // It reads the numbers of an event as decimals, which moves them by up to a part in 2^53.
      let other: PrivacyFilter = zcdpFilter(multiplyRationals(most, rational(2n ** 50n + 1n, 2n ** 50n)));
      let line = lineWith("zcdp", amount(limits.epsilon, limits.delta));
      for (const asked of asks) {
        const price = priceOf(asked);
        const isByAdding = line.spent.delta + asked.delta === 0n;
        if (!admits(line, price)) continue;
        line = spendOn(line, price);
        const next = other.admit(JSON.parse(eventOf(asked.epsilon, asked.delta)).event);
        if (isByAdding && !next.ok) return;
        expect(next.ok).toBe(true);
        if (next.ok) other = next.value;
      }
    }),
    { numRuns: 200 },
  );
});

test("pure questions that add up to the cap, and Gaussian ones that basic admits, are all admitted", () => {
  fc.assert(
    fc.property(caps, fc.oneof(fc.array(pure, many), fc.array(gaussian, many)), (limits, asks) => {
      const limit = amount(limits.epsilon, limits.delta);
      const { paid } = played(lineWith("basic", limit), asks);
      expect(played(lineWith("zcdp", limit), paid).paid).toEqual(paid);
    }),
    { numRuns: 300 },
  );
});

test("one question may take the whole cap, pure or Gaussian, and nothing is left", () => {
  for (const delta of [0n, cap.delta]) {
    const { line, paid } = played(lineWith("zcdp"), [{ epsilon: cap.epsilon, delta }]);
    expect(paid.length).toBe(1);
    expect(remainingOf(line).epsilon).toBe(0n);
  }
});

test("the order of the charges changes nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(pure, gaussian), many), (asks) => {
      const spendAll = (all: readonly Asked[]) =>
        all.reduce((line, asked) => spendOn(line, priceOf(asked)), lineWith("zcdp"));
      expect(spendAll(asks.toReversed())).toEqual(spendAll(asks));
    }),
  );
});

test("what is said to remain would be admitted as one pure question, and a billionth more would not", () => {
  fc.assert(
    fc.property(
      caps,
      fc.constantFrom<FilterName>("basic", "zcdp"),
      fc.array(fc.oneof(pure, gaussian), many),
      (limits, filter, asks) => {
        const { line } = played(lineWith(filter, amount(limits.epsilon, limits.delta)), asks);
        const { epsilon } = remainingOf(line);
        const rhoOf = (of: bigint) => ({ ...amount(of, 0n), rho: rhoOfCharge(amount(of, 0n), "") });
        if (epsilon > 0n) expect(admits(line, rhoOf(epsilon))).toBe(true);
        expect(admits(line, rhoOf(epsilon + 1n))).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
});

test("a mixture that pure sums and Gaussian deltas would only cover together is not admitted in rho", () => {
  const line = played(lineWith("zcdp"), [{ epsilon: 9_500_000_000n, delta: 0n }]).line;
  expect(admits(line, priceOf({ epsilon: 400_000_000n, delta: 10n ** 11n }))).toBe(false);
  expect(remainingOf(line)).toEqual(amount(500_000_000n, 0n));
  const basic = played(lineWith("basic"), [{ epsilon: 9_500_000_000n, delta: 0n }]).line;
  expect(admits(basic, priceOf({ epsilon: 400_000_000n, delta: 10n ** 11n }))).toBe(true);
});

test("a charge whose event says nothing is worth its price, and none in rho where it has a delta", () => {
  const halfSquared = (2n ** 128n * 25n + 199n) / 200n; // 0.5^2 / 2
  for (const event of ["", "{}", "null", "[]]", '{"event":{"kind":"non-private"}}', '[{"mechanism":"x"}]']) {
    expect(rhoOfCharge(amount(500_000_000n, 0n), event)).toBe(halfSquared);
    expect(rhoOfCharge(amount(500_000_000n, 1n), event)).toBe(unboundedRho);
  }
  const laplaceTwice =
    '{"event":{"kind":"self-composed","event":{"kind":"laplace","noiseMultiplier":4},"count":2}}';
  expect(rhoOfCharge(amount(500_000_000n, 0n), laplaceTwice)).toBe(2n ** 128n / 16n);
});

function rhoExactly({ epsilon, delta }: Asked): Rational {
  if (delta > 0n) return rhoAtMost(nanoEpsilonOf(epsilon), attoDeltaOf(delta));
  const of = rational(epsilon, 10n ** 9n);
  return multiplyRationals(multiplyRationals(of, of), rational(1n, 2n));
}
