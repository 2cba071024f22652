// `unseen ledger verify`: needs the file, or the database that a home's ledger has moved to, and nothing
// else: neither a key nor a running node.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { PostgresFailed, parsePostgresAddress } from "../postgres/index.ts";
import { auditSnapshot, HeldHashes, type LedgerReport, reportOf } from "./audit-snapshot.ts";
import { entriesOf, type LedgerSnapshot, postgresSnapshot, withSqliteSnapshot } from "./chain-of-rows.ts";
import { exportHeader, exportLine, readExportLine } from "./export-lines.ts";
import { type AuditFinding, LedgerAudit } from "./ledger-audit.ts";
import type { LedgerPlace } from "./ledger-place.ts";
import { headOf } from "./postgres-rows.ts";
import { PostgresTables } from "./postgres-tables.ts";
import { ledgerUnreachable } from "./refusals.ts";

type Unreadable = Problem<"file-unreadable" | "ledger-unavailable">;

/**
 * Checks a home's SQLite file or an exported file. `heldHash` is one that somebody kept from before, of a receipt or
 * of an earlier report: it must be the hash of an entry. Reads the file once, in memory of one line a dataset and
 * asker, the names of asks, and each kind of charge once (an export is read whole). Of a home whose ledger has moved, the
 * database is read, and must still hold the last entry that the home has seen there.
 */
export function verifyLedger(file: string, heldHash?: string): Promise<Result<LedgerReport, Unreadable>> {
  const held = heldHash === undefined ? [] : [heldHash];
  return readable(async () => {
    if (!isSqlite(file)) return verifyExport(readFileSync(file, "utf8"), heldHash);
    return withLedger(file, async (snapshot, place, ledger) => {
      const { position, hash } = place?.known ?? { position: 0n, hash: "" };
      const report = await auditSnapshot(snapshot, position === 0n ? held : [...held, hash]);
      if (place === undefined || place.ledger === ledger) return report;
      const rule = "the database holds another ledger than the one that this home is bound to";
      return { ...report, isSound: false, findings: [{ rule }, ...report.findings] };
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
  const held = new HeldHashes(heldHash === undefined ? [] : [heldHash]);
  for (const line of lines.slice(1, -1)) {
    const entry = readExportLine(line);
    if (entry === undefined) {
      findings.push({ rule: `the line after entry ${audit.head.position} is not one of an export` });
      break;
    }
    held.read(audit, entry);
  }
  return reportOf(audit, [...findings, ...held.findings]);
}

/** Writes the export of a home's ledger, piece by piece. The last line ends with a line feed too. */
export function exportLedger(
  file: string,
  write: (text: string) => void,
): Promise<Result<undefined, Unreadable>> {
  return readable(() =>
    withLedger(file, async (snapshot) => {
      write(`${exportHeader}\n`);
      for await (const entry of entriesOf(snapshot)) write(`${exportLine(entry)}\n`);
      return undefined;
    }),
  );
}

/** One moment of the ledger of a home's file, wherever it is kept; `ledger` is which one a database says it holds. */
function withLedger<T>(
  file: string,
  use: (snapshot: LedgerSnapshot, place?: LedgerPlace, ledger?: string) => Promise<T>,
): Promise<T> {
  return withSqliteSnapshot(file, async (own, place) => {
    // Until it has arrived it is here, sealed.
    if (place?.ledger === undefined) return use(own);
    const address = parsePostgresAddress(place.address, ["schema"]);
    if (!address.ok) throw new PostgresFailed("the address in the home is none");
    const tables = new PostgresTables(address.value);
    try {
      return await tables.transact("begin isolation level repeatable read read only", async (client) =>
        use(await postgresSnapshot(client), place, (await headOf(client, "")).ledger),
      );
    } finally {
      await tables.close();
    }
  });
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

/** A file that is missing, that is no ledger, or that SQLite finds damaged; or a database that cannot be read. */
async function readable<T>(read: () => Promise<T>): Promise<Result<T, Unreadable>> {
  try {
    return ok(await read());
  } catch (error) {
    if (error instanceof PostgresFailed) return err(ledgerUnreachable(error));
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
