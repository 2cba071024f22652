import { wasmBackend } from "@unseen/compute";
import { areaUnder, truePositiveRateAtMost } from "@unseen/privacy";
import { expect, test } from "vitest";
import { dense } from "../layers/dense.ts";
import { adam } from "../optimise/adam.ts";
import { sgd } from "../optimise/sgd.ts";
import { seededEntropy } from "../testing/predictable-entropy.ts";
import { type AuditOptions, auditTraining } from "./audit-training.ts";
import { confidences } from "./confidences.ts";
import { likelihoodRatios } from "./likelihood-ratios.ts";

/** Classes that are drawn by lot: all that a model can do better than guess is to remember. */
function noise(rows: number, seed: number) {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const x = Array.from({ length: rows }, () => Array.from({ length: 24 }, () => 2 * random() - 1));
  return { x, y: x.map(() => (random() < 0.5 ? 0 : 1)) };
}

const layers = [dense(64, "relu"), dense(2)];

async function audited(training: AuditOptions["training"], shadows: number, seed = 3) {
  const ports = { backend: wasmBackend, entropy: seededEntropy(seed) };
  const result = await auditTraining(layers, noise(300, 9), { training, shadows, errorRate: 0.05 }, ports);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

test("a model that remembers its rows is found out, and shows a large epsilon", async () => {
  const audit = await audited({ optimizer: adam(0.03), epochs: 100, batch: 32 }, 4);
  const [loss, ratio] = audit.attacks;
  expect(areaUnder(loss!.roc)).toBeGreaterThan(0.8);
  expect(areaUnder(ratio!.roc)).toBeGreaterThan(0.8);
  expect(audit.epsilonShown).toBeGreaterThan(1.5);
  expect(audit.promised).toBeUndefined();
  expect(loss!.roc.members + loss!.roc.outsiders).toBe(300);
});

test("of a private training nothing beyond its promise is shown", async () => {
  const privacy = { clip: 1, noiseMultiplier: 4, delta: 1e-5 };
  const audit = await audited({ optimizer: sgd(0.5), epochs: 5, batch: 32, privacy }, 2);
  expect(audit.promised!.epsilon).toBeLessThan(2);
  expect(audit.epsilonShown).toBeLessThanOrEqual(audit.promised!.epsilon);
  for (const { roc } of audit.attacks) {
    expect(areaUnder(roc)).toBeLessThan(0.75);
    // Five deviations of a rate among some hundred and fifty members.
    for (const { falsePositives, truePositives } of roc.points) {
      const most = truePositiveRateAtMost(audit.promised!, falsePositives / roc.outsiders);
      expect(truePositives / roc.members).toBeLessThan(most + 5 * Math.sqrt(0.25 / roc.members));
    }
  }
});

test("of a training in a public order nothing beyond its promise is shown either", async () => {
  const privacy = { clip: 1, noiseMultiplier: 8, delta: 1e-5, noise: { kind: "tree" } } as const;
  const audit = await audited({ optimizer: sgd(0.5), epochs: 2, batch: 32, privacy }, 2);
  expect(audit.promised).toMatchObject({ relation: "replace-special" });
  expect(audit.promised!.epsilon).toBeLessThan(4);
  expect(audit.epsilonShown).toBeLessThanOrEqual(audit.promised!.epsilon);
});

test("confidences are log odds of the own class, also where they are extreme", () => {
  const found = confidences([0, 0, 2, 0, 500, -500, -500, 500], [0, 0, 0, 0], 2);
  expect([...found]).toEqual([0, 2, 40, -40]);
  expect(confidences([Number.NaN, 1], [0], 2)[0]).toBe(0);
});

test("a likelihood ratio is above zero where the model speaks as those that saw the row", () => {
  const shadows = [
    { isIn: [true, false], confidences: Float64Array.of(5, 0) },
    { isIn: [false, true], confidences: Float64Array.of(1, 4) },
    { isIn: [true, false], confidences: Float64Array.of(5.5, 0.5) },
    { isIn: [false, true], confidences: Float64Array.of(0.5, 4.5) },
  ];
  const [first, second] = likelihoodRatios(Float64Array.of(5.2, 0.3), shadows);
  expect(first).toBeGreaterThan(1);
  expect(second).toBeLessThan(-1);
  expect([...likelihoodRatios(Float64Array.of(5, 0), [shadows[0]!])]).toEqual([0, 0]);
});

test("what cannot be audited is refused", async () => {
  const ports = { backend: wasmBackend, entropy: seededEntropy(1) };
  const training = { optimizer: sgd(1), epochs: 1, batch: 8 };
  const options = { training, shadows: 0, errorRate: 0.05 };
  const few = await auditTraining(layers, noise(10, 1), options, ports);
  expect(few.ok ? "" : few.problem.code).toBe("training-invalid");
  const people = await auditTraining(
    layers,
    { ...noise(40, 1), people: Array(40).fill("a") },
    options,
    ports,
  );
  expect(people.ok ? "" : people.problem.code).toBe("training-invalid");
});
