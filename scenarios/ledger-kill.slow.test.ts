import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chargeOf, openLedger, wholeEpsilon } from "../packages/owner/src/ledger/ledger-for-tests.ts";
import { datasetsOf } from "../packages/owner/src/ledger/receipt.ts";
import { verifyLedger } from "../packages/owner/src/ledger/verify-ledger.ts";
import { openTestHome } from "../packages/owner/src/store/home-for-tests.ts";
import { type Home, queries } from "../packages/owner/src/store/index.ts";
import { bundleChargingProcess, ChargingProcess, removeBundle } from "./ledger-processes.ts";

/** "500 kill -9 cycles": in lanes, each with its own home, so that one starts while another is killed. */
const kills = 500;
const lanes = 4;

let file = "";
beforeAll(async () => {
  file = await bundleChargingProcess();
});
afterAll(() => removeBundle(file));

test("five hundred killed processes lose no charge that was acknowledged and double none", async () => {
  const seen = await Promise.all(
    Array.from({ length: lanes }, (_, lane) => killManyTimes(`lane-${lane}`, kills / lanes)),
  );
  const total = seen.reduce((sum, { acknowledged, charged }) => ({
    acknowledged: sum.acknowledged + acknowledged,
    charged: sum.charged + charged,
  }));
  expect(total.acknowledged).toBeGreaterThanOrEqual(kills);
  expect(total.charged).toBeGreaterThanOrEqual(total.acknowledged);
});

async function killManyTimes(lane: string, times: number) {
  const directory = mkdtempSync(join(tmpdir(), "unseen-kill-"));
  const born = openTestHome(directory);
  const { policy } = openLedger(born.store);
  for (const dataset of ["diabetes", "visits"])
    await policy.setBudget(dataset, { cap: wholeEpsilon(1_000_000) });
  born.close();
  let acknowledged = 0;
  let charged = 0;
  let next = new ChargingProcess(file, directory, `${lane}-0`, { atOnce: 3, ids: "joined" });
  for (let cycle = 1; cycle <= times; cycle += 1) {
    await using child = next;
    await child.ready();
    // The next one loads while this one charges; it opens the home only when it is told to start.
    next = new ChargingProcess(file, directory, `${lane}-${cycle}`, { atOnce: 3, ids: "joined" });
    await child.start();
    await new Promise((resume) => setTimeout(resume, 5 + ((cycle * 13) % 36))); // 5 to 40 ms, every value in turn
    await child.kill();
    acknowledged += child.paid.size;
    const reopened = openTestHome(directory);
    charged = await checkReopened(reopened, child);
    reopened.close();
  }
  await next[Symbol.asyncDispose]();
  expect(await verifyLedger(join(directory, "unseen.sqlite"))).toMatchObject({
    ok: true,
    value: { isSound: true, charges: charged },
  });
  rmSync(directory, { recursive: true, force: true });
  return { acknowledged, charged };
}

/** Every acknowledged ask is there once, the totals are the sum of the rows, and a retry costs nothing. */
async function checkReopened({ store }: Home, { paid }: ChargingProcess): Promise<number> {
  const { ledger } = openLedger(store);
  const rows = store.all(
    queries.selectFrom("charges").select(["asker", "ask_id", "serial", "epsilon", "dataset", "joined"]),
  );
  const times = Map.groupBy(rows, ({ ask_id }) => ask_id);
  expect([...times.values()].every(({ length }) => length === 1)).toBe(true);
  for (const [askId, serial] of paid) expect(times.get(askId)?.[0]?.serial).toBe(BigInt(serial));

  const [[lastId, serial] = ["", 0]] = [...paid].slice(-1);
  const last = times.get(lastId)?.[0];
  if (last === undefined) throw new Error("an acknowledged ask is there");
  const { asker } = last;
  const again = await ledger.charge(
    chargeOf({ asker, askId: lastId, epsilon: 1_000n, datasets: datasetsOf(last) }),
  );
  expect(again).toMatchObject({ ok: true, value: { serial } });

  // Whatever was cut off, no joined charge stands on one of its two lines alone.
  for (const dataset of ["diabetes", "visits"]) {
    const charged = rows.filter((row) => datasetsOf(row).some((one) => one === dataset));
    const { spent, charges } = await ledger.budget(dataset);
    const sum = charged.reduce((total, { epsilon }) => total + epsilon, 0n);
    expect({ epsilon: spent.epsilon, charges }).toEqual({ epsilon: sum, charges: charged.length });
  }
  expect(rows.some(({ joined }) => joined !== "")).toBe(true);
  return rows.length;
}
