import fc from "fast-check";
import { expect, test } from "vitest";
import { attoDeltaOf } from "../budget/atto-delta.ts";
import { nanoEpsilonOf } from "../budget/nano-epsilon.ts";
import { rational } from "../budget/rational.ts";
import { rhoAtMost } from "../mechanisms/concentrated.ts";
import type { PrivacyEvent } from "./event.ts";
import { type PrivacyFilter, pureFilter, rdpFilter, zcdpFilter } from "./filter.ts";
import { gdpAccountant } from "./gdp.ts";
import { PldAccountant } from "./pld/pld-accountant.ts";
import { pureAccountant } from "./pure.ts";
import { rdpAccountant } from "./rdp.ts";
import { zcdpAccountant } from "./zcdp.ts";

const tenth: PrivacyEvent = { kind: "epsilon-delta", epsilon: 0.1, delta: 0 };

/** Admits what fits, skips the rest, and tells what was admitted. */
function runThrough(filter: PrivacyFilter, events: readonly PrivacyEvent[]) {
  const admitted: PrivacyEvent[] = [];
  let current = filter;
  for (const event of events) {
    const next = current.admit(event);
    expect(next.ok).toBe(current.wouldAdmit(event));
    if (!next.ok) continue;
    current = next.value;
    admitted.push(event);
  }
  return { filter: current, admitted };
}

const pureEvents = fc.oneof(
  fc
    .double({ min: 1e-4, max: 2, noNaN: true })
    .map((epsilon): PrivacyEvent => ({ kind: "exponential", epsilon })),
  fc
    .double({ min: 0.5, max: 1e4, noNaN: true })
    .map((b): PrivacyEvent => ({ kind: "laplace", noiseMultiplier: b })),
  fc
    .integer({ min: 1, max: 9 })
    .map((s): PrivacyEvent => ({ kind: "discrete-laplace", rate: 0.05, sensitivity: s })),
);
const gaussianEvents = fc
  .double({ min: 1, max: 100, noNaN: true })
  .map((noiseMultiplier): PrivacyEvent => ({ kind: "gaussian", noiseMultiplier }));
const sampledEvents = fc
  .tuple(fc.double({ min: 1e-4, max: 0.2, noNaN: true }), gaussianEvents, fc.integer({ min: 1, max: 200 }))
  .map(
    ([probability, event, count]): PrivacyEvent => ({
      kind: "self-composed",
      event: { kind: "poisson-sampled", probability, event },
      count,
    }),
  );

test("ten tenths fit a cap of one, the eleventh does not, and nothing drifts", () => {
  const { admitted, filter } = runThrough(pureFilter({ epsilon: 1 }), Array(11).fill(tenth));
  expect(admitted).toHaveLength(10);
  expect(filter.admit({ kind: "exponential", epsilon: 1e-12 })).toMatchObject({
    ok: false,
    problem: { code: "budget-exhausted" },
  });
  expect(filter.wouldAdmit({ kind: "none" })).toBe(true);
});

test("no sequence that the pure filter admits composes past its cap", () => {
  fc.assert(
    fc.property(
      fc.array(pureEvents, { maxLength: 30 }),
      fc.double({ min: 0.1, max: 5, noNaN: true }),
      (events, cap) => {
        const { admitted } = runThrough(pureFilter({ epsilon: cap }), events);
        const composed = pureAccountant().compose({ kind: "composed", events: admitted });
        expect(composed.ok && composed.value.epsilonAtLeast(0)).toBeLessThanOrEqual(cap * (1 + 1e-14));
      },
    ),
  );
});

test("no sequence that the concentrated filter admits composes past its cap", () => {
  const [epsilon, delta] = [nanoEpsilonOf(1_000_000_000n), attoDeltaOf(1_000_000_000_000n)];
  fc.assert(
    fc.property(fc.array(fc.oneof(gaussianEvents, pureEvents), { maxLength: 40 }), (events) => {
      const { admitted } = runThrough(zcdpFilter(rhoAtMost(epsilon, delta)), events);
      const composed = zcdpAccountant().compose({ kind: "composed", events: admitted });
      expect(composed.ok && composed.value.epsilonAtLeast(1e-6)).toBeLessThanOrEqual(1 + 2e-9);
    }),
  );
});

