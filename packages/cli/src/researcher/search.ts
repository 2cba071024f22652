import type { MissingNode, RemoteDataset } from "unseen";
import { paint } from "../output/paint.ts";
import { lossText } from "../output/show-budget.ts";
import { indented, table } from "../output/table.ts";
import { remark, type Shell, say, sayJson } from "../shell/shell.ts";
import { publicFacts } from "./dataset-facts.ts";
import { type SignInOptions, signIn } from "./sign-in.ts";

/** Finds datasets by tags, names and words, at all nodes side by side. Free. */
export async function search(shell: Shell, terms: readonly string[], options: SignInOptions): Promise<void> {
  const grid = await signIn(shell, options);
  const found = await grid.search(...terms);
  if (options.json === true) {
    const missing = found.missing.map(({ node, problem }) => ({
      node,
      code: problem.code,
      message: problem.message,
    }));
    sayJson(shell, { found: found.map(publicFacts), isPartial: found.isPartial, missing });
    return;
  }
  say(shell, String(found));
  for (const dataset of found) say(shell, `\n${listing(shell, dataset)}`);
  for (const { node, problem } of found.missing) remark(shell, missed(shell, { node, problem }));
}

function listing(shell: Shell, dataset: RemoteDataset): string {
  const [firstLine = ""] = dataset.description.split("\n", 1);
  const facts = table([
    ["at", dataset.node],
    ["rows", `${dataset.shape[0]}; ${dataset.privacyUnit}`],
    ["columns", columnsText(dataset)],
    ["budget", `${lossText(dataset.budget.yours.remaining)} left for you`],
  ]);
  const title = `${paint(shell.out, "bold", dataset.name)}  ${paint(shell.out, "cyan", dataset.tags.join(" "))}`;
  return [title, indented([...(firstLine === "" ? [] : [firstLine]), facts].join("\n"))].join("\n");
}

const shownColumns = 12;

function columnsText({ columns }: RemoteDataset): string {
  const shown = columns.slice(0, shownColumns).join(", ");
  return columns.length > shownColumns ? `${shown} and ${columns.length - shownColumns} more` : shown;
}

function missed(shell: Shell, { node, problem }: MissingNode): string {
  return `${paint(shell.err, "yellow", "not answering:")} ${node}: ${problem.message}`;
}
