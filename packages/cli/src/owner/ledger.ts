// The ledger for who wants to check it: the owner, an auditor, or an asker who was handed an export.

import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { exportLedger, type LedgerReport, verifyLedger } from "@unseen/owner";
import { paint } from "../output/paint.ts";
import { lossText } from "../output/show-budget.ts";
import { indented, table } from "../output/table.ts";
import { type ExitCode, exitCodes } from "../shell/exit-codes.ts";
import { failedBy, orFail, usageFailure } from "../shell/failure.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";
import { plainAmount } from "./amounts.ts";
import type { HomeOptions } from "./home.ts";

export type VerifyCommand = HomeOptions & { readonly head?: string };

/** Reads the file and nothing else. 0: every entry holds; 1: something was changed, and it says where. */
export function verify(shell: Shell, file: string | undefined, options: VerifyCommand): ExitCode {
  const { head } = options;
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head))
    throw usageFailure(
      "--head is a hash of 64 hexadecimal digits",
      "a receipt has one, and so has `unseen ledger verify`",
    );
  const report = orFail(verifyLedger(file ?? ledgerOf(options.home), head));
  if (options.json === true) sayJson(shell, asJson(report));
  else say(shell, asText(shell, report));
  return report.isSound ? exitCodes.ok : exitCodes.failed;
}

export type ExportCommand = HomeOptions & { readonly out?: string };

export function exportTo(shell: Shell, { home, out }: ExportCommand): void {
  if (out === undefined) {
    orFail(exportLedger(ledgerOf(home), (text) => void shell.out.write(text)));
    return;
  }
  const file = openedToWrite(out);
  try {
    orFail(exportLedger(ledgerOf(home), (text) => void writeSync(file, text)));
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
