import { writeFile } from "node:fs/promises";
import { suggestCard } from "@unseen/owner";
import { indented, wrapped } from "../output/table.ts";
import { failedBy, orFail } from "../shell/failure.ts";
import { remark, type Shell, sayJson, widthFor } from "../shell/shell.ts";

export type SuggestCommand = { readonly out?: string; readonly json?: boolean };

/**
 * Drafts a card with the bounds left open. They must not be read off the data: they would be single people's
 * values, and a card is public.
 */
export async function suggestDataset(shell: Shell, file: string, options: SuggestCommand): Promise<void> {
  const { card, notes } = orFail(await suggestCard(file));
  const text = printedCard(card);
  if (options.out !== undefined) await writeNew(options.out, text);
  if (options.json === true) return sayJson(shell, { card, notes });
  if (options.out === undefined) shell.out.write(text);
  else remark(shell, `The draft is in ${options.out}.`);
  const width = widthFor(shell) - 2;
  for (const note of notes) remark(shell, `\n${indented(wrapped(note, width))}`);
}

/** A column a line, as a person reads and edits it. */
function printedCard(card: object): string {
  const inner = /[{[][^{}[\]]*(?:\[[^{}[\]]*\][^{}[\]]*)?[}\]]/g;
  return `${JSON.stringify(card, undefined, 2).replace(inner, (part) => part.replace(/\s*\n\s*/g, " "))}\n`;
}

/** Never over a card that somebody wrote. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    const message = isThere ? `${file} is there already and was left as it is` : `${file} cannot be written`;
    throw failedBy({ code: "file-unreadable", message, hint: "name another file with --out" });
  }
}
