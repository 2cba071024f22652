// `unseen ledger verify`: needs the file and nothing else, neither a key nor a running node.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Amount } from "./amount.ts";
import { type LedgerSnapshot, withSqliteSnapshot } from "./chain-of-rows.ts";
import type { ChainedEntry } from "./entry.ts";
import { exportHeader, exportLine, readExportLine } from "./export-lines.ts";
import { type AuditedLine, type AuditFinding, LedgerAudit } from "./ledger-audit.ts";
import { spendingColumns } from "./rows.ts";

export type LedgerReport = {
  readonly isSound: boolean;
  readonly findings: readonly AuditFinding[];
  /** Of the last entry that was believed. Keep it: a later ledger must still hold it. */
  readonly head: string;
  readonly entries: number;
  readonly charges: number;
  readonly answers: number;
  readonly datasets: readonly {
    readonly dataset: string;
    readonly cap: Amount;
    /** All prices added up, since the first charge. */
    readonly spent: Amount;
    readonly loss: Amount;
    readonly charges: number;
    readonly askers: number;
    readonly renewals: number;
  }[];
};

/** A report that lists a thousand findings helps nobody. */
const mostFindings = 20;

/**
 * Checks a home's SQLite file or an exported file. `heldHash` is one that somebody kept from before, of a receipt or
 * of an earlier report: it must be the hash of an entry. Reads the file once, in memory of one entry and one line a
 * dataset and asker (an export is read whole).
 */
export function verifyLedger(
  file: string,
  heldHash?: string,
): Result<LedgerReport, Problem<"file-unreadable">> {
  return readable(() => {
    if (!isSqlite(file)) return verifyExport(readFileSync(file, "utf8"), heldHash);
    return withSqliteSnapshot(file, (snapshot) => {
      const audit = new LedgerAudit();
      const findings: AuditFinding[] = [];
      const isHeld = readAll(audit, snapshot.entries(), heldHash);
      if (audit.findings.length === 0) findings.push(...tablesAgree(audit, snapshot));
      return reportOf(audit, [...findings, ...isHeld]);
    });
  });
}

/** The same for the text of an export. */
export function verifyExport(text: string, heldHash?: string): LedgerReport {
  const audit = new LedgerAudit();
  const lines = text.split("\n");
  const findings: AuditFinding[] = [];
  if (lines[0] !== exportHeader) findings.push({ rule: "the first line is not that of an exported ledger" });
  if (lines.at(-1) !== "") findings.push({ rule: "the last line is cut off" });
  function* entries(): Generator<ChainedEntry> {
    for (const line of lines.slice(1, -1)) {
      const entry = readExportLine(line);
      if (entry === undefined) {
        findings.push({ rule: `the line after entry ${audit.head.position} is not one of an export` });
        return;
      }
      yield entry;
    }
  }
  const isHeld = readAll(audit, entries(), heldHash);
  return reportOf(audit, [...findings, ...isHeld]);
}

/** Writes the export of a home's file, piece by piece. The last line ends with a line feed too. */
export function exportLedger(
  file: string,
  write: (text: string) => void,
): Result<undefined, Problem<"file-unreadable">> {
  return readable(() =>
    withSqliteSnapshot(file, (snapshot) => {
      write(`${exportHeader}\n`);
      for (const entry of snapshot.entries()) write(`${exportLine(entry)}\n`);
      return undefined;
    }),
  );
}

function readAll(
  audit: LedgerAudit,
  entries: Iterable<ChainedEntry>,
  heldHash: string | undefined,
): AuditFinding[] {
  let isFound = heldHash === undefined;
  for (const entry of entries) {
    audit.read(entry);
    if (entry.hash === heldHash && audit.head.hash === heldHash) isFound = true;
  }
  return isFound
    ? []
    : [{ rule: "no entry has the hash that was given: entries are missing, or were written anew" }];
}

/** The lines and the head are kept beside the entries, for speed; they must say the same. */
function tablesAgree(audit: LedgerAudit, { head, budgets, allotments }: LedgerSnapshot): AuditFinding[] {
  const findings: AuditFinding[] = [];
  const same = (rule: string, held: object | undefined, told: object) => {
    const wrong = Object.entries(told).filter(([name, value]) => Reflect.get(held ?? {}, name) !== value);
    if (wrong.length > 0) findings.push({ rule: `${rule}: ${wrong.map(([name]) => name).join(", ")}` });
  };
  const lineOf = new Map(budgets.map((row) => [row.dataset, row]));
  const ownLineOf = new Map(allotments.map((row) => [`${row.dataset}\0${row.asker}`, row]));
  same("the head is not the last entry", head, audit.head);
  for (const line of audit.lines.values()) {
    const row = lineOf.get(line.dataset);
    same(`the line of ${line.dataset} is not what its entries add up to`, row, budgetColumns(line));
    for (const [asker, own] of line.askers) {
      const held = ownLineOf.get(`${line.dataset}\0${asker}`);
      same(`the line of an asker in ${line.dataset} is not what its entries add up to`, held, {
        ...capColumns("cap", own.cap),
        ...spendingColumns(own.spending),
      });
    }
  }
  for (const { dataset } of budgets)
    if (!audit.lines.has(dataset)) findings.push({ rule: `no entry gives ${dataset} a budget` });
  for (const { dataset, asker } of allotments)
    if (audit.lines.get(dataset)?.askers.has(asker) !== true)
      findings.push({ rule: `no entry knows an asker who has a line in ${dataset}` });
  return findings;
}

function budgetColumns({ cap, allotment, filter, renewals, spending }: AuditedLine) {
  return {
    ...capColumns("cap", cap),
    ...capColumns("allotment", allotment),
    filter,
    renewals: BigInt(renewals),
    ...spendingColumns(spending),
  };
}

function capColumns(name: string, cap: Amount | undefined) {
  return { [`${name}_epsilon`]: cap?.epsilon ?? null, [`${name}_delta`]: cap?.delta ?? null };
}

function reportOf(audit: LedgerAudit, more: readonly AuditFinding[]): LedgerReport {
  const findings = [...audit.findings, ...more];
  const { position, hash, charges } = audit.head;
  return {
    isSound: findings.length === 0,
    findings: findings.slice(0, mostFindings),
    head: hash,
    entries: Number(position),
    charges: Number(charges),
    answers: audit.answers,
    datasets: [...audit.lines.values()].map((line) => ({
      dataset: line.dataset,
      cap: line.cap,
      spent: line.spending.spent,
      loss: audit.loss(line),
      charges: Number(line.spending.charges),
      askers: line.askers.size,
      renewals: line.renewals,
    })),
  };
}

function isSqlite(file: string): boolean {
  const opened = openSync(file, "r");
  try {
    const start = Buffer.alloc(16);
    return readSync(opened, start, 0, 16, 0) === 16 && start.toString("latin1") === "SQLite format 3\0";
  } finally {
    closeSync(opened);
  }
}

/** A file that is missing, that is no ledger, or that SQLite finds damaged. */
function readable<T>(read: () => T): Result<T, Problem<"file-unreadable">> {
  try {
    return ok(read());
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (typeof code !== "string") throw error;
    const known = { ...(code === "ENOENT" ? {} : { facts: { cause: code } }) };
    return err(
      problem("file-unreadable", "The ledger cannot be read.", {
        hint: "Give a home's unseen.sqlite, or a file that `unseen ledger export` wrote.",
        ...known,
      }),
    );
  }
}
