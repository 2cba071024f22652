// Teachers at an owner's, from the asker's line of code to answers and a student, over a socket; and what must not work.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  adam,
  averagePositions,
  dense,
  embedding,
  GridClient,
  type RemoteTeachOptions,
  sequential,
  type TeachersProgress,
} from "unseen";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  madeUpPatients,
  password,
  type TrainingWorld,
  trainingCard,
  trainingWorld,
} from "./training-world.ts";
import { unseen } from "./unseen-command.ts";

const model = sequential([dense(2)]);
const queries = Array.from({ length: 40 }, (_, at) => ({
  age: 20 + ((at * 29) % 71),
  bp: 60 + ((at * 41) % 121),
  ward: at % 4 === 0 ? "south" : "north",
}));
const isIll = ({ age, bp, ward }: (typeof queries)[number]) =>
  (age - 55) / 35 + (bp - 120) / 60 + (ward === "south" ? 0.4 : 0) > 0.1 ? "yes" : "no";
const asked: RemoteTeachOptions = {
  x: ["age", "bp", "ward"],
  y: "ill",
  teachers: 25,
  delta: 1e-6,
  aggregator: { kind: "gaussian", noise: 5 },
  teaching: { optimizer: adam(0.1), epochs: 20, batch: 16 },
  student: { optimizer: adam(0.1), epochs: 60, batch: 8 },
};

let shared: TrainingWorld;
beforeAll(async () => {
  shared = await trainingWorld(madeUpPatients(400), {
    ...trainingCard,
    budget: { epsilon: 100, delta: 1e-4 },
  });
});
afterAll(() => shared[Symbol.asyncDispose]());
const charges = async () => (await shared.owner.ledger.budget("clinic")).charges;

test("teachers answer public rows where the people are, charged before, and a student learns from the answers here", async () => {
  const dataset = await shared.dataset();
  // Little noise, so that what is learnt hardly depends on it.
  const clear: RemoteTeachOptions = { ...asked, aggregator: { kind: "gaussian", noise: 2 } };
  const price = await dataset.priceOfTeach(model, queries, clear);
  expect([price.affordable, price.steps, price.parameters]).toEqual([true, 25, 10]);
  const seen: TeachersProgress[] = [];
  const heldOut = { x: queries, y: queries.map(isIll) };
  const run = await dataset.teach(model, queries, {
    ...clear,
    student: { ...asked.student, heldOut, spread: { neighbours: 3, x: [[50, 100, "north"]] } },
    onProgress: (progress) => seen.push(progress),
  });
  expect([run.spent, run.epsilon]).toEqual([price.cost, price.epsilon]);
  expect(run.epsilon).toMatchObject({ relation: "add-or-remove-one", unit: "each row is a person" });
  expect(run.spent.epsilon).toBeGreaterThanOrEqual(run.epsilon.epsilon);
  expect(seen.every(({ teachers, taught }) => teachers === 25 && taught <= 25)).toBe(true);
  expect(run.answered).toBe(40);
  expect(run.answers.filter((answer, at) => answer === isIll(queries[at]!)).length).toBeGreaterThan(27);
  expect(await run.student.predict([{ age: 88, bp: 175, ward: "south" }, [22, 65, "north"]])).toEqual([
    "yes",
    "no",
  ]);
  expect(run.student.heldOut!.accuracy).toBeGreaterThan(0.65);
  expect(new TextDecoder().decode(run.student.toSafetensors())).toContain("GNMax");
  await expect(run.student.predict([[22, 65, "elsewhere"]])).rejects.toMatchObject({
    code: "training-invalid",
  });
  const { yours } = await dataset.currentBudget();
  expect(yours.spent.delta).toBeGreaterThan(0);
});

test("asked twice for other noise the same answers come, free; another asker's name gives nothing of theirs", async () => {
  const dataset = await shared.dataset();
  const few = queries.slice(0, 12);
  const noisy: RemoteTeachOptions = { ...asked, aggregator: { kind: "gaussian", noise: 40 } };
  const before = await charges();
  const first = await dataset.teach(model, few, { ...noisy, askId: "asked-twice" });
  for (let again = 0; again < 3; again++) {
    const { answers, receipt } = await dataset.teach(model, few, { ...noisy, askId: "asked-twice" });
    expect([answers, receipt]).toEqual([first.answers, first.receipt]);
  }
  // A student of other settings learns from the same answers, free.
  const other = { ...noisy, student: { ...asked.student, epochs: 5 } };
  expect((await dataset.teach(model, few, { ...other, askId: "asked-twice" })).answers).toEqual(
    first.answers,
  );
  expect(await charges()).toBe(before + 1);
  await expect(
    dataset.teach(model, few.toReversed(), { ...noisy, askId: "asked-twice" }),
  ).rejects.toMatchObject({ code: "ask-id-reused" });
  const bobs = await (await shared.dataset("bob")).teach(model, few, { ...noisy, askId: "asked-twice" });
  expect(bobs.receipt.serial).toBe(first.receipt.serial + 1);
  expect(await charges()).toBe(before + 2);
});

