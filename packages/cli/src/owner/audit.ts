// `unseen audit`: attacks the policies of a home, on people who do not exist, and says in words, in a table and in a
// picture how far an attacker would get.

import { writeFile } from "node:fs/promises";
import {
  type AuditReport,
  auditPolicy,
  type Caps,
  capsOf,
  type Finding,
  fullEffort,
  type Owner,
  PredictableStream,
  quickEffort,
} from "@unseen/owner";
import { truePositiveRateAtMost } from "@unseen/privacy";
import { bar } from "../output/bars.ts";
import { paint } from "../output/paint.ts";
import { withProgress } from "../output/progress.ts";
import { indented, table, wrapped } from "../output/table.ts";
import { exitCodes } from "../shell/exit-codes.ts";
import { failedBy, orFail, usageFailure } from "../shell/failure.ts";
import { remark, type Shell, say, sayJson, widthFor } from "../shell/shell.ts";
import { auditPage, auditPicture } from "./audit-picture.ts";
import { clock, entropy, type HomeOptions, inExistingHome } from "./home.ts";

export type AuditCommand = HomeOptions & {
  readonly quick?: boolean;
  readonly report?: string;
  /** For tests: the attacks draw the same numbers each time. Nothing that serves askers knows it. */
  readonly seed?: number;
};

/** Gives the exit code: failed where a promise is seen broken. */
export async function audit(shell: Shell, names: readonly string[], options: AuditCommand): Promise<number> {
  const { report: file } = options;
  if (file !== undefined && !/\.(html|svg)$/.test(file))
    throw usageFailure("a report is a page or a picture", "name a file that ends in .html or .svg");
  const reports = await inExistingHome(options, (owner) => auditAll(shell, owner, names, options));
  if (file?.endsWith(".svg") === true && reports.length !== 1)
    throw usageFailure("a picture is of one dataset", "name the dataset, or a file that ends in .html");
  if (file !== undefined) await write(file, reports);
  const broken = reports.some(({ isBroken }) => isBroken);
  if (options.json === true) sayJson(shell, { audits: reports });
  else {
    if (reports.length === 0) say(shell, "There is no dataset yet.");
    for (const report of reports) say(shell, asText(shell, report));
    if (file !== undefined) remark(shell, `The ${file.endsWith(".svg") ? "picture" : "page"} is in ${file}.`);
  }
  return broken ? exitCodes.failed : exitCodes.ok;
}

async function auditAll(
  shell: Shell,
  owner: Owner,
  names: readonly string[],
  { quick, seed }: AuditCommand,
): Promise<readonly AuditReport[]> {
  const datasets =
    names.length === 0
      ? owner.catalogue.allDatasets()
      : names.map((name) => orFail(owner.catalogue.findDataset(name)));
  const reports: AuditReport[] = [];
  for (const { card, name } of datasets) {
    // The caps of today: the owner may have changed what the card said.
    const { cap } = await owner.ledger.budget(name);
    const { allotment } = capsOf(card);
    const caps: Caps = { cap, ...(allotment === undefined ? {} : { allotment }) };
    let doing = "";
    const attack = () =>
      auditPolicy(
        { card, caps },
        {
          effort: quick === true ? quickEffort : fullEffort,
          randomness: seed === undefined ? entropy : new PredictableStream(seed),
          onProgress: (what) => {
            doing = what;
          },
        },
      );
    reports.push(await withProgress(shell.err, () => `${name}: ${doing}`, attack));
  }
  return reports;
}

async function write(file: string, reports: readonly AuditReport[]): Promise<void> {
  const drawnAt = new Date(clock.nowMs()).toISOString().slice(0, 10);
  const content = file.endsWith(".svg") ? auditPicture(reports[0]!) : auditPage(reports, drawnAt);
  try {
    await writeFile(file, content);
  } catch {
    throw failedBy({
      code: "file-unreadable",
      message: `${file} cannot be written`,
      hint: "name another file with --report",
    });
  }
}

