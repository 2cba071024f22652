import type { SentAnswer } from "@unseen/wire";
import { describe, expect, test } from "vitest";
import { testHome } from "../store/home-for-tests.ts";
import { answerQuestion } from "./answer-question.ts";
import { priceQuestion } from "./price-question.ts";
import {
  ada,
  asking,
  bp,
  clinicColumns,
  meanBp,
  number,
  OracleEngine,
  operation,
  programOn,
  questionPorts,
} from "./questions-for-tests.ts";

async function world() {
  const home = testHome();
  const engine = new OracleEngine(
    new Map([...clinicColumns].map(([name, column]) => [name, column.slice()])),
  );
  const ports = await questionPorts(home.store, engine);
  return { home, engine, ports, [Symbol.dispose]: () => home[Symbol.dispose]() };
}

test("a mean is answered close to the truth, with its price and what is left", async () => {
  using here = await world();
  const answered = await answerQuestion(here.ports, ada, asking(meanBp));
  expect(answered).toMatchObject({ ok: true, value: { outcome: { ok: true }, remaining: { epsilon: "9" } } });
  if (!answered.ok || !answered.value.outcome.ok) return;
  const { values, plusMinus, spent, receipt } = answered.value.outcome.value as SentAnswer;
  const truth = (clinicColumns.get("bp") as Float64Array).reduce((sum, value) => sum + value, 0) / 200;
  // Twenty half-widths away happens less often than once in 10^20 answers.
  expect(Math.abs(values[0]!.data[0]! - truth)).toBeLessThan(20 * plusMinus[0]!.data[0]!);
  expect(spent).toEqual({ epsilon: "1", delta: "0" });
  expect(receipt).toMatchObject({ askId: "ask-00001", dataset: "clinic", nodeId: "node_test" });
});

test("asking again under the same id gives the same answer, reads nothing and costs nothing", async () => {
  using here = await world();
  const first = await answerQuestion(here.ports, ada, asking(meanBp));
  const reads = here.engine.reads;
  const again = await answerQuestion(here.ports, ada, asking(meanBp));
  expect(again).toEqual(first);
  expect(here.engine.reads).toBe(reads);
});

test("a dataset that an earlier version took in is refused with the cure, and costs and reads nothing", async () => {
  using here = await world();
  const find = async (name: string) => {
    const found = await here.ports.datasets.find(name);
    return found && { ...found, snapshot: `${"0".repeat(32)}.parquet` };
  };
  const ports = { ...here.ports, datasets: { ...here.ports.datasets, find } };
  const refused = { ok: false, problem: { code: "dataset-outdated", hint: expect.stringMatching(/again/) } };
  expect(await answerQuestion(ports, ada, asking(meanBp))).toMatchObject(refused);
  expect(await priceQuestion(ports, ada, asking(meanBp))).toMatchObject(refused);
  expect((await here.ports.ledger.budget("clinic")).spent.epsilon).toBe(0n);
  expect(here.engine.reads).toBe(0);
});

test("another question under a used id is refused and costs nothing", async () => {
  using here = await world();
  await answerQuestion(here.ports, ada, asking(meanBp));
  const other = programOn(operation("ReduceSum", [bp]));
  const refused = await answerQuestion(here.ports, ada, asking(other));
  expect(refused).toMatchObject({ ok: false, problem: { code: "ask-id-reused" } });
  const dearer = await answerQuestion(here.ports, ada, asking(meanBp, { offer: { epsilon: "2" } }));
  expect(dearer).toMatchObject({ ok: false, problem: { code: "ask-id-reused" } });
  expect((await here.ports.ledger.budget("clinic")).spent.epsilon).toBe(1_000_000_000n);
});

test("two askers may use one id, and neither gets the other's answer", async () => {
  using here = await world();
  const bob = { ...ada, id: "acct_2", name: "bob" } as typeof ada;
  const adas = await answerQuestion(here.ports, ada, asking(meanBp));
  const bobs = await answerQuestion(here.ports, bob, asking(meanBp));
  expect(bobs).not.toEqual(adas);
  expect((await here.ports.ledger.budget("clinic")).spent.epsilon).toBe(2_000_000_000n);
});

