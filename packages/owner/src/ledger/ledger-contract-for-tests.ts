// What every ledger keeps, whatever database it is in. Each adapter's test file runs it. It is one thing because each promise is a test
// of one list that every adapter goes through.

import { nanoEpsilonOf } from "@unseen/privacy";
import fc from "fast-check";
import { expect, test } from "vitest";
import { amount, plus } from "./amount.ts";
import { nothingAtOrder } from "./at-order.ts";
import type { LedgerPolicy } from "./budget-policy.ts";
import type { Charge, Ledger } from "./ledger.ts";
import { chargeOf, wholeEpsilon } from "./ledger-for-tests.ts";
import { admits, type FilterName, type Line, lossOf, remainingOf, spendOn, untouched } from "./line.ts";
import { priceOfCharge } from "./rho.ts";

/** An empty ledger, and further openings of the same one, as other processes have them. */
export type LedgerWorld = AsyncDisposable & {
  readonly ledger: Ledger;
  readonly policy: LedgerPolicy;
  again(): Promise<Ledger>;
};

/** A hundred noised steps on Poisson samples: it has no rho that is known here. */
const trainingEvent = JSON.stringify({
  neighbours: "add-or-remove-one",
  event: {
    kind: "self-composed",
    event: { kind: "poisson-sampled", probability: 0.1, event: { kind: "gaussian", noiseMultiplier: 1 } },
    count: 100,
  },
});

const keysEvent = JSON.stringify({
  neighbours: "add-or-remove-one",
  event: { kind: "epsilon-delta", epsilon: 0.2, delta: 1e-7 },
});

const longTrainingEvent = JSON.stringify({
  neighbours: "add-or-remove-one",
  event: {
    kind: "self-composed",
    event: { kind: "poisson-sampled", probability: 0.01, event: { kind: "gaussian", noiseMultiplier: 2 } },
    count: 1_000,
  },
});

