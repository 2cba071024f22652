import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chargeOf, openLedger, wholeEpsilon } from "../packages/owner/src/ledger/ledger-for-tests.ts";
import { openTestHome } from "../packages/owner/src/store/home-for-tests.ts";
import { queries } from "../packages/owner/src/store/index.ts";
import { bundleChargingProcess, ChargingProcess, removeBundle } from "./ledger-processes.ts";

let file = "";
beforeAll(async () => {
  file = await bundleChargingProcess();
});
afterAll(() => removeBundle(file));

test("a disk that fails while a group is written loses no paid ask, spends nothing on a refused one, and is not fatal", async () => {
  const directory = mkdtempSync(join(tmpdir(), "unseen-disk-"));
  const born = openTestHome(directory);
  await openLedger(born.store).policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
  born.close();

  const child = new ChargingProcess(file, directory, "ada", { atOnce: 8, ids: "own", largestFileKib: 600 });
  await child.ready();
  await child.start();
  await child.finished();
  expect(child.paid.size).toBeGreaterThan(8);
  expect(child.refusals).toEqual(Array.from({ length: 8 }, () => "ledger-unavailable"));

  const { store, close } = openTestHome(directory);
  const { ledger } = openLedger(store);
  const rows = store.all(queries.selectFrom("charges").select(["ask_id", "epsilon"]));
  expect(rows.map(({ ask_id }) => ask_id).sort()).toEqual([...child.paid.keys()].sort());
  expect((await ledger.budget("diabetes")).spent.epsilon).toBe(
    rows.reduce((sum, { epsilon }) => sum + epsilon, 0n),
  );
  expect(await ledger.charge(chargeOf({ askId: "after", epsilon: 1_000n }))).toMatchObject({ ok: true });
  close();
  rmSync(directory, { recursive: true, force: true });
});