test("many parallel sendings of one ask are charged once and see one answer", async () => {
  using here = await world();
  const all = await Promise.all(
    Array.from({ length: 20 }, () => answerQuestion(here.ports, ada, asking(meanBp))),
  );
  expect(new Set(all.map((one) => JSON.stringify(one.ok && one.value.outcome))).size).toBe(1);
  expect((await here.ports.ledger.budget("clinic")).spent.epsilon).toBe(1_000_000_000n);
});

test("nothing is read before it is paid for, and nothing at all once the budget is gone", async () => {
  using here = await world();
  const whole = await answerQuestion(here.ports, ada, asking(meanBp, { offer: { epsilon: "10" } }));
  expect(whole.ok).toBe(true);
  const reads = here.engine.reads;
  const refused = await answerQuestion(here.ports, ada, asking(meanBp, { askId: "ask-00002" }));
  expect(refused).toMatchObject({ ok: false, problem: { code: "budget-exhausted" } });
  expect(here.engine.reads).toBe(reads);
});

test("an engine that fails after the charge keeps the charge and answers the same ask later", async () => {
  using here = await world();
  here.engine.isBroken = true;
  const failed = await answerQuestion(here.ports, ada, asking(meanBp));
  expect(failed).toMatchObject({ ok: false, problem: { code: "answer-not-computed" } });
  here.engine.isBroken = false;
  const later = await answerQuestion(here.ports, ada, asking(meanBp));
  expect(later).toMatchObject({ ok: true, value: { remaining: { epsilon: "9" } } });
});

test("an engine that throws leaves in a slot like any other outcome, and the same ask is answered later", async () => {
  using here = await world();
  const slots: number[] = [];
  const ports = {
    ...here.ports,
    slots: { next: async (sinceMs: number) => void slots.push(sinceMs) },
    engine: {
      peopleOfKeys: here.ports.engine.peopleOfKeys,
      sums: async () => Promise.reject(new Error("row 7 holds 140")),
    },
  };
  await expect(answerQuestion(ports, ada, asking(meanBp))).rejects.toThrow();
  expect(slots).toHaveLength(1);
  expect(await answerQuestion(here.ports, ada, asking(meanBp))).toMatchObject({
    ok: true,
    value: { remaining: { epsilon: "9" } },
  });
});

test("a result that the noise left without a value is recorded, so it is not drawn again for free", async () => {
  using here = await world();
  // The sum of f(bp) is zero for everybody, its noise is whole: the root of minus its square is never a number.
  const sum = operation("ReduceSum", [operation("Greater", [bp, number(100)])]);
  const never = programOn(operation("Sqrt", [operation("Sub", [number(-1), operation("Mul", [sum, sum])])]));
  const first = await answerQuestion(here.ports, ada, asking(never));
  expect(first).toMatchObject({
    ok: true,
    value: { outcome: { ok: false, problem: { code: "answer-not-computed" } } },
  });
  const reads = here.engine.reads;
  expect(await answerQuestion(here.ports, ada, asking(never))).toEqual(first);
  expect(here.engine.reads).toBe(reads);
});

test("a stage that goes on with released values is answered, and the whole price is taken before the first", async () => {
  using here = await world();
  const standardised = operation("Div", [
    operation("Sub", [bp, operation("ReduceMean", [bp])]),
    operation("StandardDeviation", [bp]),
  ]);
  const skewness = programOn(
    operation("ReduceMean", [
      operation("Clip", [operation("Pow", [standardised, number(3)])], { min: -10, max: 10 }),
    ]),
  );
  const answered = await answerQuestion(here.ports, ada, asking(skewness, { offer: { epsilon: "5" } }));
  expect(answered).toMatchObject({ ok: true, value: { outcome: { ok: true }, remaining: { epsilon: "5" } } });
});

