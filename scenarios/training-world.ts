// A served node with made-up people to train on, and somebody who asks.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "@unseen/base";
import { type OwnerOptions, openOwner, ownerAtTheMachine, serveNode } from "@unseen/owner";
import { type Card, parseCard } from "@unseen/program";
import { GridClient } from "unseen";

export const password = "a long enough password";

export const trainingCard = {
  name: "clinic",
  description: "Made-up patients",
  tags: ["#clinic"],
  columns: {
    age: { type: "integer", bounds: [20, 90] },
    bp: { type: "number", unit: "mmHg", bounds: [60, 180] },
    ward: { type: "category", categories: ["north", "south"] },
    ill: { type: "category", categories: ["no", "yes"] },
  },
  unit: "row",
  people: { isPublic: false, band: [100, 1000] },
  budget: { epsilon: 20, delta: 1e-4 },
} as const;

/** Ill are those of high pressure and age, and more of the south. */
export function madeUpPatients(count: number): string {
  const lines = Array.from({ length: count }, (_, at) => {
    const [age, bp] = [20 + ((at * 37) % 71), 60 + ((at * 53) % 121)];
    const ward = at % 3 === 0 ? "south" : "north";
    const ill = (age - 55) / 35 + (bp - 120) / 60 + (ward === "south" ? 0.4 : 0) > 0.1 ? "yes" : "no";
    return `${age},${bp},${ward},${ill}`;
  });
  return ["age,bp,ward,ill", ...lines].join("\n");
}

export function valueIn<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

export type TrainingWorld = AsyncDisposable & Awaited<ReturnType<typeof opened>>;

/** `csv` under `card` at a node of its own; two researchers, Ada and Bob. */
export async function trainingWorld(
  csv = madeUpPatients(400),
  card: object = trainingCard,
  options: Partial<OwnerOptions> = {},
): Promise<TrainingWorld> {
  return opened(csv, card, options);
}

async function opened(csv: string, card: object, options: Partial<OwnerOptions>) {
  const home = mkdtempSync(join(tmpdir(), "unseen-training-"));
  const file = join(home, "rows.csv");
  writeFileSync(file, csv);
  const open = async () =>
    valueIn(
      await openOwner({
        home: join(home, "home"),
        clock: { nowMs: () => Date.now() },
        entropy: { fill: (bytes) => crypto.getRandomValues(bytes) },
        slotMs: 0,
        ...options,
      }),
    );
  const owner = await open();
  const parsed: Card = valueIn(parseCard(card));
  valueIn(await owner.addDataset(file, parsed));
  for (const name of ["ada", "bob"])
    valueIn(await owner.accounts.add(ownerAtTheMachine(), { name, password, role: "researcher" }));
  const serving = valueIn(await serveNode(owner.node, { host: "127.0.0.1", port: 0 }));
  const gridOf = (username: string) => GridClient.connect({ url: serving.url, username, password });
  return {
    owner,
    url: serving.url,
    home: join(home, "home"),
    gridOf,
    dataset: async (username = "ada") => (await gridOf(username)).dataset(parsed.name),
    [Symbol.asyncDispose]: async () => {
      await serving.close();
      await owner.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
