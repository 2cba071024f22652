import { expect, test } from "vitest";
import { ada } from "../questions/questions-for-tests.ts";
import { answerJointly } from "./answer-jointly.ts";
import { jointWorld } from "./joint-world-for-tests.ts";
import { provideJointly } from "./provide-jointly.ts";

const codeOf = (told: unknown) => (told as { problem?: { code: string } }).problem?.code;

test("two owners are compared with a third node's randomness, which is charged nothing and reads nothing", async () => {
  using world = await jointWorld(3);
  const [one, two, third] = world.owners;
  const all = world.asking().owners;
  const asked = world.asking({
    kind: "least",
    owners: all.slice(0, 2),
    provider: all[2]!.fingerprint,
    offer: { epsilon: "4" },
  });
  const [first, second, provided] = await Promise.all([
    answerJointly(one!.ports, ada, asked),
    answerJointly(two!.ports, ada, asked),
    provideJointly(third!.ports.party, ada, asked),
  ]);
  expect(provided).toEqual({ ok: true, value: undefined });
  for (const told of [first, second]) {
    if (!told?.ok || !told.value.outcome.ok || "keys" in told.value.outcome.value)
      throw new Error("answered");
    expect([0, 1]).toContain(told.value.outcome.value.values[0]!.data[0]);
  }
  expect(
    JSON.stringify(
      first?.ok &&
        first.value.outcome.ok &&
        "values" in first.value.outcome.value && [...first.value.outcome.value.values[0]!.data],
    ),
  ).toBe(
    JSON.stringify(
      second?.ok &&
        second.value.outcome.ok &&
        "values" in second.value.outcome.value && [...second.value.outcome.value.values[0]!.data],
    ),
  );
  expect(await world.spent()).toEqual([4_000_000_000n, 4_000_000_000n, 0n]);
  expect(third!.engine.reads).toBe(0);
});

test("a node provides only where it was named, and an owner's question is not answered by a provider", async () => {
  using world = await jointWorld(3);
  const all = world.asking().owners;
  const asked = world.asking({ kind: "greatest", owners: all.slice(0, 2), provider: all[2]!.fingerprint });
  expect(codeOf(await provideJointly(world.owners[0]!.ports.party, ada, asked))).toBe("parties-invalid");
  expect(codeOf(await answerJointly(world.owners[2]!.ports, ada, asked))).toBe("parties-invalid");
});
