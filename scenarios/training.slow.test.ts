// Training at an owner's, from the asker's line of code to the weights, over a socket.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  averagePositions,
  dense,
  embedding,
  logisticLoss,
  type RemoteProgress,
  sequential,
  sgd,
  squaredError,
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
const asked = {
  x: ["age", "bp", "ward"],
  y: "ill",
  optimizer: sgd(2),
  rate: 0.1,
  steps: 100,
  expects: 40,
  privacy: { clip: 1, noiseMultiplier: 1, delta: 1e-6 },
} as const;

let shared: TrainingWorld;
beforeAll(async () => {
  shared = await trainingWorld(madeUpPatients(400), {
    ...trainingCard,
    budget: { epsilon: 60, delta: 1e-4 },
  });
});
afterAll(() => shared[Symbol.asyncDispose]());
const charges = async () => (await shared.owner.ledger.budget("clinic")).charges;

test("a model is trained where the rows are, is charged before, and tells who is ill", async () => {
  const dataset = await shared.dataset();
  const offer = { ...asked, privacy: { clip: 1, epsilon: 6, delta: 1e-6 } };
  const price = await dataset.priceOfFit(model, offer);
  expect(price.cost.epsilon).toBeLessThanOrEqual(6);
  expect(price.cost.epsilon).toBeGreaterThan(5.98);
  const seen: RemoteProgress[] = [];
  const run = await dataset.fit(model, { ...offer, onProgress: (progress) => seen.push(progress) });
  expect(run.spent).toEqual(price.cost);
  expect(run.epsilon).toEqual(price.epsilon);
  expect(run.spent.epsilon).toBeGreaterThanOrEqual(run.epsilon.epsilon);
  expect(run.steps).toBe(100);
  expect(seen.every(({ steps }) => steps === 100)).toBe(true);
  const { spent, yours } = await dataset.currentBudget();
  expect(yours.spent.epsilon).toBeGreaterThanOrEqual(run.spent.epsilon - 1e-9);
  expect(spent.delta).toBeGreaterThanOrEqual(1e-6);
  const ill = await run.predict([{ age: 88, bp: 175, ward: "south" }, [22, 65, "north"]]);
  expect(ill).toEqual(["yes", "no"]);
  expect(new TextDecoder().decode(run.toSafetensors())).toContain("add-or-remove-one");
  await expect(run.predict([[22, 65, "elsewhere"]])).rejects.toMatchObject({ code: "training-invalid" });
});

test("questions are answered while a model is trained, and twice the same ask is one charge", async () => {
  const dataset = await shared.dataset();
  const long = { ...asked, rate: 0.5, steps: 1_500, askId: "twice-the-same" };
  const large = sequential([dense(48, "relu"), dense(2)]);
  const privacy = { clip: 1, noiseMultiplier: 20, delta: 1e-6 };
  const before = await charges();
  let isDone = false;
  const both = Promise.all([
    dataset.fit(large, { ...long, privacy }),
    (await shared.dataset()).fit(large, { ...long, privacy }),
  ]).finally(() => {
    isDone = true;
  });
  await expect.poll(charges, { timeout: 60_000 }).toBe(before + 1);
  const answer = await dataset.column("bp").mean().get({ epsilon: 0.5 });
  expect([isDone, answer.spent.epsilon]).toEqual([false, 0.5]);
  await expect(dataset.fit(model, { ...long, privacy })).rejects.toMatchObject({ code: "ask-id-reused" });
  const [one, other] = await both;
  expect(one.toSafetensors()).toEqual(other.toSafetensors());
  // Another account may use the same name, and has weights of its own.
  const bobs = await (await shared.dataset("bob")).fit(model, { ...asked, askId: "twice-the-same" });
  expect(bobs.receipt.serial).toBe(before + 3);
});

test("a training that its asker stops stays charged, and goes on under its name", async () => {
  const dataset = await shared.dataset();
  const before = await charges();
  const stop = new AbortController();
  const long = {
    ...asked,
    rate: 0.5,
    steps: 2_000,
    privacy: { clip: 1, noiseMultiplier: 30, delta: 1e-6 },
    askId: "stopped-once",
  };
  const fit = dataset.fit(model, { ...long, onProgress: () => stop.abort(), signal: stop.signal });
  await expect(fit).rejects.toMatchObject({ code: "training-stopped", askId: "stopped-once" });
  expect(await charges()).toBe(before + 1);
  expect((await dataset.fit(model, long)).steps).toBe(2_000);
  expect(await charges()).toBe(before + 1);
});

test("rows that hold what no column allows are counted as nothing special: nothing that is told differs", async () => {
  const plain = madeUpPatients(200);
  const odd = `${plain.replace(/\n[^\n]*$/, "")}\nNaN,1e300,elsewhere,perhaps`;
  const tellings: string[] = [];
  for (const csv of [plain, odd]) {
    await using world = await trainingWorld(csv);
    const dataset = await world.dataset();
    const seen: RemoteProgress[] = [];
    const price = await dataset.priceOfFit(model, asked);
    const run = await dataset.fit(model, { ...asked, onProgress: (progress) => seen.push(progress) });
    for (const { leftMs, ...progress } of seen) {
      expect(progress.step % 5).toBe(0);
      expect(Object.keys(progress)).toEqual(["step", "steps", "epsilon", "waiting"]);
    }
    const shapes = [...run.weights].map(([name, { length }]) => [name, length]);
    tellings.push(JSON.stringify([price, run.spent, run.remaining, run.epsilon, run.guarantee, shapes]));
  }
  expect(new Set(tellings).size).toBe(1);
});

