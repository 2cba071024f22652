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
import { nothingAtOrder } from "./at-order.ts";
import { eventOf } from "./ledger-for-tests.ts";
import { admits, type FilterName, type Line, lossOf, remainingOf, spendOn, untouched } from "./line.ts";
import { priceOfCharge } from "./rho.ts";

type Asked = { readonly epsilon: bigint; readonly delta: bigint };

const cap = amount(10_000_000_000n, 10n ** 12n); // epsilon 10, delta 1e-6

function lineWith(filter: FilterName, of = cap): Line {
  return { filter, cap: of, ...untouched, atOrder: nothingAtOrder };
}

function priceOf({ epsilon, delta }: Asked, event = eventOf(epsilon, delta)) {
  return priceOfCharge(amount(epsilon, delta), event);
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
      fc.constantFrom<FilterName>("basic", "zcdp", "zcdp-keys", "renyi"),
      fc.array(fc.oneof(pure, gaussian), many),
      (limits, filter, asks) => {
        const { line } = played(lineWith(filter, amount(limits.epsilon, limits.delta)), asks);
        const { epsilon } = remainingOf(line);
        const rhoOf = (of: bigint) => priceOfCharge(amount(of, 0n), "");
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

test("a charge whose event says nothing is worth its price, and its delta is lost beside the rho", () => {
  const halfSquared = (2n ** 128n * 25n + 199n) / 200n; // 0.5^2 / 2
  for (const event of ["", "{}", "null", "[]]", '{"event":{"kind":"non-private"}}', '[{"mechanism":"x"}]']) {
    for (const delta of [0n, 1n])
      expect(priceOfCharge(amount(500_000_000n, delta), event)).toMatchObject({
        rho: halfSquared,
        beside: delta,
      });
  }
  const laplaceTwice =
    '{"event":{"kind":"self-composed","event":{"kind":"laplace","noiseMultiplier":4},"count":2}}';
  expect(priceOfCharge(amount(500_000_000n, 0n), laplaceTwice).rho).toBe(2n ** 128n / 16n);
});

/** A question of keys: known only as (epsilon, delta). */
const ofKeys = fc.record({
  epsilon: fc.bigInt(1_000n, 10n ** 9n),
  delta: fc.bigInt(1n, 4n * 10n ** 11n),
  isOfKeys: fc.constant(true),
});
type AnyAsked = Asked & { readonly isOfKeys?: boolean };

function anyPrice({ isOfKeys, ...asked }: AnyAsked) {
  return priceOf(
    asked,
    isOfKeys === true ? '{"event":{"kind":"epsilon-delta","epsilon":1,"delta":1e-9}}' : undefined,
  );
}

function admitted(start: Line, asks: readonly AnyAsked[]) {
  let line = start;
  const paid = asks.filter((asked) => {
    const price = anyPrice(asked);
    if (!admits(line, price)) return false;
    line = spendOn(line, price);
    return true;
  });
  return { line, paid };
}

test("whatever is asked, deltas beside rho stay within the kept half, and the rest within what the other half buys", () => {
  const most = rhoAtMost(cap.epsilon, attoDeltaOf(cap.delta / 2n));
  fc.assert(
    fc.property(fc.array(fc.oneof(pure, gaussian, ofKeys), many), (asks) => {
      const { line, paid } = admitted(lineWith("zcdp-keys"), asks);
      const keys = paid.filter((asked) => "isOfKeys" in asked);
      const beside = keys.reduce((sum, { delta }) => sum + delta, 0n);
      expect(line.beside).toBe(beside);
      expect(beside <= cap.delta / 2n).toBe(true);
      const isBySum = paid.every((asked) => asked.delta === 0n || "isOfKeys" in asked);
      const epsilons = paid.reduce((sum, { epsilon }) => sum + epsilon, 0n);
      const isInRho = line.rho * most.den <= most.num << 128n;
      expect(isInRho || (isBySum && epsilons <= cap.epsilon)).toBe(true);
      const loss = lossOf(line);
      expect(loss.epsilon <= cap.epsilon && loss.delta <= cap.delta).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("a line that keeps nothing for keys admits no question of keys, and stays as it was for the others", () => {
  const keys = { epsilon: 10n ** 8n, delta: 1n, isOfKeys: true };
  expect(admits(lineWith("zcdp"), anyPrice(keys))).toBe(false);
  const tenths = Array.from({ length: 1_000 }, () => ({ epsilon: 10n ** 8n, delta: 0n }));
  expect(played(lineWith("zcdp"), tenths).paid.length).toBe(307);
  const kept = lineWith("zcdp-keys");
  expect(admits(kept, anyPrice({ ...keys, delta: cap.delta / 2n }))).toBe(true);
  expect(admits(kept, anyPrice({ ...keys, delta: cap.delta / 2n + 1n }))).toBe(false);
  expect(admits(lineWith("basic"), anyPrice({ ...keys, delta: cap.delta }))).toBe(true);
});

test("keys and pure questions may take the whole epsilon of a cap between them", () => {
  const line = spendOn(
    lineWith("zcdp-keys"),
    anyPrice({ epsilon: 4_000_000_000n, delta: 10n ** 11n, isOfKeys: true }),
  );
  expect(remainingOf(line)).toEqual(amount(6_000_000_000n, 0n));
  expect(admits(line, priceOf({ epsilon: 6_000_000_000n, delta: 0n }))).toBe(true);
  expect(admits(line, priceOf({ epsilon: 6_000_000_001n, delta: 0n }))).toBe(false);
});

function rhoExactly({ epsilon, delta }: Asked): Rational {
  if (delta > 0n) return rhoAtMost(nanoEpsilonOf(epsilon), attoDeltaOf(delta));
  const of = rational(epsilon, 10n ** 9n);
  return multiplyRationals(multiplyRationals(of, of), rational(1n, 2n));
}
