import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { testHome } from "../store/home-for-tests.ts";
import type { Home } from "../store/index.ts";
import { amount } from "./amount.ts";
import { brokenLink, type ChainedEntry, type Entry, entryHash, noHash } from "./entry.ts";
import { exportLine, readExportLine } from "./export-lines.ts";
import type { Charge } from "./ledger.ts";
import { LedgerAudit } from "./ledger-audit.ts";
import { chargeOf, openLedger, wholeEpsilon } from "./ledger-for-tests.ts";
import { exportLedger, verifyExport, verifyLedger } from "./verify-ledger.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Policy events, charges of both kinds, refusals, repeats and answers. */
async function fill(home: Home, asks: number): Promise<void> {
  const { ledger, policy } = openLedger(home.store);
  await policy.setBudget("diabetes", {
    cap: amount(10n ** 11n, 10n ** 12n),
    allotment: amount(9n * 10n ** 10n, 10n ** 12n),
  });
  await policy.setBudget("cancer", { cap: wholeEpsilon(2) });
  await policy.setAllotment("diabetes", "ada", amount(95_000_000_000n, 10n ** 12n));
  await policy.renew("cancer", wholeEpsilon(3), "a second study");
  const ask = async (n: number) => {
    const datasets = datasetsOfAsk(n);
    const delta = n % 3 === 0 && !datasets.some((one) => one === "cancer") ? 10n ** 9n : 0n;
    const charge = { askId: `ask-${n}`, asker: `asker-${n % 7}`, epsilon: 50_000_000n, delta };
    const paid = await ledger.charge(chargeOf({ ...charge, datasets }));
    if (paid.ok && n % 4 !== 0) await ledger.record(paid.value, bytes(`answer ${n}`));
  };
  await Promise.all(Array.from({ length: asks }, (_, n) => ask(n)));
}

/** One dataset, the other, or both of them joined in either order. */
function datasetsOfAsk(n: number): Charge["datasets"] {
  if (n % 5 === 0) return ["cancer"];
  if (n % 25 === 7) return ["diabetes", "cancer"];
  return n % 25 === 16 ? ["cancer", "diabetes"] : ["diabetes"];
}

async function exported(home: Home): Promise<string> {
  const lines: string[] = [];
  const written = await exportLedger(fileOf(home), (text) => lines.push(text));
  expect(written.ok).toBe(true);
  return lines.join("");
}

const fileOf = (home: Home) => join(home.directory, "unseen.sqlite");

async function reportOf(home: Home, held?: string) {
  const report = await verifyLedger(fileOf(home), held);
  if (!report.ok) throw new Error(report.problem.message);
  return report.value;
}

test("a ledger as it was written is sound, in the home and as an export, and both say the same of it", async () => {
  using home = testHome();
  await fill(home, 60);
  const report = await reportOf(home);
  expect(report).toMatchObject({ isSound: true, findings: [], charges: 60, answers: 45, entries: 109 });
  expect(report.datasets.map(({ dataset, renewals }) => [dataset, renewals])).toEqual([
    ["diabetes", 0],
    ["cancer", 1],
  ]);
  expect(verifyExport(await exported(home))).toEqual(report);
  const { spent } = await openLedger(home.store).ledger.budget("diabetes");
  expect(report.datasets[0]?.spent).toEqual(spent);
});

test("whichever field of whichever of five hundred entries is changed, it is found", async () => {
  using home = testHome();
  await fill(home, 290);
  const text = await exported(home);
  const entries = entriesOf(text);
  expect(entries.length).toBeGreaterThanOrEqual(500);
  let head = { position: 0n, hash: noHash };
  const changes = entries.flatMap((each) => {
    const before = head;
    head = each;
    return [...changesOf(each)].map((changed) => ({ before, each, changed }));
  });
  expect(changes.length).toBeGreaterThan(3_500);
  const missed = changes.filter(({ before, changed }) => brokenLink(before, changed) === undefined);
  expect(missed).toEqual([]);
  // The whole verifier, on every fiftieth of them: it takes milliseconds.
  for (const { each, changed } of changes.filter((_, at) => at % 50 === 0))
    expect(verifyExport(text.replace(exportLine(each), exportLine(changed))).isSound).toBe(false);
});