describe("the price", () => {
  test("is what was offered, is free to ask, and reads no row", async () => {
    using here = await world();
    const price = await priceQuestion(here.ports, ada, asking(meanBp));
    expect(price).toMatchObject({
      ok: true,
      value: { cost: { epsilon: "1", delta: "0" }, isAffordable: true, remaining: { epsilon: "10" } },
    });
    expect(here.engine.reads).toBe(0);
  });

  test("is the same whatever the rows say", async () => {
    using here = await world();
    using there = await world();
    (there.engine.columns.get("bp") as Float64Array).fill(140);
    const asked = asking(meanBp, { offer: { epsilon: "0.5", delta: "1e-7" } });
    const [one, other] = await Promise.all([
      priceQuestion(here.ports, ada, asked),
      priceQuestion(there.ports, ada, asked),
    ]);
    expect(one.ok && other.ok && [one.value.cost, one.value.releases]).toEqual(
      other.ok && [other.value.cost, other.value.releases],
    );
  });
});

describe("each of these is refused with its code, in one sentence, and costs nothing", () => {
  const rows = programOn(operation("Add", [bp, bp]));
  const unknownColumn = programOn(
    operation("ReduceMean", [{ node: { kind: "input", name: "weight", shape: ["rows"] } }]),
  );
  test.each([
    ["an unknown dataset", asking(meanBp, { dataset: "nowhere" }), "dataset-unknown"],
    ["an unknown column", asking(unknownColumn), "column-unknown"],
    ["a negative epsilon", asking(meanBp, { offer: { epsilon: "-1" } }), "epsilon-invalid"],
    ["a zero epsilon", asking(meanBp, { offer: { epsilon: "0" } }), "epsilon-invalid"],
    ["an infinite epsilon", asking(meanBp, { offer: { epsilon: "Infinity" } }), "epsilon-invalid"],
    ["a tiny epsilon", asking(meanBp, { offer: { epsilon: "1e-9" } }), "epsilon-invalid"],
    [
      "a delta that is no probability",
      asking(meanBp, { offer: { epsilon: "1", delta: "2" } }),
      "delta-invalid",
    ],
    ["rows as an answer", asking(rows), "rows-exposed"],
    ["the greatest value", asking(programOn(operation("ReduceMax", [bp]))), "no-rule"],
    [
      "a sum without bounds",
      asking(
        programOn(operation("ReduceSum", [operation("Reciprocal", [operation("Sub", [bp, number(100)])])])),
      ),
      "bounds-unknown",
    ],
    ["a question that reads nobody", asking(programOn(number(4))), "program-malformed"],
  ])("%s", async (_, asked, code) => {
    using here = await world();
    const refused = await answerQuestion(here.ports, ada, asked);
    expect(refused).toMatchObject({ ok: false, problem: { code } });
    if (!refused.ok) expect(refused.problem.message).not.toMatch(/\n|undefined|NaN \(/);
    expect(here.engine.reads).toBe(0);
    expect((await here.ports.ledger.budget("clinic")).spent.epsilon).toBe(0n);
  });
});

test("who asks again before the slot of an answer does not hear that there is one", async () => {
  using here = await world();
  const waiting: (() => void)[] = [];
  const slots = { next: () => new Promise<void>((leave) => waiting.push(leave)) };
  const ports = { ...here.ports, slots };
  const first = answerQuestion(ports, ada, asking(meanBp));
  await expect.poll(() => waiting.length).toBe(1);
  let isTold = false;
  const again = answerQuestion(ports, ada, asking(meanBp)).finally(() => {
    isTold = true;
  });
  await expect.poll(() => waiting.length).toBe(2);
  expect(isTold).toBe(false);
  for (const leave of waiting) leave();
  expect(await again).toEqual(await first);
  expect(await answerQuestion(ports, ada, asking(meanBp))).toEqual(await first);
});
