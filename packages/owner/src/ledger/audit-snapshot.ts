// Audits a ledger's entries, and holds the rows that are kept beside them for speed against what the entries say.

import type { Amount } from "./amount.ts";
import { entriesOf, type LedgerSnapshot } from "./chain-of-rows.ts";
import type { ChainedEntry } from "./entry.ts";
import { type AuditedLine, type AuditFinding, LedgerAudit } from "./ledger-audit.ts";
import { orderColumns, spendingColumns } from "./rows.ts";

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

/** `heldHashes` are of entries that must be there. Reads each entry once, and keeps of it what `LedgerAudit` needs. */
export async function auditSnapshot(
  snapshot: LedgerSnapshot,
  heldHashes: readonly string[] = [],
): Promise<LedgerReport> {
  const audit = new LedgerAudit();
  const held = new HeldHashes(heldHashes);
  for await (const entry of entriesOf(snapshot)) held.read(audit, entry);
  const findings = audit.findings.length === 0 ? tablesAgree(audit, snapshot) : [];
  return reportOf(audit, [...findings, ...held.findings]);
}

/** Looks out for hashes that somebody kept from before: each must be that of an entry. */
export class HeldHashes {
  readonly #missing: Set<string>;

  constructor(hashes: readonly string[]) {
    this.#missing = new Set(hashes);
  }

  /** Reads the entry, and finds its hash among the held ones if it was believed. */
  read(audit: LedgerAudit, entry: ChainedEntry): void {
    audit.read(entry);
    if (audit.head.hash === entry.hash) this.#missing.delete(entry.hash);
  }

  get findings(): readonly AuditFinding[] {
    return this.#missing.size === 0
      ? []
      : [{ rule: "no entry has the hash that was given: entries are missing, or were written anew" }];
  }
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

function budgetColumns({ line, allotment, renewals }: AuditedLine) {
  return {
    ...capColumns("cap", line.cap),
    ...capColumns("allotment", allotment),
    filter: line.filter,
    renewals: BigInt(renewals),
    ...spendingColumns(line),
    ...orderColumns(line.atOrder),
  };
}

function capColumns(name: string, cap: Amount | undefined) {
  return { [`${name}_epsilon`]: cap?.epsilon ?? null, [`${name}_delta`]: cap?.delta ?? null };
}

export function reportOf(audit: LedgerAudit, more: readonly AuditFinding[]): LedgerReport {
  const findings = [...audit.findings, ...more];
  const { position, hash, charges } = audit.head;
  return {
    isSound: findings.length === 0,
    findings: findings.slice(0, mostFindings),
    head: hash,
    entries: Number(position),
    charges: Number(charges),
    answers: audit.answers,
    datasets: [...audit.lines.values()].map((audited) => ({
      dataset: audited.dataset,
      cap: audited.line.cap,
      spent: audited.line.spent,
      loss: audit.loss(audited),
      charges: Number(audited.line.charges),
      askers: audited.askers.size,
      renewals: audited.renewals,
    })),
  };
}