test("whichever byte of an export is changed, it is found", async () => {
  using home = testHome();
  await fill(home, 8);
  const text = await exported(home);
  const missed: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const other = text[at] === "0" ? "1" : "0";
    const changed = text.slice(0, at) + other + text.slice(at + 1);
    if (verifyExport(changed).isSound) missed.push(at);
  }
  expect(missed).toEqual([]);
});

test("an entry that is removed, repeated, moved or put in is found; a cut end is found by whoever holds a hash", async () => {
  using home = testHome();
  await fill(home, 12);
  const lines = (await exported(home)).split("\n");
  const broken = (change: (copy: string[]) => void) => {
    const copy = [...lines];
    change(copy);
    return verifyExport(copy.join("\n"));
  };
  for (let at = 1; at < lines.length - 2; at += 1) {
    expect(broken((copy) => copy.splice(at, 1)).isSound).toBe(false);
    expect(broken((copy) => copy.splice(at, 0, copy[at]!)).isSound).toBe(false);
    expect(broken((copy) => copy.splice(at, 2, copy[at + 1]!, copy[at]!)).isSound).toBe(false);
  }
  const head = verifyExport(lines.join("\n")).head;
  const cut = lines.slice(0, -3).concat("").join("\n");
  expect(verifyExport(cut).isSound).toBe(true);
  expect(verifyExport(cut, head)).toMatchObject({
    isSound: false,
    findings: [{ rule: expect.stringContaining("no entry has the hash") }],
  });
  // An earlier head is still there: the ledger only grew.
  expect(verifyExport(lines.join("\n"), verifyExport(cut).head).isSound).toBe(true);
});

test("whatever row of the home's file is changed behind the ledger's back, it is found", async () => {
  using home = testHome();
  await fill(home, 12);
  home.store.close();
  const changes = [
    "update charges set epsilon = epsilon - 1 where serial = 3",
    "update charges set event = '{}' where serial = 3",
    "update charges set asker = 'eve' where serial = 3",
    "update charges set joined = '' where joined = 'cancer'",
    "update charges set joined = 'cancer' where serial = 3",
    "update charges set dataset = joined, joined = dataset where joined = 'cancer'",
    "update charges set serial = 99 where serial = 12",
    "update answers set bytes = x'00' where serial = 2",
    "update policy_events set event = replace(event, 'second', 'third')",
    "update budgets set spent_epsilon = 0 where dataset = 'diabetes'",
    "update budgets set spent_rho = replace(spent_rho, '1', '0') where dataset = 'diabetes'",
    "update budgets set cap_epsilon = cap_epsilon * 2 where dataset = 'cancer'",
    "update budgets set filter = 'zcdp' where dataset = 'cancer'",
    "update budgets set renewals = 0",
    "update allotments set cap_epsilon = 1 where asker = 'asker-1'",
    "update allotments set spent_epsilon = 0 where asker = 'asker-1'",
    "delete from allotments where asker = 'asker-1'",
    "insert into allotments select 'diabetes', 'eve', null, null, 0, 0, 0, spent_rho, 0 from allotments limit 1",
    "delete from answers where serial = 2",
    "delete from charges where serial = 12",
    "delete from policy_events where position = 4",
    "update chain_head set position = position - 1",
  ];
  const file = join(home.directory, "changed.sqlite");
  const missed: string[] = [];
  for (const change of changes) {
    copyFileSync(fileOf(home), file);
    const database = new Database(file);
    database.pragma("foreign_keys = off");
    const rules = database.prepare("select name, sql from sqlite_master where type = 'trigger'").all() as {
      name: string;
      sql: string;
    }[];
    for (const { name } of rules) database.exec(`drop trigger ${name}`);
    expect(database.prepare(change).run().changes).toBeGreaterThan(0);
    database.close();
    const report = await verifyLedger(file);
    rmSync(file);
    if (report.ok && report.value.isSound) missed.push(change);
  }
  expect(missed).toEqual([]);
});