function asText(shell: Shell, report: AuditReport): string {
  const width = widthFor(shell) - 2;
  const { dataset, promise, neighbours, mostRowsEach } = report;
  const change = neighbours === "replace" ? "one person replaced" : "one person added or removed";
  const rows = mostRowsEach === 1 ? "one row" : `at most ${mostRowsEach} rows`;
  const cap = `epsilon ${promise.epsilon}${promise.delta === 0 ? "" : `, delta ${promise.delta.toExponential()}`}`;
  return [
    "",
    paint(shell.out, "bold", `Audit of ${dataset}`),
    paint(shell.out, "dim", `lifetime cap ${cap}; ${change}, ${rows} each; no real row was read`),
    ...grouped(report.findings).flatMap((group) => ["", indented(groupText(shell, group, width))]),
    "",
    indented(barsText(shell, report)),
    "",
    paint(shell.out, "bold", "In plain words"),
    ...report.inPlainWords.map((words) => `${indented(wrapped(words, width))}\n`),
    paint(shell.out, "bold", "What follows from it"),
    ...report.advice.map((words) => indented(`· ${wrapped(words, width - 2).replaceAll("\n", "\n  ")}`)),
  ].join("\n");
}

/** Findings of one attack that was tried in one way, with several settings. */
function grouped(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const groups: Finding[][] = [];
  for (const finding of findings) {
    const last = groups.at(-1);
    if (last?.[0]?.attack === finding.attack && last[0].tried === finding.tried) last.push(finding);
    else groups.push([finding]);
  }
  return groups;
}

function groupText(shell: Shell, group: readonly Finding[], width: number): string {
  const [{ attack, tried }] = group as [Finding];
  const rows = group.map(({ setting, reached, promised, verdict }) => [
    mark(shell, verdict),
    setting,
    reached,
    paint(shell.out, "dim", promised),
  ]);
  return `${paint(shell.out, "cyan", attack)}\n${paint(shell.out, "dim", wrapped(tried, width - 2))}\n${table(rows)}`;
}

function mark(shell: Shell, verdict: Finding["verdict"]): string {
  switch (verdict) {
    case "held":
      return paint(shell.out, "green", "held ");
    case "broken":
      return paint(shell.out, "red", "ALARM");
    case "not-tried":
      return paint(shell.out, "dim", "-    ");
    default:
      return verdict satisfies never;
  }
}

/** What each amount of epsilon would let an attacker do at worst. */
function barsText(shell: Shell, { reconstructions, curves, promise }: AuditReport): string {
  const people = Math.max(0, ...reconstructions.map((one) => one.people));
  const epsilons = [...new Set(curves.filter(({ delta }) => delta === 0).map(({ epsilon }) => epsilon))];
  const dim = (words: string) => paint(shell.out, "dim", words);
  const head = [
    "epsilon",
    "finds, wrong about 1 %",
    "",
    people > 0 ? `secret bits of ${people} right` : "",
    "",
  ].map(dim);
  const rows = epsilons.map((epsilon) => {
    const found = truePositiveRateAtMost({ epsilon, delta: promise.delta }, 0.01);
    const rebuilt = reconstructions.find((one) => one.people === people && one.epsilon === epsilon);
    const share = rebuilt === undefined ? undefined : Math.max(rebuilt.byPlaces, rebuilt.bySubsets);
    const isBeyond = epsilon > promise.epsilon;
    const shown = [
      `${isBeyond ? "if " : ""}${epsilon}`,
      bar(found, 22),
      rate(found),
      share === undefined ? "" : bar(share, 22),
      share === undefined ? "" : rate(share),
    ];
    return isBeyond ? shown.map(dim) : shown;
  });
  return table([head, ...rows], ["right", "left", "right", "left", "right"]);
}

function rate(share: number): string {
  return share > 0.999 && share < 1 ? "> 99.9 %" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
