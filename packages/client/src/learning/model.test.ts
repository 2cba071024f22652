import { expect, test } from "vitest";
import { AskRefused, adam, dense, flatten, sequential, sgd } from "../index.ts";

const x = Array.from({ length: 240 }, (_, at) => [Math.sin(at), Math.cos(1.7 * at), Math.sin(2.3 * at)]);
const y = x.map(([a, b]) => (a! > b! ? 1 : 0));

test("a model is trained here and tells the class of a row", async () => {
  const model = sequential([dense(8, "tanh"), dense(2)]);
  const run = await model.fit({ x, y }, { optimizer: adam(0.05), epochs: 30, batch: 40 });
  const { accuracy } = await run.evaluate({ x, y });
  expect(accuracy).toBeGreaterThan(0.95);
  const classes = await run.predict(x);
  expect(classes.filter((each, at) => each === y[at]).length / y.length).toBeCloseTo(accuracy, 9);
  expect(run.epsilon).toBeUndefined();
});

test("three more words make it private, and the file of its weights says how", async () => {
  const model = sequential([dense(2)]);
  const privacy = { clip: 1, noiseMultiplier: 1, delta: 1e-4 };
  const run = await model.fit({ x, y }, { optimizer: sgd(1), epochs: 5, batch: 40, privacy });
  expect(run.epsilon!.epsilon).toBeGreaterThan(1);
  const text = new TextDecoder().decode(run.toSafetensors());
  expect(text).toContain('"promise":"{\\"epsilon\\":');
  expect(text).toContain("add-or-remove-one");
});

test("a model is taught by teachers that never leave, and its file says what was promised", async () => {
  const settings = { optimizer: adam(0.1), epochs: 20, batch: 10 };
  const taught = await sequential([dense(2)]).teach(
    { x: x.slice(40), y: y.slice(40) },
    { x: x.slice(0, 40) },
    {
      teachers: 20,
      aggregator: { kind: "laplace", noise: 4 },
      delta: 0,
      teaching: settings,
      student: settings,
    },
  );
  expect(taught.epsilon.epsilon).toBeCloseTo(20, 9);
  expect([taught.answers.length, taught.answered]).toEqual([40, 40]);
  const { accuracy } = await taught.student.evaluate({ x, y });
  expect(accuracy).toBeGreaterThan(0.7);
  expect(new TextDecoder().decode(taught.student.toSafetensors())).toContain(
    "LNMax, Laplace noise of scale 4",
  );
});

test("what cannot be trained is refused with its reason", async () => {
  const refused = sequential([flatten(), dense(2)]).fit(
    { x, y: y.map((each) => each + 1) },
    { optimizer: sgd(1), epochs: 1, batch: 40 },
  );
  await expect(refused).rejects.toThrow(AskRefused);
  await expect(refused).rejects.toMatchObject({ code: "labels-invalid" });
});
