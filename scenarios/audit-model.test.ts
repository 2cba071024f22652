import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { unseen } from "./unseen-command.ts";

const directory = mkdtempSync(join(tmpdir(), "unseen-audit-model-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = "datasets/breast-cancer.csv";

test("a training is audited from a shell: numbers for a script, and a picture", async () => {
  const picture = join(directory, "curves.svg");
  const run = await unseen([
    ...["audit", "model", file, "--label", "benign", "--hidden", "8", "--epochs", "2", "--shadows", "1"],
    ...["--noise", "2", "--svg", picture, "--json"],
  ]);
  expect(run.code).toBe(0);
  const told = JSON.parse(run.out);
  expect(told).toMatchObject({
    rows: 569,
    errorRate: 0.05,
    attacks: [{ name: "loss" }, { name: "likelihood ratio" }],
  });
  expect(told.epsilonShown).toBeLessThanOrEqual(told.promised.epsilon);
  expect(told.attacks[0].rates[2].atMost).toBeGreaterThan(0.1);
  expect(readFileSync(picture, "utf8")).toContain("Was this row in the training?");
});

test("what cannot be audited is told in one sentence", async () => {
  const few = join(directory, "few.csv");
  writeFileSync(few, `a,kind\n${Array.from({ length: 5 }, (_, at) => `${at},x`).join("\n")}\n`);
  const [noLabel, both, short] = await Promise.all([
    unseen(["audit", "model", file, "--label", "nothing"]),
    unseen(["audit", "model", file, "--label", "benign", "--noise", "1", "--epsilon", "1"]),
    unseen(["audit", "model", few, "--label", "kind"]),
  ]);
  expect(noLabel.code).not.toBe(0);
  expect(noLabel.err).toContain("card-column-missing");
  expect(both.code).toBe(2);
  expect(short.err).toContain("at least twenty rows");
});
