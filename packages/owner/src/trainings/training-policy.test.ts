import { expect, test } from "vitest";
import { usualTrainingPolicy, withinPolicy } from "./training-policy.ts";

const small = { parameters: 10, work: 1e9, bytes: 1e6 };

test("what a training takes of the machine is refused by each of its public numbers", () => {
  expect(withinPolicy(usualTrainingPolicy, small)).toMatchObject({ ok: true });
  for (const [over, words] of [
    [{ parameters: 2 ** 20 + 1 }, /learns 1048577 numbers/],
    [{ work: 2e12 }, /about 100 minutes/],
    [{ bytes: 2 ** 31 + 1 }, /about 2049 megabytes/],
  ] as const) {
    const refused = withinPolicy(usualTrainingPolicy, { ...small, ...over });
    expect(refused).toMatchObject({ ok: false, problem: { code: "training-too-large" } });
    expect(refused.ok ? "" : refused.problem.message).toMatch(words);
  }
  expect(withinPolicy({ ...usualTrainingPolicy, mostMinutes: 0 }, small).ok).toBe(false);
});
