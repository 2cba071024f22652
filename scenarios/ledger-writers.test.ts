import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { amount } from "../packages/owner/src/ledger/amount.ts";
import { openLedger } from "../packages/owner/src/ledger/ledger-for-tests.ts";
import { verifyLedger } from "../packages/owner/src/ledger/verify-ledger.ts";
import { openTestHome } from "../packages/owner/src/store/home-for-tests.ts";
import { type Home, queries } from "../packages/owner/src/store/index.ts";
import { bundleChargingProcess, ChargingProcess, removeBundle } from "./ledger-processes.ts";

let file = "";
beforeAll(async () => {
  file = await bundleChargingProcess();
});
afterAll(() => removeBundle(file));

/** Each charge of the child costs 1000 billionths. */
const price = 1_000n;

async function world(
  affordable: bigint,
  play: (directory: string, home: Home) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "unseen-writers-"));
  const home = openTestHome(directory);
  await openLedger(home.store).policy.setBudget("diabetes", { cap: amount(affordable * price, 0n) });
  try {
    await play(directory, home);
    expect(await verifyLedger(join(directory, "unseen.sqlite"))).toMatchObject({
      ok: true,
      value: { isSound: true },
    });
  } finally {
    home.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

test("eight processes that charge one home at once reach the cap exactly and never pass it", async () => {
  await world(601n, async (directory, home) => {
    const names = Array.from({ length: 8 }, (_, n) => `writer-${n}`);
    const children = names.map(
      (name) => new ChargingProcess(file, directory, name, { atOnce: 2, ids: "own" }),
    );
    await Promise.all(children.map((child) => child.ready()));
    await Promise.all(children.map(async (child) => child.start().then(() => child.finished())));

    const paid = children.flatMap((child) => [...child.paid.keys()]);
    expect(paid.length).toBe(601);
    // They did write at the same time: more than one got some of it.
    expect(children.filter((child) => child.paid.size > 0).length).toBeGreaterThan(1);
    expect(new Set(children.flatMap(({ refusals }) => refusals))).toEqual(new Set(["budget-exhausted"]));
    const { spent, remaining, charges } = await openLedger(home.store).ledger.budget("diabetes");
    expect({ spent, remaining, charges }).toEqual({
      spent: amount(601n * price, 0n),
      remaining: amount(0n, 0n),
      charges: 601,
    });
    expect(home.store.all(queries.selectFrom("charges").select("serial")).length).toBe(601);
  });
});

test("two processes that send the same asks pay once for each and hold the same receipts", async () => {
  await world(200n, async (directory, home) => {
    const children = [1, 2].map(
      () => new ChargingProcess(file, directory, "ada", { atOnce: 4, ids: "shared" }),
    );
    await Promise.all(children.map((child) => child.ready()));
    await Promise.all(children.map(async (child) => child.start().then(() => child.finished())));

    expect(children[0]?.paid).toEqual(children[1]?.paid);
    expect(children[0]?.paid.size).toBe(200);
    expect((await openLedger(home.store).ledger.budget("diabetes")).charges).toBe(200);
  });
});
