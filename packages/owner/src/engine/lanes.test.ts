import { expect, test } from "vitest";
import { Lanes } from "./lanes.ts";

test("an asker who asks a hundred heavy questions at once is worked for four at a time, and another is not kept waiting", async () => {
  const lanes = new Lanes(4);
  const running = new Map<string, number>();
  let most = 0;
  let isAdaDone = false;
  let wereLeft = 100;
  const work = (asker: string) => async () => {
    running.set(asker, (running.get(asker) ?? 0) + 1);
    most = Math.max(most, running.get(asker)!);
    await new Promise(setImmediate);
    running.set(asker, running.get(asker)! - 1);
  };
  const many = Array.from({ length: 100 }, async () => {
    await lanes.run("mallory", work("mallory"));
    wereLeft--;
  });
  await lanes.run("ada", work("ada"));
  isAdaDone = true;
  expect(wereLeft).toBeGreaterThan(50);
  await Promise.all(many);
  expect([isAdaDone, most, wereLeft]).toEqual([true, 4, 0]);
});

test("work that fails gives its place on", async () => {
  const lanes = new Lanes(1);
  const failed = lanes.run("ada", () => Promise.reject(new Error("no")));
  const next = lanes.run("ada", async () => "done");
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("done");
});
