import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { amount } from "@unseen/owner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../cli.ts";
import type { Shell } from "../shell/shell.ts";
import { openHome } from "./home.ts";

const home = mkdtempSync(join(tmpdir(), "unseen-cli-ledger-"));
const file = join(home, "ledger.jsonl");
let entryHash = "";

beforeAll(async () => {
  const owner = await openHome({ home });
  await owner.policy.setBudget("diabetes", { cap: amount(10_000_000_000n, 10n ** 12n) });
  for (let n = 0; n < 30; n += 1) {
    const price = amount(200_000_000n, 0n);
    const asked = {
      asker: "ada",
      askId: `ask-${n}`,
      datasets: ["diabetes"] as const,
      questionHash: "mean",
      event: "{}",
    };
    const paid = await owner.ledger.charge({ ...asked, ...price });
    if (!paid.ok) throw new Error(paid.problem.message);
    entryHash = paid.value.entryHash;
  }
  await owner.close();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const into = (name: "out" | "err") =>
    new Writable({
      write(chunk, _encoding, done) {
        said[name] += chunk;
        done();
      },
    });
  const shell = { env: {}, stdin: process.stdin, out: into("out"), err: into("err") } as unknown as Shell;
  return { code: await runCli(shell, args), ...said };
}

test("a renewal says why, is counted, and leaves the total loss on the page", async () => {
  const once = await run(
    "budget",
    "renew",
    "diabetes",
    "--home",
    home,
    "--epsilon",
    "2",
    "--reason",
    "a second study",
  );
  expect(once).toMatchObject({ code: 0, err: "" });
  expect(once.out).toContain("The lifetime cap of diabetes is now epsilon 12");
  await run("budget", "renew", "diabetes", "--home", home, "--epsilon", "0.5", "--reason", "its review");
  const shown = await run("budget", "show", "diabetes", "--home", home);
  // 30 pure questions of 0.2: 6 by adding, less in rho.
  expect(shown.out).toMatch(/renewed 2 times; the true total loss is epsilon 5\.79/);
  const { budgets } = JSON.parse((await run("budget", "show", "diabetes", "--home", home, "--json")).out);
  expect(budgets[0]).toMatchObject({
    renewals: 2,
    cap: { epsilon: 12.5 },
    spent: { epsilon: 6 },
    charges: 30,
  });
});

test("a renewal without a reason or without an amount is refused", async () => {
  const renew = (...args: string[]) => run("budget", "renew", "diabetes", "--home", home, ...args);
  expect((await renew("--epsilon", "1")).code).toBe(2);
  expect((await renew("--epsilon", "1", "--reason", "  ")).code).toBe(2);
  expect((await renew("--epsilon", "0", "--reason", "none")).code).toBe(2);
});

test("a ledger is verified in its home and as an export, and a receipt's hash is found in it", async () => {
  const whole = await run("ledger", "verify", "--home", home, "--head", entryHash);
  expect(whole).toMatchObject({ code: 0, err: "" });
  expect(whole.out).toContain("The ledger is whole.");
  expect((await run("ledger", "export", "--home", home, "--out", file)).code).toBe(0);
  const read = await run("ledger", "verify", file, "--json");
  expect(JSON.parse(read.out)).toMatchObject({ isSound: true, charges: 30, findings: [] });
  expect((await run("ledger", "export", "--home", home)).out).toBe(readFileSync(file, "utf8"));
  // It is evidence, and stays.
  expect((await run("ledger", "export", "--home", home, "--out", file)).code).toBe(1);
});

test("a ledger that was changed ends with another code and says at which entry", async () => {
  const changed = readFileSync(file, "utf8").replace('"epsilon":"200000000"', '"epsilon":"100000000"');
  writeFileSync(file, changed);
  const found = await run("ledger", "verify", file);
  expect(found.code).toBe(1);
  expect(found.out).toContain("entry 2: its hash is not that of its fields and the entry before");
  expect((await run("ledger", "verify", join(home, "nothing"))).code).toBe(1);
  expect((await run("ledger", "verify", file, "--head", "abc")).code).toBe(2);
});