test("no sequence that the Rényi filter admits composes past its cap", () => {
  const any = fc.oneof(gaussianEvents, pureEvents, sampledEvents);
  fc.assert(
    fc.property(
      fc.array(any, { maxLength: 25 }),
      fc.double({ min: 0.2, max: 8, noNaN: true }),
      (events, cap) => {
        const { admitted } = runThrough(rdpFilter({ epsilon: cap, delta: 1e-6 }), events);
        const composed = rdpAccountant().compose({ kind: "composed", events: admitted });
        expect(composed.ok && composed.value.epsilonAtLeast(1e-6)).toBeLessThanOrEqual(cap * (1 + 1e-9));
      },
    ),
    { numRuns: 60 },
  );
});

test("the order of events does not matter to what is left", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(gaussianEvents, pureEvents), { maxLength: 8 }),
      gaussianEvents,
      (events, last) => {
        const there = runThrough(rdpFilter({ epsilon: 50, delta: 1e-6 }), events).filter;
        const back = runThrough(rdpFilter({ epsilon: 50, delta: 1e-6 }), events.toReversed()).filter;
        expect(there.wouldAdmit(last)).toBe(back.wouldAdmit(last));
      },
    ),
  );
});

test("what was admitted with some noise is admitted with more", () => {
  const noises = fc.array(fc.double({ min: 0.5, max: 50, noNaN: true }), { minLength: 1, maxLength: 15 });
  const filters = [
    () => rdpFilter({ epsilon: 3, delta: 1e-6 }),
    () => zcdpFilter(rational(1n, 10n)),
    () => rdpFilter({ epsilon: 3, delta: 1e-6, orders: [12] }),
  ];
  fc.assert(
    fc.property(
      noises,
      fc.double({ min: 1, max: 3, noNaN: true }),
      fc.constantFrom(...filters),
      (all, more, make) => {
        const events = (factor: number) =>
          all.map((noise): PrivacyEvent => ({ kind: "gaussian", noiseMultiplier: noise * factor }));
        const admittedAll = (list: PrivacyEvent[]) =>
          runThrough(make(), list).admitted.length === list.length;
        if (admittedAll(events(1))) expect(admittedAll(events(more))).toBe(true);
      },
    ),
  );
});

test("a price that is negative, not a number or infinite never gets past a filter", () => {
  const bad = [Number.NaN, -1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const filter of [
    pureFilter({ epsilon: 1, delta: 1e-6 }),
    zcdpFilter(rational(1n)),
    rdpFilter({ epsilon: 1, delta: 1e-6 }),
  ]) {
    for (const value of bad) {
      const events: PrivacyEvent[] = [
        { kind: "gaussian", noiseMultiplier: value },
        { kind: "laplace", noiseMultiplier: value },
        { kind: "zcdp", rho: value, xi: 0 },
        { kind: "epsilon-delta", epsilon: value, delta: 0 },
        { kind: "epsilon-delta", epsilon: 0.1, delta: value },
        { kind: "self-composed", event: tenth, count: value },
        { kind: "poisson-sampled", probability: value, event: tenth },
      ];
      for (const event of events)
        expect(filter.admit(event)).toMatchObject({ ok: false, problem: { code: "event-malformed" } });
    }
    expect(filter.wouldAdmit({ kind: "gaussian", noiseMultiplier: 0 })).toBe(false);
    expect(filter.wouldAdmit({ kind: "non-private" })).toBe(false);
  }
});

test("an event whose own delta has no place is refused, not rounded away", () => {
  const event: PrivacyEvent = { kind: "epsilon-delta", epsilon: 0.1, delta: 1e-30 };
  expect(pureFilter({ epsilon: 1 }).admit(event)).toMatchObject({ problem: { code: "budget-exhausted" } });
  expect(rdpFilter({ epsilon: 1, delta: 1e-6 }).admit(event)).toMatchObject({
    problem: { code: "event-not-supported" },
  });
  expect(zcdpFilter(rational(1n)).admit(event)).toMatchObject({ problem: { code: "event-not-supported" } });
});

