import { type IngestReport, ownerAtTheMachine } from "@unseen/owner";
import { wholeNumber } from "../output/numbers.ts";
import { paint } from "../output/paint.ts";
import { withProgress } from "../output/progress.ts";
import { indented, table } from "../output/table.ts";
import { orFail } from "../shell/failure.ts";
import { remark, type Shell, say, sayJson } from "../shell/shell.ts";
import { type HomeOptions, inExistingHome, inHome } from "./home.ts";
import { type CardOverrides, readCard } from "./read-card.ts";

export type DatasetAddCommand = HomeOptions & CardOverrides & { readonly card: string };

/** Reads a file or a table once and registers it under its card. The report is for the owner alone. */
export async function addDataset(shell: Shell, file: string, options: DatasetAddCommand): Promise<void> {
  const { name, tags, description } = options;
  const card = await readCard(options.card, {
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(description === undefined ? {} : { description }),
  });
  await inHome(options, async (owner) => {
    const earlier = await owner.ledger.budget(card.name);
    const work = () => owner.addDataset(file, card);
    // An address may hold a password, which is refused, and must not be shown before it is.
    const what = /^postgres(ql)?:/.test(file) ? "the table" : file;
    const added = orFail(await withProgress(shell.err, () => `reading ${what}`, work));
    if (options.json === true) return sayJson(shell, { added: added.name, report: added.report });
    say(shell, `${paint(shell.out, "bold", added.name)} can be asked about now.\n`);
    say(shell, reportText(shell, added.report));
    if (earlier.charges > 0)
      remark(
        shell,
        `\nA dataset of this name was asked before: its budget goes on where it was, with ${earlier.charges} charges.`,
      );
  });
}

/** How a dataset's file was read. It tells about private rows: for the owner alone. */
export async function reportDataset(shell: Shell, name: string, options: HomeOptions): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const report = JSON.parse(
      orFail(owner.catalogue.ingestReport(ownerAtTheMachine(), name)),
    ) as IngestReport;
    if (options.json === true) return sayJson(shell, { dataset: name, report });
    say(shell, `${paint(shell.out, "bold", name)}\n\n${reportText(shell, report)}`);
  });
}

function reportText(shell: Shell, report: IngestReport): string {
  const { rowsRead, rowsKept, people, rowsBeyondShare, rowsOfNobody, columns } = report;
  const rows = [
    ["rows read", wholeNumber(rowsRead), ""],
    ["rows kept", wholeNumber(rowsKept), ""],
    ["people", wholeNumber(people), ""],
    ...(rowsBeyondShare > 0
      ? [["rows left out", wholeNumber(rowsBeyondShare), "their person has more than the card counts"]]
      : []),
    ...(rowsOfNobody > 0 ? [["rows left out", wholeNumber(rowsOfNobody), "they name no person"]] : []),
  ];
  const head = ["replaced in", "missing", "unreadable", "out of bounds"].map((title) =>
    paint(shell.out, "dim", title),
  );
  const changed = Object.entries(columns)
    .filter(([, { missing, unreadable, clamped }]) => missing + unreadable + clamped > 0)
    .map(([name, { missing, unreadable, clamped }]) => [
      name,
      ...[missing, unreadable, clamped].map(wholeNumber),
    ]);
  const replaced =
    changed.length === 0
      ? "No cell was replaced: each was within what the card declares."
      : table([head, ...changed], ["left", "right", "right", "right"]);
  const note = paint(shell.out, "dim", "This report tells about the data: it is for you alone.");
  return indented([table(rows, ["left", "right", "left"]), "", replaced, "", note].join("\n"));
}

export async function listDatasets(shell: Shell, options: HomeOptions): Promise<void> {
  await inExistingHome(options, async (owner) => {
    const all = owner.catalogue.allDatasets();
    if (options.json === true) {
      return sayJson(shell, {
        datasets: all.map(({ name, card, rows, addedAtMs }) => ({ name, tags: card.tags, rows, addedAtMs })),
      });
    }
    if (all.length === 0) return say(shell, "There is no dataset yet: unseen dataset add FILE --card CARD");
    const head = ["name", "rows", "columns", "tags"].map((title) => paint(shell.out, "dim", title));
    const rows = all.map(({ name, card, rows: count }) => [
      name,
      wholeNumber(count),
      String(Object.keys(card.columns).length),
      card.tags.join(" "),
    ]);
    say(shell, table([head, ...rows], ["left", "right", "right", "left"]));
  });
}

export async function removeDataset(shell: Shell, name: string, options: HomeOptions): Promise<void> {
  await inExistingHome(options, async (owner) => {
    orFail(await owner.removeDataset(name));
    if (options.json === true) return sayJson(shell, { removed: name });
    say(shell, `${name} is removed, and the copy of its rows that questions were answered from is deleted.`);
    say(shell, "Its budget line stays: what was spent under this name stays spent if you add it again.");
  });
}
