import { expect, test } from "vitest";
import { launchParties } from "./launch-for-tests.ts";
import type { addUp } from "./party-functions-for-tests.ts";

const module = new URL("./party-functions-for-tests.ts", import.meta.url);

for (const over of ["memory", "threads", "processes"] as const) {
  test(`${over}: a function runs at every party, and what each returns is collected`, async () => {
    const told = { module, name: "addUp", count: 3, over } as const;
    const outcomes = (await launchParties({ ...told, argumentOf: (me) => me + 1 })) as Awaited<
      ReturnType<typeof addUp>
    >[];
    expect(outcomes.map(({ sum }) => sum)).toEqual([6, 6, 6]);
    const [zero, one, two] = outcomes.map(({ seeds }) => seeds);
    expect([zero![1], zero![2], one![2]]).toEqual([one![0], two![0], two![1]]);
  });
}

test("a party that fails is told by name, and nobody goes on", async () => {
  const told = { module, name: "failAtTwo", count: 3 } as const;
  for (const over of ["threads", "processes"] as const)
    await expect(launchParties({ ...told, over, deadlines: { resumeMs: 0 } })).rejects.toThrow(
      /party \d failed/,
    );
});