test("an order fixed beforehand has the whole delta, several share it", () => {
  const count = (orders: number[]) => {
    const event: PrivacyEvent = { kind: "gaussian", noiseMultiplier: 20 };
    return runThrough(rdpFilter({ epsilon: 1, delta: 1e-6, orders }), Array(60).fill(event)).admitted.length;
  };
  // Each of the two orders alone is better than the pair: letting the answers choose is paid for.
  expect(count([32])).toBeGreaterThan(count([32, 33]));
});

/** An asker who looks at each answer and asks more boldly after a large one, or gives up for a while. */
function adaptiveAsks(
  filter: PrivacyFilter,
  draws: readonly number[],
  kinds: readonly PrivacyEvent["kind"][],
) {
  const admitted: PrivacyEvent[] = [];
  let current = filter;
  let noise = 32;
  for (const [at, draw] of draws.entries()) {
    const kind = kinds[at % kinds.length]!;
    const event: PrivacyEvent =
      kind === "laplace" ? { kind, noiseMultiplier: noise } : { kind: "gaussian", noiseMultiplier: noise };
    const next = current.admit(event);
    if (next.ok) {
      current = next.value;
      admitted.push(event);
    }
    // `draw` stands for the noised answer: what is asked next depends on it, and on whether it was refused.
    const isBolder = next.ok && draw > 1;
    noise = Math.min(128, Math.max(1, isBolder ? noise / 2 : noise * 2));
  }
  return admitted;
}

test("whatever an adaptive asker does, no accountant sees a filter's cap passed", () => {
  const delta = 1e-6;
  const draws = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 5, maxLength: 30 });
  const [epsilon, deltaAtto] = [nanoEpsilonOf(2_000_000_000n), attoDeltaOf(1_000_000_000_000n)];
  const filters: readonly [PrivacyFilter, readonly PrivacyEvent["kind"][]][] = [
    [pureFilter({ epsilon: 2 }), ["laplace"]],
    [zcdpFilter(rhoAtMost(epsilon, deltaAtto)), ["gaussian", "laplace"]],
    [rdpFilter({ epsilon: 2, delta }), ["gaussian", "laplace"]],
    [rdpFilter({ epsilon: 2, delta, orders: [16] }), ["gaussian", "laplace"]],
  ];
  fc.assert(
    fc.property(draws, fc.constantFrom(...filters), (drawn, [filter, kinds]) => {
      const events = adaptiveAsks(filter, drawn, kinds);
      const all: PrivacyEvent = { kind: "composed", events };
      for (const accountant of [
        rdpAccountant(),
        gdpAccountant(),
        new PldAccountant({ relation: "add-or-remove-one" }),
      ]) {
        const composed = accountant.compose(all);
        if (composed.ok) expect(composed.value.epsilonAtLeast(delta)).toBeLessThanOrEqual(2 + 1e-8);
        else expect(accountant.name).toBe("gdp");
      }
    }),
    { numRuns: 8 },
  );
});

test("what a Rényi filter would admit under the cap of decision 0009, beside the concentrated one", () => {
  const rho = rhoAtMost(nanoEpsilonOf(10_000_000_000n), attoDeltaOf(1_000_000_000_000n));
  const cap = { epsilon: 10, delta: 1e-6 };
  const admits = (filter: PrivacyFilter, event: PrivacyEvent) =>
    runThrough(filter, Array(1_300).fill(event)).admitted.length;
  const pure: PrivacyEvent = { kind: "discrete-laplace", rate: 0.1, sensitivity: 1 };
  const gaussian: PrivacyEvent = { kind: "gaussian", noiseMultiplier: 20 };
  const filters = [zcdpFilter(rho), rdpFilter(cap), rdpFilter({ ...cap, orders: [4] })];
  expect(filters.map((filter) => admits(filter, pure))).toEqual([307, 274, 313]);
  expect(filters.map((filter) => admits(filter, gaussian))).toEqual([1231, 1075, 1228]);
});