test("a receipt's hash is one of the ledger's, and of no ledger that was written anew", async () => {
  using home = testHome();
  using anew = testHome();
  await fill(home, 5);
  await fill(anew, 5);
  const paid = await openLedger(home.store).ledger.charge(chargeOf({ askId: "last", epsilon: 1_000n }));
  if (!paid.ok) throw new Error(paid.problem.message);
  expect((await reportOf(home, paid.value.entryHash)).isSound).toBe(true);
  await openLedger(anew.store).ledger.charge(chargeOf({ askId: "last", epsilon: 1_001n }));
  expect((await reportOf(anew)).isSound).toBe(true);
  expect((await reportOf(anew, paid.value.entryHash)).isSound).toBe(false);
});

test("a ledger that was written anew with a charge past its cap is not believed, though every hash is right", async () => {
  using home = testHome();
  const { ledger, policy } = openLedger(home.store);
  await policy.setBudget("diabetes", { cap: wholeEpsilon(5) });
  await ledger.charge(chargeOf({ epsilon: 3_000_000_000n }));
  const entries = entriesOf(await exported(home));
  const forged = forgedChain(entries, (entry) =>
    entry.kind === "charge" ? { ...entry, epsilon: 6_000_000_000n } : entry,
  );
  expect(forged.findings).toEqual([{ position: 2n, rule: "it takes the dataset past its cap" }]);
  const joined = forgedChain(entries, (entry) =>
    entry.kind === "charge" ? { ...entry, joined: "cancer" } : entry,
  );
  expect(joined.findings).toEqual([{ position: 2n, rule: "it charges a dataset that has no budget" }]);
  const same = forgedChain(entries, (entry) =>
    entry.kind === "charge" ? { ...entry, epsilon: 1n, joined: "diabetes" } : entry,
  );
  expect(same.findings).toEqual([{ position: 2n, rule: "it charges one dataset twice" }]);
  const twice = forgedChain([...entries, entries[1]!], (entry) => entry);
  expect(twice.findings.map(({ rule }) => rule)).toContain("this ask was charged before");
});

test("what is no ledger is refused, and random text never throws", async () => {
  const directory = mkdtempSync(join(tmpdir(), "unseen-verify-"));
  const file = join(directory, "ledger");
  const told = async (content: string | Uint8Array) => {
    writeFileSync(file, content);
    const report = await verifyLedger(file);
    return report.ok ? report.value.isSound : report.problem.code;
  };
  expect(await told("")).toBe(false);
  expect(await told('{"unseen":"ledger","version":1}\nnull\n')).toBe(false);
  expect(await told(`SQLite format 3\0${"x".repeat(5000)}`)).toBe("file-unreadable");
  rmSync(directory, { recursive: true });
  expect(await verifyLedger(file)).toMatchObject({ ok: false, problem: { code: "file-unreadable" } });
});

/** Every field of an entry, its position and its hash, each changed in the smallest way. */
function* changesOf(each: ChainedEntry): Generator<ChainedEntry> {
  yield { ...each, position: each.position + 1n };
  yield { ...each, hash: flipped(each.hash) };
  yield { ...each, entry: ofOtherKind(each.entry) };
  for (const [name, value] of Object.entries(each.entry)) {
    if (name === "kind") continue;
    const other = typeof value === "bigint" ? value + 1n : flipped(value);
    yield { ...each, entry: { ...each.entry, [name]: other } as Entry };
  }
}

function flipped(text: string): string {
  const at = text.length >> 1;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}

/** The nearest entry of another kind. */
function ofOtherKind(entry: Entry): Entry {
  if (entry.kind === "policy") return { kind: "answer", serial: 1n, answerHash: noHash };
  return { kind: "policy", dataset: "diabetes", atMs: 0n, event: "{}" };
}

function entriesOf(text: string): ChainedEntry[] {
  return text
    .split("\n")
    .slice(1, -1)
    .map((line) => readExportLine(line)!);
}

/** Hashes changed entries anew from the first, as somebody would who owns the disk. */
function forgedChain(entries: readonly ChainedEntry[], change: (entry: Entry) => Entry): LedgerAudit {
  const audit = new LedgerAudit();
  for (const { entry } of entries) {
    const position = audit.head.position + 1n;
    const changed = change(entry);
    audit.read({ position, hash: entryHash(audit.head.hash, position, changed), entry: changed });
  }
  return audit;
}