/** What may happen to a line: a few charges at once, a renewal, or another cap under another filter. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("charge" as const),
      times: fc.integer({ min: 1, max: 3 }),
      charge: fc.constantFrom(
        { epsilon: 300_000_000n },
        { epsilon: 40_000_000n, delta: 10n ** 9n },
        { epsilon: 200_000_000n, delta: 10n ** 11n, event: keysEvent },
        { epsilon: 800_000_000n, delta: 10n ** 10n, event: longTrainingEvent },
        { epsilon: 900_000_000n, delta: 10n ** 10n, event: trainingEvent },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("renew" as const), epsilon: fc.bigInt(1n, 10n ** 9n) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("set" as const),
      cap: fc.constantFrom(
        amount(10n ** 9n, 10n ** 12n),
        amount(2_000_000_000n, 10n ** 11n),
        amount(10n ** 10n, 10n ** 13n),
        amount(10n ** 9n, 0n),
      ),
      filter: fc.constantFrom<FilterName>("renyi", "renyi", "zcdp-keys", "basic"),
    }),
  },
);

const bytes = (text: string) => new TextEncoder().encode(text);

export function ledgerContract(open: () => Promise<LedgerWorld>): void {
  test("a question is charged, answered, and asked again for free", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(3) });

    const paid = await ledger.charge(chargeOf({}));
    if (!paid.ok) throw new Error(paid.problem.message);
    expect(await ledger.record(paid.value, bytes("94.6"))).toEqual({ ok: true, value: bytes("94.6") });

    expect(await ledger.recorded({ asker: "ada", askId: "ask-1" }, "mean-bp")).toEqual({
      ok: true,
      value: bytes("94.6"),
    });
    expect(await ledger.charge(chargeOf({}))).toEqual(paid);
    expect(await ledger.budget("diabetes", "ada")).toEqual({
      dataset: "diabetes",
      renewals: 0,
      cap: wholeEpsilon(3),
      spent: amount(500_000_000n, 0n),
      loss: amount(500_000_000n, 0n),
      remaining: amount(2_500_000_000n, 0n),
      charges: 1,
      asker: {
        cap: wholeEpsilon(3),
        spent: amount(500_000_000n, 0n),
        loss: amount(500_000_000n, 0n),
        remaining: amount(2_500_000_000n, 0n),
        charges: 1,
      },
    });
  });

  test("an ask id that was used for another question, another price or another dataset is refused and costs nothing", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(3) });
    await policy.setBudget("cancer", { cap: wholeEpsilon(3) });
    await ledger.charge(chargeOf({}));

    const others = [
      chargeOf({ questionHash: "mean-bmi" }),
      chargeOf({ epsilon: 500_000_001n }),
      chargeOf({ delta: 1n }),
      chargeOf({ datasets: ["cancer"] }),
      chargeOf({ datasets: ["diabetes", "cancer"] }),
    ];
    for (const other of others) {
      expect(await ledger.charge(other)).toMatchObject({ problem: { code: "ask-id-reused" } });
    }
    expect(await ledger.recorded({ asker: "ada", askId: "ask-1" }, "mean-bmi")).toMatchObject({
      problem: { code: "ask-id-reused" },
    });
    expect((await ledger.budget("diabetes")).charges).toBe(1);
    expect((await ledger.budget("cancer")).charges).toBe(0);
  });

  test("two of one id with different questions in one group: the first pays and the second is refused", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(3) });
    const outcomes = await Promise.all([
      ledger.charge(chargeOf({})),
      ledger.charge(chargeOf({ questionHash: "mean-bmi" })),
      ledger.charge(chargeOf({})),
    ]);
    expect(outcomes[1]).toMatchObject({ problem: { code: "ask-id-reused" } });
    expect(outcomes[2]).toEqual(outcomes[0]);
    expect((await ledger.budget("diabetes")).charges).toBe(1);
  });

  test("another asker may use the same ask id and never sees the first one's answer", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(3) });
    const paid = await ledger.charge(chargeOf({}));
    if (paid.ok) await ledger.record(paid.value, bytes("94.6"));

    expect(await ledger.recorded({ asker: "eve", askId: "ask-1" }, "mean-bp")).toEqual({
      ok: true,
      value: undefined,
    });
    expect(await ledger.charge(chargeOf({ asker: "eve" }))).toMatchObject({ ok: true, value: { serial: 2 } });
  });

  test("a hundred parallel asks spend the cap to the last billionth and no further", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(37) });
    const asks = Array.from({ length: 100 }, (_, n) =>
      ledger.charge(chargeOf({ askId: `ask-${n}`, epsilon: 1_000_000_000n })),
    );
    const outcomes = await Promise.all(asks);

    expect(outcomes.map(({ ok }) => ok)).toEqual(Array.from({ length: 100 }, (_, n) => n < 37));
    expect(outcomes[99]).toMatchObject({ problem: { code: "budget-exhausted", facts: { remaining: "0" } } });
    expect(await ledger.budget("diabetes")).toMatchObject({
      spent: wholeEpsilon(37),
      remaining: amount(0n, 0n),
      charges: 37,
    });
  });

  test("a charge too large is refused with what is left, and a smaller one after it still fits", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: amount(700_000_000n, 5n) });
    const [large, noDeltaLeft, small] = await Promise.all([
      ledger.charge(chargeOf({ askId: "large", epsilon: 700_000_001n })),
      ledger.charge(chargeOf({ askId: "delta", epsilon: 1n, delta: 6n })),
      ledger.charge(chargeOf({ askId: "small", epsilon: 700_000_000n, delta: 5n })),
    ]);
    expect(large).toMatchObject({
      problem: {
        code: "budget-exhausted",
        message:
          "This question costs epsilon 0.700000001, and the dataset diabetes has epsilon 0.7 and delta 0.000000000000000005 left, for all askers together.",
        facts: { dataset: "diabetes", remaining: "0.7", remainingDelta: "0.000000000000000005" },
      },
    });
    expect(noDeltaLeft).toMatchObject({ problem: { code: "budget-exhausted" } });
    expect(small).toMatchObject({ ok: true });
  });

  test("an allotment binds each asker, a person's own overrides it, and the dataset's cap binds all", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(5), allotment: wholeEpsilon(1) });
    await policy.setAllotment("diabetes", "grace", wholeEpsilon(10));
    const one = (asker: string, askId: string) =>
      ledger.charge(chargeOf({ asker, askId, epsilon: 1_000_000_000n }));

    expect(await one("ada", "1")).toMatchObject({ ok: true });
    expect(await one("ada", "2")).toMatchObject({
      problem: { code: "allotment-exhausted", facts: { remaining: "0" } },
    });
    for (const askId of ["1", "2", "3", "4"]) expect(await one("grace", askId)).toMatchObject({ ok: true });
    expect(await one("grace", "5")).toMatchObject({ problem: { code: "budget-exhausted" } });
    expect((await ledger.budget("diabetes", "grace")).asker).toEqual({
      cap: wholeEpsilon(10),
      spent: wholeEpsilon(4),
      loss: wholeEpsilon(4),
      remaining: amount(0n, 0n),
      charges: 4,
    });
  });

  test("raising a cap is a remembered event and the spending stays; lowering it below the spending closes the line", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
    await ledger.charge(chargeOf({ epsilon: 1_000_000_000n }));
    await policy.setBudget("diabetes", { cap: wholeEpsilon(2) });
    expect(await ledger.budget("diabetes")).toMatchObject({
      spent: wholeEpsilon(1),
      remaining: wholeEpsilon(1),
    });

    await policy.setBudget("diabetes", { cap: amount(1n, 0n) });
    expect(await ledger.budget("diabetes")).toMatchObject({
      spent: wholeEpsilon(1),
      remaining: amount(0n, 0n),
    });
    expect(await ledger.charge(chargeOf({ askId: "ask-2", epsilon: 1n }))).toMatchObject({
      problem: { code: "budget-exhausted" },
    });
    expect((await policy.history("diabetes")).map(({ event }) => JSON.parse(event).cap.epsilon)).toEqual([
      "1",
      "2",
      "0.000000001",
    ]);
  });

  test("a dataset without a budget cannot be charged", async () => {
    await using world = await open();
    const { ledger } = world;
    expect(await ledger.charge(chargeOf({}))).toMatchObject({ problem: { code: "dataset-unknown" } });
    expect(await ledger.budget("diabetes")).toMatchObject({ cap: amount(0n, 0n), charges: 0 });
  });

  test("the first recorded answer wins, in one group and across two connections", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    const other = await world.again();
    await policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
    const paid = await ledger.charge(chargeOf({}));
    if (!paid.ok) throw new Error(paid.problem.message);
    const stood = await Promise.all([
      ledger.record(paid.value, bytes("first")),
      ledger.record(paid.value, bytes("second")),
      other.record(paid.value, bytes("third")),
    ]);
    expect(new Set(stood.map((each) => each.ok && new TextDecoder().decode(each.value))).size).toBe(1);
    expect(stood[0]).toEqual(stood[1]);
  });

  test("amounts are exact at the extremes: epsilon 1000 beside a billionth, delta of 1e-18 beside the largest", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: amount(2n ** 62n, 10n ** 18n) });
    const charges = [
      chargeOf({ askId: "1", epsilon: 1_000_000_000_000n, delta: 1n }),
      chargeOf({ askId: "2", epsilon: 1n, delta: 999_999_999_999_998n }),
      chargeOf({
        askId: "3",
        epsilon: 2n ** 62n - 1_000_000_000_001n,
        delta: 10n ** 18n - 999_999_999_999_999n,
      }),
      chargeOf({ askId: "4", epsilon: 1n, delta: 0n }),
    ];
    const outcomes = [];
    for (const charge of charges) outcomes.push(await ledger.charge(charge));
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, false]);
    expect((await ledger.budget("diabetes")).spent).toEqual(amount(2n ** 62n, 10n ** 18n));
    expect(outcomes[2]).toMatchObject({ value: { epsilon: 2n ** 62n - 1_000_000_000_001n } });
  });

  test("a price that is zero, negative or beyond storing cannot be made or charged, and spoils no other charge", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
    expect(() => nanoEpsilonOf(-1n)).toThrow();
    const good = ledger.charge(chargeOf({ askId: "good" }));
    await expect(ledger.charge(chargeOf({ askId: "free", epsilon: 0n }))).rejects.toThrow();
    await expect(ledger.charge({ ...chargeOf({}), epsilon: -1n as never })).rejects.toThrow();
    await expect(ledger.charge(chargeOf({ epsilon: 2n ** 63n }))).rejects.toThrow();
    await expect(ledger.charge(chargeOf({ asker: "" }))).rejects.toThrow();
    await expect(ledger.charge(chargeOf({ askId: "x".repeat(257) }))).rejects.toThrow();
    await expect(ledger.charge(chargeOf({ askId: "\ud800" }))).rejects.toThrow();
    expect(await good).toMatchObject({ ok: true });
  });

  test("a question about two joined datasets is one charge of the full price on both lines", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("visits", { cap: wholeEpsilon(3) });
    await policy.setBudget("patients", { cap: wholeEpsilon(2), allotment: wholeEpsilon(1) });
    const joint = chargeOf({ datasets: ["visits", "patients"] });
    expect([await ledger.affords(joint), await ledger.isCharged(joint)]).toEqual([true, false]);
    const paid = await ledger.charge(joint);
    if (!paid.ok) throw new Error(paid.problem.message);
    expect(await ledger.isCharged(joint)).toBe(true);
    expect(await ledger.isCharged({ ...joint, asker: "somebody else" })).toBe(false);
    expect(paid.value).toMatchObject({ serial: 1, datasets: ["visits", "patients"] });

    const other = await world.again();
    expect(await other.charge(joint)).toEqual(paid);
    for (const datasets of [["visits"], ["patients"], ["patients", "visits"]] as const)
      expect(await other.charge(chargeOf({ datasets }))).toMatchObject({
        problem: { code: "ask-id-reused" },
      });
    expect(await ledger.record(paid.value, bytes("3.1"))).toMatchObject({ ok: true });
    for (const dataset of ["visits", "patients"]) {
      const { spent, charges, asker } = await other.budget(dataset, "ada");
      expect([spent, charges]).toEqual([amount(500_000_000n, 0n), 1]);
      expect(asker).toMatchObject({ spent: amount(500_000_000n, 0n), charges: 1 });
    }
  });

  test("a joined question that any one line refuses is charged on none, and says which line it was", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("visits", { cap: wholeEpsilon(9) });
    await policy.setBudget("patients", { cap: wholeEpsilon(5), allotment: wholeEpsilon(1) });
    const both = ["visits", "patients"] as const;
    const turned = ["patients", "visits"] as const;
    const ask = (askId: string, datasets: Parameters<typeof chargeOf>[0]["datasets"] & {}, epsilon: bigint) =>
      ledger.charge(chargeOf({ askId, datasets, epsilon }));
    // In one group, so that what a refused one touched would be written with the ones beside it.
    const outcomes = await Promise.all([
      ask("1", both, 1_000_000_001n),
      ask("2", turned, 6_000_000_000n),
      ask("3", ["visits", "nobody"], 1n),
      ask("4", ["nobody", "visits"], 1n),
      ask("5", both, 400_000_000n),
      ask("6", ["visits"], 100_000_000n),
    ]);
    expect(outcomes.map((each) => (each.ok ? "ok" : each.problem))).toMatchObject([
      { code: "allotment-exhausted", facts: { dataset: "patients", remaining: "1" } },
      { code: "budget-exhausted", facts: { dataset: "patients", remaining: "5" } },
      { code: "dataset-unknown" },
      { code: "dataset-unknown" },
      "ok",
      "ok",
    ]);
    expect(await ledger.affords(chargeOf({ datasets: both, epsilon: 600_000_001n }))).toBe(false);
    expect(await ledger.affords(chargeOf({ datasets: ["visits", "nobody"] }))).toBe(false);
    expect((await ledger.budget("visits")).spent).toEqual(amount(500_000_000n, 0n));
    expect((await ledger.budget("patients")).spent).toEqual(amount(400_000_000n, 0n));
    expect((await ledger.budget("nobody")).charges).toBe(0);
  });

  test("a charge of no dataset, of three, or of one twice is a bug, and spoils no other charge", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
    const good = ledger.charge(chargeOf({ askId: "good" }));
    for (const datasets of [[], ["diabetes", "diabetes"], ["a", "b", "c"], ["diabetes", ""]])
      await expect(ledger.charge(chargeOf({ datasets: datasets as never }))).rejects.toThrow();
    expect(await good).toMatchObject({ ok: true });
    expect((await ledger.budget("diabetes")).charges).toBe(1);
  });

  test("a training is charged as what it is, once, and beside the rho of questions", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    const cap = amount(10_000_000_000n, 10n ** 14n);
    await policy.setBudget("diabetes", {
      cap,
      filter: "zcdp-keys",
      allotment: amount(5_000_000_000n, 10n ** 14n),
    });
    const training = chargeOf({
      askId: "training-1",
      epsilon: 2_000_000_000n,
      delta: 10n ** 12n,
      event: trainingEvent,
    });
    const paid = await ledger.charge(training);
    if (!paid.ok) throw new Error(paid.problem.message);
    expect(await (await world.again()).charge(training)).toEqual(paid);
    expect(await ledger.charge({ ...training, epsilon: nanoEpsilonOf(1n) })).toMatchObject({
      problem: { code: "ask-id-reused" },
    });
    const { loss, spent, asker } = await ledger.budget("diabetes", "ada");
    expect([loss, spent]).toEqual([amount(2_000_000_000n, 10n ** 12n), amount(2_000_000_000n, 10n ** 12n)]);
    expect(asker).toMatchObject({ charges: 1, spent });
    // Half of the delta is kept for such charges, and no more.
    const { askId: _, questionHash: __, ...again } = training;
    expect(
      await ledger.affords({ ...again, delta: chargeOf({ delta: 5n * 10n ** 13n - 10n ** 12n }).delta }),
    ).toBe(true);
    expect(await ledger.affords({ ...again, delta: chargeOf({ delta: 5n * 10n ** 13n }).delta })).toBe(false);
    expect(await ledger.refusal({ ...again, epsilon: nanoEpsilonOf(5_000_000_000n) })).toMatchObject({
      code: "allotment-exhausted",
    });
  });

  test("a line that keeps no delta refuses a training, and says which filter would take it", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: amount(10_000_000_000n, 10n ** 14n), filter: "zcdp" });
    const training = chargeOf({ epsilon: 1_000_000_000n, delta: 1n, event: trainingEvent });
    expect(await ledger.charge(training)).toMatchObject({
      problem: {
        code: "budget-exhausted",
        facts: { filter: "zcdp" },
        hint: expect.stringContaining("renyi"),
      },
    });
    expect((await ledger.budget("diabetes")).charges).toBe(0);
    await policy.setBudget("diabetes", { cap: amount(10_000_000_000n, 10n ** 14n), filter: "basic" });
    expect(await ledger.charge(training)).toMatchObject({ ok: true });
  });

  test("at one order a training is charged for what it loses, and leaves the kept delta alone", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    const cap = amount(3_000_000_000n, 10n ** 12n);
    await policy.setBudget("diabetes", {
      cap,
      filter: "renyi",
      allotment: amount(cap.epsilon / 2n, cap.delta),
    });
    await policy.setBudget("cancer", { cap, filter: "zcdp-keys" });
    // Noise 2 at rate 0.01 for 1,000 steps, at the price of a training of that size.
    const training = (n: number, dataset: string, asker = "ada") =>
      ledger.charge(
        chargeOf({
          askId: `${dataset}-${n}`,
          asker,
          datasets: [dataset],
          epsilon: 800_000_000n,
          delta: 10n ** 10n,
          event: longTrainingEvent,
        }),
      );
    const admitted = async (dataset: string) => {
      for (let n = 0; ; n += 1) if (!(await training(n, dataset, `asker-${n}`)).ok) return n;
    };
    expect([await admitted("cancer"), await admitted("diabetes")]).toEqual([3, 12]);
    const { loss, remaining, spent } = await ledger.budget("diabetes", "asker-0");
    expect(spent).toEqual(amount(9_600_000_000n, 12n * 10n ** 10n));
    expect(loss.epsilon <= cap.epsilon && loss.delta <= cap.delta).toBe(true);
    expect(remaining.delta).toBe(cap.delta / 2n);
    // Their own line is guarded in rho: one training of this price fits, and others' trainings are not theirs.
    const own = (await ledger.budget("diabetes", "asker-0")).asker;
    expect(own).toMatchObject({ charges: 1, loss: amount(800_000_000n, 10n ** 10n) });
  });

  test("whatever is charged, renewed, lowered and set anew, the line is what a slow recount makes of its charges", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    // The dataset beside has room for everything.
    await policy.setBudget("beside", { cap: amount(2n ** 60n, 10n ** 18n), filter: "basic" });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        run += 1;
        const dataset = `data-${run}`;
        const first = amount(3_000_000_000n, 10n ** 12n);
        let line: Line = { filter: "renyi", cap: first, ...untouched, atOrder: nothingAtOrder };
        await policy.setBudget(dataset, { cap: first, filter: "renyi" });
        const charged: Charge[] = [];
        for (const [n, next] of steps.entries()) {
          if (next.kind === "set") {
            await policy.setBudget(dataset, { cap: next.cap, filter: next.filter });
            line = { ...untouched, filter: next.filter, cap: next.cap, atOrder: nothingAtOrder };
            for (const each of charged) line = spendOn(line, priceOfCharge(each, each.event));
          } else if (next.kind === "renew") {
            const more = amount(next.epsilon, 10n ** 11n);
            await policy.renew(dataset, more, "a further study");
            line = { ...line, ...untouched, cap: plus(line.cap, more), atOrder: nothingAtOrder };
            for (const each of charged) line = spendOn(line, priceOfCharge(each, each.event));
          } else {
            const datasets: Charge["datasets"] = n % 2 === 0 ? [dataset] : ["beside", dataset];
            const group = Array.from({ length: next.times }, (_, i) =>
              chargeOf({ ...next.charge, askId: `${run}-${n}-${i}`, datasets }),
            );
            const outcomes = await Promise.all(group.map((each) => ledger.charge(each)));
            for (const [i, each] of group.entries()) {
              const price = priceOfCharge(each, each.event);
              expect(outcomes[i]?.ok).toBe(admits(line, price));
              if (!admits(line, price)) continue;
              charged.push(each);
              line = spendOn(line, price);
            }
          }
          const { spent, loss, remaining, charges } = await ledger.budget(dataset);
          expect({ spent, loss, remaining, charges }).toEqual({
            spent: line.spent,
            loss: lossOf(line),
            remaining: remainingOf(line),
            charges: charged.length,
          });
        }
      }),
      { numRuns: 12 },
    );
  });

  test("a receipt of another ledger is a bug, not an answer", async () => {
    await using here = await open();
    await using there = await open();
    await there.policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
    const paid = await there.ledger.charge(chargeOf({}));
    if (!paid.ok) throw new Error(paid.problem.message);
    await expect(here.ledger.record(paid.value, bytes("94.6"))).rejects.toThrow(
      "a receipt is of this ledger",
    );
  });

  test("a cap that rises is a renewal with its reason; one that falls, or stays, is none", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: wholeEpsilon(2) });
    await ledger.charge(chargeOf({ epsilon: 2_000_000_000n }));
    expect(await policy.renew("diabetes", wholeEpsilon(1), "a second study")).toMatchObject({ ok: true });
    await policy.setBudget("diabetes", { cap: wholeEpsilon(3) });
    await policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
    await policy.setBudget("diabetes", { cap: wholeEpsilon(4) });
    expect(await ledger.budget("diabetes")).toMatchObject({
      renewals: 2,
      cap: wholeEpsilon(4),
      spent: wholeEpsilon(2),
      loss: wholeEpsilon(2),
    });
    const reasons = (await policy.history("diabetes")).map(({ event }) => JSON.parse(event).reason);
    expect(reasons).toEqual([
      null,
      "a second study",
      null,
      null,
      "the dataset was registered with a larger budget",
    ]);
    expect(await policy.renew("unknown", wholeEpsilon(1), "why")).toMatchObject({
      problem: { code: "dataset-unknown" },
    });
    await expect(policy.renew("diabetes", wholeEpsilon(1), " ")).rejects.toThrow("a renewal has a reason");
  });

  test("a cap with a delta admits more than the sum, and each receipt holds its entry's hash", async () => {
    await using world = await open();
    const { ledger, policy } = world;
    await policy.setBudget("diabetes", { cap: amount(1_000_000_000n, 10n ** 12n) });
    const asks = Array.from({ length: 60 }, (_, n) =>
      ledger.charge(
        chargeOf({ askId: `ask-${n}`, epsilon: 10_000_000n, delta: n % 2 === 0 ? 0n : 10n ** 9n }),
      ),
    );
    const paid = await Promise.all(asks);
    expect(paid.every(({ ok }) => ok)).toBe(true);
    const { spent, loss, remaining } = await ledger.budget("diabetes");
    expect(spent).toEqual(amount(600_000_000n, 30n * 10n ** 9n));
    expect(loss.epsilon).toBeLessThan(400_000_000n);
    const more = { asker: "ada", datasets: ["diabetes"] as const, event: "", delta: chargeOf({}).delta };
    expect(await ledger.affords({ ...more, epsilon: remaining.epsilon })).toBe(true);
    expect(await ledger.affords({ ...more, epsilon: nanoEpsilonOf(remaining.epsilon + 1n) })).toBe(false);
    const hashes = paid.map((each) => (each.ok ? each.value.entryHash : ""));
    expect(new Set(hashes).size).toBe(60);
    expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  });
}
