import type { Columns } from "@unseen/privacy";
import type { SentAnswer } from "@unseen/wire";
import { expect, test } from "vitest";
import { BudgetPolicy } from "../ledger/index.ts";
import { wholeEpsilon } from "../ledger/ledger-for-tests.ts";
import { testHome } from "../store/home-for-tests.ts";
import { answerQuestion } from "./answer-question.ts";
import { priceQuestion } from "./price-question.ts";
import { questionHash } from "./question.ts";
import {
  ada,
  asking,
  cardOf,
  OracleEngine,
  operation,
  programOn,
  questionPorts,
} from "./questions-for-tests.ts";

const unit = (mostRowsEach: number) => ({ column: "patient", mostRowsEach, identity: "mrn" });
const common = { people: { isPublic: false, band: [10, 1000] }, budget: { epsilon: 9 } };
const visits = cardOf({
  ...common,
  name: "visits",
  columns: { bp: { type: "number", bounds: [0, 128] }, year: { type: "integer", bounds: [2000, 2030] } },
  unit: unit(3),
});
const patients = cardOf({
  ...common,
  name: "patients",
  columns: { age: { type: "integer", bounds: [0, 128] }, year: { type: "integer", bounds: [1900, 2030] } },
  unit: unit(2),
});

const rows = 400;
const pairs: Columns = new Map([
  ["bp", Float64Array.from({ length: rows }, (_, at) => at % 100)],
  ["age", Float64Array.from({ length: rows }, (_, at) => at % 90)],
  ["visits.year", Float64Array.from({ length: rows }, () => 2020)],
  ["patients.year", Float64Array.from({ length: rows }, () => 1980)],
]);
const column = (name: string) => ({ node: { kind: "input", name, shape: ["rows"] } }) as const;
const sumOfBp = programOn(operation("ReduceSum", [column("bp")]));
const aboutBoth = (more = {}) => asking(sumOfBp, { dataset: "visits", joined: "patients", ...more });

async function world({
  caps = [9, 9],
  allotment,
}: {
  readonly caps?: readonly [number, number];
  readonly allotment?: number;
} = {}) {
  const home = testHome();
  const engine = new OracleEngine(pairs);
  const ports = await questionPorts(home.store, engine);
  const policy = new BudgetPolicy({ store: home.store, clock: ports.clock });
  await policy.setBudget("visits", { cap: wholeEpsilon(caps[0]) });
  const own = allotment === undefined ? {} : { allotment: wholeEpsilon(allotment) };
  await policy.setBudget("patients", { cap: wholeEpsilon(caps[1]), ...own });
  const held = new Map(
    [visits, patients].map((card) => [card.name, { card, snapshot: "none", peopleCount: 0 }]),
  );
  const datasets = { find: async (name: string) => held.get(name), all: async () => [...held.values()] };
  const spent = async () => [
    (await ports.ledger.budget("visits")).spent.epsilon,
    (await ports.ledger.budget("patients")).spent.epsilon,
  ];
  return {
    engine,
    held,
    spent,
    ports: { ...ports, datasets },
    [Symbol.dispose]: () => home[Symbol.dispose](),
  };
}

test("a question about a join is answered, charged in full to both, and says so", async () => {
  using here = await world();
  const answered = await answerQuestion(here.ports, ada, aboutBoth());
  if (!answered.ok || !answered.value.outcome.ok) throw new Error("it is answered");
  expect(await here.spent()).toEqual([1_000_000_000n, 1_000_000_000n]);
  const { remaining, joinedRemaining, outcome } = answered.value;
  expect([remaining.epsilon, joinedRemaining?.epsilon]).toEqual(["8", "8"]);
  expect(outcome.value.receipt).toMatchObject({ dataset: "visits", joined: "patients", serial: 1 });
  expect(outcome.value.guarantee).toMatch(
    /^Adding or removing one person in visits, in patients or in both \(patient of visits and patient of patients name the person, at most 6 pairs of rows each\) changes .* The whole price was charged to visits and to patients\.$/,
  );
  const truth = (pairs.get("bp") as Float64Array).reduce((sum, value) => sum + value, 0);
  const { values, plusMinus } = outcome.value as SentAnswer;
  expect(Math.abs(values[0]!.data[0]! - truth)).toBeLessThan(20 * plusMinus[0]!.data[0]!);
  // Six pairs of at most 128 each, at epsilon 1: a scale of 768, three times which the noise stays within 95 in 100.
  expect(plusMinus[0]!.data[0]!).toBeGreaterThan(2.9 * 768);
  expect(plusMinus[0]!.data[0]!).toBeLessThan(3.1 * 768);
});