test("a threshold leaves queries unanswered, Laplace noise needs no delta, and agreement is told for its price", async () => {
  const dataset = await shared.dataset();
  const { delta: _, ...pure } = asked;
  const laplace = await dataset.teach(model, queries.slice(0, 5), {
    ...pure,
    aggregator: { kind: "laplace", noise: 8 },
  });
  expect([laplace.spent.delta, laplace.guarantee.includes("pure")]).toEqual([0, true]);
  const confident = await dataset.teach(model, queries, {
    ...asked,
    aggregator: { kind: "confident", noise: 5, threshold: { votes: 20, noise: 6 }, mostAnswered: 10 },
  });
  expect(confident.answered).toBeLessThanOrEqual(10);
  expect(confident.answers.filter((answer) => answer === undefined).length).toBe(40 - confident.answered);
  const told = await dataset.teach(model, queries.slice(0, 4), {
    ...asked,
    aggregator: { kind: "gaussian", noise: 20 },
    telling: { order: 8, releaseCost: 0.2 },
  });
  expect(told.agreement?.order).toBe(8);
  expect(told.agreement!.epsilonAtMost).toBeLessThanOrEqual(told.epsilon.epsilon + 1e-12);
});

test("where nothing is answered the answers are charged all the same, and there is no student", async () => {
  const dataset = await shared.dataset();
  const run = await dataset.teach(model, queries.slice(0, 2), {
    ...asked,
    // Each has a row or two, so they never agree.
    teachers: 300,
    aggregator: { kind: "confident", noise: 5, threshold: { votes: 300, noise: 4 }, mostAnswered: 1 },
  });
  expect(run.answered).toBe(0);
  expect(run.spent.epsilon).toBeGreaterThan(0);
  expect(() => run.student).toThrow(/no query was answered/);
});

test("rows that hold what no column allows change nothing that is told: refusals, shapes, prices and progress", async () => {
  const plain = madeUpPatients(120);
  const odd = `${plain.replace(/\n[^\n]*$/, "")}\nNaN,1e300,elsewhere,perhaps`;
  const one = plain.split("\n").slice(0, 2).join("\n");
  const card = { ...trainingCard, people: { isPublic: false, band: [1, 1000] } };
  const tellings: string[] = [];
  for (const csv of [plain, odd, one]) {
    await using world = await trainingWorld(csv, card);
    const dataset = await world.dataset();
    const seen: unknown[] = [];
    const price = await dataset.priceOfTeach(model, queries, asked);
    const run = await dataset.teach(model, queries, {
      ...asked,
      onProgress: (progress) => seen.push(Object.keys(progress).filter((key) => key !== "leftMs")),
    });
    expect(new Set(seen.map(String))).toEqual(new Set(["taught,teachers,waiting"]));
    const told = [
      price,
      run.spent,
      run.remaining,
      run.epsilon,
      run.guarantee,
      run.answers.length,
      run.answered,
    ];
    tellings.push(JSON.stringify(told));
  }
  expect(new Set(tellings).size).toBe(1);
});

test("a person with several rows is one, a public number of people is said, and places are asked about", async () => {
  const rows = madeUpPatients(300)
    .split("\n")
    .map((line, at) => (at === 0 ? `patient,${line}` : `p${at % 100},${line}`));
  const card = {
    ...trainingCard,
    unit: { column: "patient", mostRowsEach: 3 },
    people: { isPublic: true },
  };
  await using world = await trainingWorld(rows.join("\n"), card);
  const dataset = await world.dataset();
  const run = await dataset.teach(
    sequential([embedding(71, 3), averagePositions(), dense(2)]),
    queries.slice(0, 6),
    {
      ...asked,
      x: ["age", "ward"],
    },
  );
  expect(run.epsilon).toMatchObject({ relation: "replace-one" });
  expect(run.epsilon.unit).toContain("at most 3 rows each");
  expect(run.guarantee).toContain("Replacing one person by another");
  expect(["yes", "no"]).toContain((await run.student.predict([[40, "south"]]))[0]);
});

