// The ledger for who wants to check it: the owner, an auditor, or an asker who was handed an export.

import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { exportLedger, type LedgerReport, verifyLedger } from "@unseen/owner";
import { paint } from "../output/paint.ts";
import { lossText } from "../output/show-budget.ts";
import { indented, table } from "../output/table.ts";
import { type ExitCode, exitCodes } from "../shell/exit-codes.ts";
import { failedBy, orFail, usageFailure } from "../shell/failure.ts";
import { remark, type Shell, say, sayJson } from "../shell/shell.ts";
import { plainAmount } from "./amounts.ts";
import { type HomeOptions, inHome } from "./home.ts";

export type VerifyCommand = HomeOptions & { readonly head?: string };

/** Reads the file, or the database that a home's ledger has moved to, and nothing else. 0: every entry holds; 1: something was changed, and it says where. */
export async function verify(
  shell: Shell,
  file: string | undefined,
  options: VerifyCommand,
): Promise<ExitCode> {
  const { head } = options;
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head))
    throw usageFailure(
      "--head is a hash of 64 hexadecimal digits",
      "a receipt has one, and so has `unseen ledger verify`",
    );
  const report = orFail(await verifyLedger(file ?? ledgerOf(options.home), head));
  if (options.json === true) sayJson(shell, asJson(report));
  else say(shell, asText(shell, report));
  return report.isSound ? exitCodes.ok : exitCodes.failed;
}

export type ExportCommand = HomeOptions & { readonly out?: string };

export async function exportTo(shell: Shell, { home, out }: ExportCommand): Promise<void> {
  if (out === undefined) {
    orFail(await exportLedger(ledgerOf(home), (text) => void shell.out.write(text)));
    return;
  }
  const file = openedToWrite(out);
  try {
    orFail(await exportLedger(ledgerOf(home), (text) => void writeSync(file, text)));
  } finally {
    closeSync(file);
  }
}

/** An export that is there already is evidence: it is not overwritten. */
function openedToWrite(file: string): number {
  try {
    return openSync(file, "wx", 0o600);
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const message = isThere ? `${file} is there already` : `${file} cannot be written`;
    throw failedBy({ code: "file-unreadable", message, hint: "name another file with --out" });
  }
}

/**
 * Binds a home to a ledger in PostgreSQL, for ever: what the home's own ledger holds is moved there whole. For a home
 * that is bound already, the address where the same ledger is found now.
 */
export async function useLedger(shell: Shell, address: string, options: HomeOptions): Promise<void> {
  await inHome(
    options,
    async ({ ledgerKeptAt }) => {
      if (options.json === true) return sayJson(shell, { ledger: ledgerKeptAt });
      say(shell, `The ledger of ${options.home} is kept in PostgreSQL now, whole and checked:`);
      say(shell, indented(String(ledgerKeptAt)));
      remark(shell, "Processes that served this home before are refused from now on: start them again.");
    },
    { ledger: address },
  );
}

function ledgerOf(home: string): string {
  return join(home, "unseen.sqlite");
}

function asText(shell: Shell, report: LedgerReport): string {
  const { entries, charges, answers, datasets, findings, head } = report;
  const verdict = report.isSound
    ? paint(shell.out, "green", "The ledger is whole.")
    : paint(shell.out, "red", "The ledger was changed, or is not whole.");
  const found = findings.map(({ position, rule }) =>
    position === undefined ? rule : `entry ${position}: ${rule}`,
  );
  const lines = datasets.map(({ dataset, spent, loss, cap, charges: count, renewals }) => [
    dataset,
    `${count} charges`,
    `prices add up to ${lossText(plainAmount(spent))}`,
    `together ${lossText(plainAmount(loss))} of ${lossText(plainAmount(cap))}`,
    renewals === 0 ? "never renewed" : `renewed ${renewals} ${renewals === 1 ? "time" : "times"}`,
  ]);
  return [
    verdict,
    ...(found.length > 0 ? [indented(found.join("\n"))] : []),
    `${entries} entries: ${charges} charges, ${answers} answers, ${entries - charges - answers} decisions`,
    ...(lines.length > 0 ? [indented(table(lines))] : []),
    `head ${head}`,
  ].join("\n");
}

function asJson({ findings, datasets, ...report }: LedgerReport): object {
  return {
    ...report,
    findings: findings.map(({ position, rule }) => ({
      ...(position === undefined ? {} : { entry: Number(position) }),
      rule,
    })),
    datasets: datasets.map((line) => ({
      ...line,
      cap: plainAmount(line.cap),
      spent: plainAmount(line.spent),
      loss: plainAmount(line.loss),
    })),
  };
}