test("asked again under its id it is free; the same id about one of the two, or the other way round, is refused", async () => {
  using here = await world();
  const first = await answerQuestion(here.ports, ada, aboutBoth());
  const { reads } = here.engine;
  expect(await answerQuestion(here.ports, ada, aboutBoth())).toEqual(first);
  const alone = asking(sumOfBp, { dataset: "visits" });
  for (const other of [alone, aboutBoth({ dataset: "patients", joined: "visits" })])
    expect(await answerQuestion(here.ports, ada, other)).toMatchObject({
      problem: { code: "ask-id-reused" },
    });
  expect(await here.spent()).toEqual([1_000_000_000n, 1_000_000_000n]);
  expect(here.engine.reads).toBe(reads);
});

test("one line too short, on either side or in an asker's allotment, refuses for both and reads nothing", async () => {
  const short = [
    { lines: { caps: [9, 0] }, told: "budget-exhausted", on: "patients" },
    { lines: { caps: [0, 9] }, told: "budget-exhausted", on: "visits" },
    { lines: { allotment: 0 }, told: "allotment-exhausted", on: "patients" },
  ] as const;
  for (const { lines, told, on } of short) {
    using here = await world(lines);
    const refused = await answerQuestion(here.ports, ada, aboutBoth());
    expect(refused).toMatchObject({ problem: { code: told, facts: { dataset: on } } });
    expect(await here.spent()).toEqual([0n, 0n]);
    expect(here.engine.reads).toBe(0);
    expect(await priceQuestion(here.ports, ada, aboutBoth())).toMatchObject({
      value: { isAffordable: false },
    });
  }
});

test("a price shows both lines, and costs and reads nothing", async () => {
  using here = await world({ caps: [9, 4] });
  expect(await priceQuestion(here.ports, ada, aboutBoth())).toMatchObject({
    value: {
      cost: { epsilon: "1" },
      remaining: { epsilon: "9" },
      joinedRemaining: { epsilon: "4" },
      isAffordable: true,
    },
  });
  expect(await here.spent()).toEqual([0n, 0n]);
  expect(here.engine.reads).toBe(0);
});

test("a dataset that was removed after the price, is joined with itself, or is unknown, is refused free of charge", async () => {
  using here = await world();
  expect((await priceQuestion(here.ports, ada, aboutBoth())).ok).toBe(true);
  here.held.delete("patients");
  expect(await answerQuestion(here.ports, ada, aboutBoth())).toMatchObject({
    problem: { code: "dataset-unknown" },
  });
  expect(await answerQuestion(here.ports, ada, aboutBoth({ joined: "visits" }))).toMatchObject({
    problem: { code: "join-refused" },
  });
  expect(await here.spent()).toEqual([0n, 0n]);
  expect(here.engine.reads).toBe(0);
});

test("a join with rows that are kept in a database is refused free of charge", async () => {
  using here = await world();
  const snapshot = `postgres://owner@db.example/clinic?snapshot=${"0".repeat(32)}.v2`;
  here.held.set("patients", { card: patients, snapshot, peopleCount: 0 });
  expect(await answerQuestion(here.ports, ada, aboutBoth())).toMatchObject({
    problem: { code: "join-refused", hint: "the owner can register it from a file" },
  });
  expect(await here.spent()).toEqual([0n, 0n]);
  expect(here.engine.reads).toBe(0);
});

test("a column that both have is called with its dataset, and by its own name alone it is unknown", async () => {
  using here = await world();
  const meanOf = (name: string) => programOn(operation("ReduceMean", [column(name)]));
  const clash = await answerQuestion(here.ports, ada, aboutBoth({ program: meanOf("year") }));
  expect(clash).toMatchObject({
    problem: { code: "column-unknown", hint: "its columns are bp, visits.year, age, patients.year" },
  });
  const own = await answerQuestion(here.ports, ada, aboutBoth({ program: meanOf("patients.year") }));
  expect(own).toMatchObject({ ok: true, value: { outcome: { ok: true } } });
  expect(
    await answerQuestion(here.ports, ada, aboutBoth({ askId: "ask-00002", program: meanOf("patient") })),
  ).toMatchObject({
    problem: { code: "column-unknown" },
  });
});

test("the hash of a question covers both datasets and which is first", () => {
  const hashes = [
    aboutBoth(),
    aboutBoth({ dataset: "patients", joined: "visits" }),
    asking(sumOfBp, { dataset: "visits" }),
    asking(sumOfBp, { dataset: "patients" }),
    asking(sumOfBp, { dataset: '["visits","patients"]' }),
  ].map(questionHash);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("an engine that fails leaves the charge on both lines, and the same ask is answered later for nothing more", async () => {
  using here = await world();
  here.engine.isBroken = true;
  expect(await answerQuestion(here.ports, ada, aboutBoth())).toMatchObject({
    problem: { code: "answer-not-computed" },
  });
  here.engine.isBroken = false;
  expect(await answerQuestion(here.ports, ada, aboutBoth())).toMatchObject({
    value: { outcome: { ok: true } },
  });
  expect(await here.spent()).toEqual([1_000_000_000n, 1_000_000_000n]);
});