test("what is misspelt, does not fit, is too large or cannot be paid is refused by name, and free", async () => {
  const dataset = await shared.dataset();
  const before = await charges();
  const refusedAs = (more: object, of = model, rows: readonly object[] = queries) =>
    dataset.teach(of, rows as never, { ...asked, ...more } as never).then(
      () => "ok",
      (error) => error.code,
    );
  expect(await refusedAs({ x: ["agee"] })).toBe("column-unknown");
  expect(await refusedAs({}, sequential([dense(3)]))).toBe("shapes-do-not-fit");
  expect(await refusedAs({}, model, [{ age: 300, bp: 100, ward: "north" }])).toBe("training-invalid");
  expect(await refusedAs({}, model, [])).toBe("training-invalid");
  expect(await refusedAs({ teachers: 0 })).toBe("training-invalid");
  expect(await refusedAs({ teachers: 2.5 })).toBe("training-invalid");
  expect(await refusedAs({ aggregator: { kind: "gaussian", noise: 0 } })).toBe("training-invalid");
  expect(await refusedAs({ aggregator: { kind: "none", noise: 5 } })).toBe("training-invalid");
  expect(await refusedAs({ aggregator: { kind: "gaussian", noise: 0.01 } })).toBe("epsilon-unreachable");
  expect(await refusedAs({ delta: undefined })).toBe("training-invalid");
  expect(await refusedAs({ delta: 0.5 })).toBe("delta-invalid");
  expect(await refusedAs({ student: { ...asked.student, batch: 0 } })).toBe("training-invalid");
  expect(await refusedAs({ askId: "short" })).toBe("ask-id-invalid");
  expect(await refusedAs({ aggregator: { kind: "gaussian", noise: 0.5 } })).toBe("budget-exhausted");
  expect(await refusedAs({ teachers: 1_000_000 })).toBe("training-too-large");
  const slow = { optimizer: adam(0.1), epochs: 1e6, batch: 1 };
  expect(await refusedAs({ teaching: slow })).toBe("training-too-large");
  const many = Array.from({ length: 70_000 }, () => [50, 100, "north"]);
  expect(await refusedAs({ aggregator: { kind: "laplace", noise: 1e6 } }, model, many)).toBe(
    "training-too-large",
  );
  const interactive = { kind: "interactive", noise: 5, threshold: { votes: 5, noise: 5 }, mostAnswered: 3 };
  await expect(dataset.teach(model, queries, { ...asked, aggregator: interactive } as never)).rejects.toThrow(
    /where the rows are/,
  );
  expect(await charges()).toBe(before);
});

test("an owner who trains nothing has no teachers either, and nobody without a session has", async () => {
  await using world = await trainingWorld(madeUpPatients(120), trainingCard, {
    trainings: { mostMinutes: 0 },
  });
  await expect((await world.dataset()).teach(model, queries, asked)).rejects.toMatchObject({
    code: "training-too-large",
  });
  await expect(
    GridClient.connect({ url: world.url, username: "ada", password: "another password" }),
  ).rejects.toThrow();
  expect(readdirSync(join(world.home, "trainings"))).toEqual([]);
});

test("in a shell teachers are priced and asked, and the student and the answers are written into files", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unseen-teach-"));
  const [file, out, answers] = ["public.csv", "student.safetensors", "answers.csv"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const lines = queries.slice(0, 10).map(({ age, bp, ward }) => `${ward},${age},${bp}`);
  writeFileSync(file, ["ward,age,bp", ...lines].join("\n"));
  const by = { username: "bob", password };
  const given = ["--label", "ill", "--queries", file, "--teachers", "25", "--noise", "5"];
  const teach = ["teach", "clinic", ...given, "--delta", "0.000001", "--json"];
  const price = await unseen([...teach, "--price"], shared.url, by);
  expect(JSON.parse(price.out)).toMatchObject({ dataset: "clinic", teachers: 25, affordable: true });
  const run = await unseen([...teach, "--out", out, "--answers", answers], shared.url, by);
  expect(run).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(run.out)).toMatchObject({ file: out, answered: 10, queries: 10 });
  expect(readFileSync(out, "utf8")).toContain("dense(2)");
  const written = readFileSync(answers, "utf8").trim().split("\n");
  expect([written.length, written[0]]).toEqual([11, "age,bp,ward,ill"]);
  expect(written[1]).toMatch(/^20,60,south,(yes|no)$/);
  const nowhere = await unseen(teach, shared.url, by);
  expect([nowhere.code, nowhere.out]).toEqual([2, ""]);
  rmSync(folder, { recursive: true });
});
