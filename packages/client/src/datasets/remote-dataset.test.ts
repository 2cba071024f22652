import { inspect } from "node:util";
import { expect, test } from "vitest";
import { GridClient } from "../grid/grid-client.ts";
import { type FakeDataset, FakeNode, fakeDataset } from "../testing/fake-node.ts";

async function twoAt(url = "http://localhost:7700") {
  const node = new FakeNode([fakeDataset("visits"), fakeDataset("patients")]);
  const grid = await GridClient.connect({
    url,
    username: "atrask",
    password: "right",
    transport: () => node.transport(),
  });
  return { node, visits: await grid.dataset("visits"), patients: await grid.dataset("patients") };
}

async function found(more: Partial<FakeDataset> = {}) {
  const node = new FakeNode([fakeDataset("diabetes", more)]);
  const grid = await GridClient.connect({
    url: "http://localhost:7700",
    username: "atrask",
    password: "right",
    transport: () => node.transport(),
  });
  return (await grid.search())[0]!;
}

test("a dataset shows what its owner says of it in public", async () => {
  const dataset = await found();
  expect(dataset).toMatchObject({
    name: "diabetes",
    node: "http://localhost:7700",
    description: "Ten baseline variables of people with diabetes.",
    tags: ["#diabetes", "#data"],
    shape: [442, 3],
    privacyUnit: "each row is a person",
  });
  expect(dataset.schema[2]).toEqual({ name: "bp", type: "number", least: 0, greatest: 200 });
  expect(dataset.budget.yours.remaining).toEqual({ epsilon: 3, delta: 0 });
  expect(await dataset.currentBudget()).toEqual(dataset.budget);
  expect(inspect(dataset)).toBe("<Dataset diabetes at http://localhost:7700: 442 rows, 3 columns>");
});

test("where the number of people is not public, the shape shows the declared range", async () => {
  const dataset = await found({ rows: { kind: "band", least: 100, greatest: 1000 } });
  expect(dataset.shape).toEqual(["100 to 1000", 3]);
  const narrow = await found({ rows: { kind: "band", least: 442, greatest: 442 } });
  expect(narrow.shape).toEqual([442, 3]);
});

test("columns is a list of names to read and a question to call", async () => {
  const { columns } = await found();
  expect([...columns]).toEqual(["age", "bmi", "bp"]);
  expect([columns.length, columns[2], columns.at(-1), columns.includes("bmi")]).toEqual([
    3,
    "bp",
    "bp",
    true,
  ]);
  expect(columns.map((name) => name.length)).toEqual([3, 3, 2]);
  expect([String(columns), JSON.stringify(columns)]).toEqual(["age,bmi,bp", '["age","bmi","bp"]']);
  expect(inspect(columns)).toBe("[ 'age', 'bmi', 'bp' ]");
  expect(columns("bp", "age").shape).toEqual(["rows", 2]);
});

test("a column that is not there is refused with the names that are close", async () => {
  const dataset = await found();
  const refused = (name: string) => () => dataset.column(name);
  expect(refused("bpm")).toThrow(/no column called "bpm"\ndid you mean bp/);
  expect(refused("BMI")).toThrow(/did you mean bmi/);
  expect(refused("income")).toThrow(/the columns are age, bmi, bp/);
  expect(refused("bpm")).toThrow(expect.objectContaining({ code: "column-unknown" }));
  expect(() => dataset.columns("bp", "nope")).toThrow(expect.objectContaining({ code: "column-unknown" }));
  expect(() => dataset.columns()).toThrow(expect.objectContaining({ code: "column-unknown" }));
});

test("a sample is labelled before its rows, and says that they are not real", async () => {
  const rows = [
    ["female", 32.1],
    ["male", 101],
  ];
  const declared = await (
    await found({ sample: { origin: "declared", columns: ["sex", "bp"], rows } })
  ).sample();
  expect(String(declared)).toBe(
    "mock rows written by the owner: these are not real rows\n\nsex       bp\nfemale  32.1\nmale     101",
  );
  expect(declared.rows).toEqual(rows);
  const synthetic = await (
    await found({ sample: { origin: "synthetic", columns: ["bp"], rows: [[1]] } })
  ).sample();
  expect(synthetic.label).toBe("synthetic rows drawn from the declared bounds");
});

test("a dataset of categories is refused with a count of them as the nearest question", async () => {
  const dataset = await found({ columns: [{ name: "sex", type: "category", categories: ["f", "m"] }] });
  await expect(dataset.get()).rejects.toThrow(
    /column\("sex"\)\.oneHot\(2\)\.sum\(0\)\.get\(\{ epsilon: 0\.5 \}\): to within ± \[1, 1\]/,
  );
});

test("two datasets of a node are joined, and asked about as one, with what was charged where", async () => {
  const { node, visits, patients } = await twoAt();
  const both = await visits.join(patients);
  expect(both.name).toBe("visits JOIN patients");
  expect(Object.keys(both.budgets)).toEqual(["visits", "patients"]);
  expect(await both.currentBudgets()).toEqual(both.budgets);
  expect(await both.currentBudget()).toEqual(both.budget);

  const price = await both.column("bp").mean().price(0.5);
  expect(price.joinedRemaining).toEqual({ epsilon: 3, delta: 0 });
  expect(String(price)).toMatch(/^costs epsilon 0.5 on each of both \(epsilon 3 and epsilon 3 remaining\)/);
  const answer = await both.column("bp").mean().get(0.5);
  expect(answer.receipt).toMatchObject({ dataset: "visits", joined: "patients" });
  expect(String(answer)).toMatch(
    /spent epsilon 0.5 on visits, epsilon 2.5 remaining; spent epsilon 0.5 on patients, epsilon 2.5 remaining$/,
  );
  expect(node.charges).toBe(1);
});

test("columns of a join and of one of its datasets are not one question", async () => {
  const { visits, patients } = await twoAt();
  const both = await visits.join(patients);
  const [turned, again] = [await patients.join(visits), await visits.join(patients)];
  const mixed = (one: typeof visits, other: typeof visits) => () => one.column("bp").add(other.column("age"));
  for (const other of [visits, patients, turned])
    expect(mixed(both, other)).toThrow(expect.objectContaining({ code: "rows-mixed" }));
  expect(mixed(both, again)().shape).toEqual(["rows"]);
});

test("a join of three, of two nodes, or at a node that knows none is refused before anything is asked", async () => {
  const [here, there] = [await twoAt(), await twoAt("http://localhost:7701")];
  const both = await here.visits.join(here.patients);
  const refused = (code: string) => expect.objectContaining({ code });
  await expect(both.join(here.visits)).rejects.toThrow(refused("join-refused"));
  await expect(here.visits.join(both)).rejects.toThrow(refused("join-refused"));
  await expect(here.visits.join(there.patients)).rejects.toThrow(refused("join-refused"));
  here.node.knowsJoins = false;
  await expect(here.visits.join(here.patients)).rejects.toThrow(refused("message-malformed"));
});