test("where the number of people is public, there are epochs of them, and one who is replaced is protected", async () => {
  const card = { ...trainingCard, people: { isPublic: true } };
  await using world = await trainingWorld(madeUpPatients(300), card);
  const dataset = await world.dataset();
  const { rate: _, steps: __, expects: ___, ...others } = asked;
  const run = await dataset.fit(model, {
    ...others,
    epochs: 5,
    batch: 30,
    privacy: { clip: 1, noiseMultiplier: 2, delta: 1e-6 },
  });
  expect(run.steps).toBe(50);
  expect(run.epsilon.relation).toBe("replace-one");
  expect(run.guarantee).toContain("Replacing one person by another");
});

test("a person with several rows is one, and numbers, places and other losses are learnt too", async () => {
  const rows = madeUpPatients(300)
    .split("\n")
    .map((line, at) => (at === 0 ? `patient,${line}` : `p${at % 100},${line}`));
  const card = { ...trainingCard, unit: { column: "patient", mostRowsEach: 3 } };
  await using world = await trainingWorld(rows.join("\n"), card);
  const dataset = await world.dataset();
  const shared = { ...asked, steps: 30, privacy: { clip: 1, noiseMultiplier: 2, delta: 1e-6 } };
  const numbers = await dataset.fit(sequential([dense(1)]), {
    ...shared,
    x: ["age", { column: "ward", as: "one-hot" }],
    y: "bp",
    loss: squaredError(),
    optimizer: sgd(0.1),
  });
  expect(numbers.epsilon.unit).toContain("at most 3 rows each");
  const [bp] = await numbers.predict([{ age: 40, ward: "north" }]);
  expect(typeof bp).toBe("number");
  const words = await dataset.fit(sequential([embedding(71, 3), averagePositions(), dense(1)]), {
    ...shared,
    x: ["age", "ward"],
    loss: logisticLoss(),
  });
  expect(["yes", "no"]).toContain((await words.predict([[40, "south"]]))[0]);
});

test("what is misspelt, does not fit or cannot be paid is refused by name", async () => {
  const dataset = await shared.dataset();
  const before = await charges();
  const refusedAs = (more: object, of = model) =>
    dataset.fit(of, { ...asked, ...more } as never).then(
      () => "ok",
      (error) => error.code,
    );
  expect(await refusedAs({ x: ["agee"] })).toBe("column-unknown");
  expect(await refusedAs({}, sequential([dense(3)]))).toBe("shapes-do-not-fit");
  expect(await refusedAs({ privacy: { clip: 0, noiseMultiplier: 1, delta: 1e-6 } })).toBe("training-invalid");
  expect(await refusedAs({ privacy: { clip: Infinity, epsilon: 1, delta: 1e-6 } })).toBe("training-invalid");
  expect(await refusedAs({ rate: -0.1 })).toBe("training-invalid");
  expect(await refusedAs({ rate: 1.5 })).toBe("training-invalid");
  expect(await refusedAs({ rate: Number.NaN })).toBe("training-invalid");
  expect(await refusedAs({ steps: 2e6 })).toBe("training-invalid");
  const large = sequential([dense(512, "relu"), dense(512, "relu"), dense(2)]);
  expect(await refusedAs({ steps: 1e6 }, large)).toBe("training-too-large");
  expect(
    await refusedAs({ rate: undefined, steps: undefined, expects: undefined, epochs: 5, batch: 10 }),
  ).toBe("training-invalid");
  expect(await refusedAs({ privacy: { clip: 1, noiseMultiplier: 0.4, delta: 1e-6 } })).toBe(
    "budget-exhausted",
  );
  expect(await refusedAs({ askId: "short" })).toBe("ask-id-invalid");
  expect(await charges()).toBe(before);
});

test("in a shell a model is priced, trained and written into a file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unseen-fit-"));
  const file = join(folder, "model.safetensors");
  const by = { username: "bob", password };
  const asked = [
    "--label",
    "ill",
    "--rate",
    "0.1",
    "--steps",
    "50",
    "--noise",
    "2",
    "--delta",
    "0.000001",
    "--json",
  ];
  const price = await unseen(["fit", "clinic", ...asked, "--price"], shared.url, by);
  expect(JSON.parse(price.out)).toMatchObject({ dataset: "clinic", steps: 50, affordable: true });
  const run = await unseen(["fit", "clinic", ...asked, "--layers", "8,2", "--out", file], shared.url, by);
  expect(run).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(run.out)).toMatchObject({ file, steps: 50, receipt: { dataset: "clinic" } });
  expect(readFileSync(file, "utf8")).toContain("dense(8, relu) dense(2)");
  const nowhere = await unseen(["fit", "clinic", ...asked], shared.url, by);
  expect([nowhere.code, nowhere.out]).toEqual([2, ""]);
  rmSync(folder, { recursive: true });
});
