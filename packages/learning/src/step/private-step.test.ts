import { expect, test } from "vitest";
import { dense } from "../layers/dense.ts";
import { averagePositions, embedding } from "../layers/embedding.ts";
import { crossEntropy } from "../loss/training-loss.ts";
import { planNetwork } from "../model/network.ts";
import { privateStep } from "./private-step.ts";

test("places of a unit that are too many to compare are refused before a comparison is laid out", () => {
  const stepOf = (positions: number, rowsEach: number) => {
    const network = planNetwork([embedding(10, 1), averagePositions(), dense(2)], [positions]);
    if (!network.ok) throw new Error(network.problem.message);
    return privateStep(network.value, crossEntropy(), { count: 1, rowsEach });
  };
  expect(stepOf(63, 4)).toMatchObject({ ok: true });
  expect(stepOf(65, 4)).toMatchObject({ ok: false, problem: { code: "program-too-large" } });
  // 2^40 numbers that nobody's memory holds.
  expect(stepOf(1_024, 1_024)).toMatchObject({ ok: false, problem: { code: "program-too-large" } });
});
