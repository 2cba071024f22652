import type { RemoteDataset } from "unseen";
import { plainNumber } from "../output/numbers.ts";
import { paint } from "../output/paint.ts";
import { budgetLine } from "../output/show-budget.ts";
import { indented, table } from "../output/table.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";
import { publicFacts } from "./dataset-facts.ts";
import { type SignInOptions, signIn } from "./sign-in.ts";

/** What the owner says in public about a dataset. Free. */
export async function describe(shell: Shell, name: string, options: SignInOptions): Promise<void> {
  const dataset = await (await signIn(shell, options)).dataset(name);
  if (options.json === true) return sayJson(shell, publicFacts(dataset));
  const { yours } = dataset.budget;
  const { out } = shell;
  say(
    shell,
    [
      `${paint(out, "bold", dataset.name)}  ${paint(out, "cyan", dataset.tags.join(" "))}`,
      ...(dataset.description === "" ? [] : [indented(dataset.description)]),
      "",
      indented(
        table([
          ["at", dataset.node],
          ["rows", rowsText(dataset)],
          ["protected", dataset.privacyUnit],
          ["budget", budgetLine(out, yours.spent, yours.cap, yours.remaining)],
        ]),
      ),
      "",
      indented(columnTable(shell, dataset)),
    ].join("\n"),
  );
}

function rowsText({ shape }: RemoteDataset): string {
  return typeof shape[0] === "number"
    ? String(shape[0])
    : `${shape[0]}, as the owner declared; the number is private`;
}

function columnTable(shell: Shell, { schema }: RemoteDataset): string {
  const head = ["column", "type", "from", "to", "unit", ""].map((title) => paint(shell.out, "dim", title));
  const rows = schema.map((column) =>
    column.type === "category" || column.type === "text"
      ? [
          column.name,
          column.type,
          "",
          "",
          "",
          [
            column.type === "text"
              ? `keys of at most ${column.longest} characters, listed nowhere: unseen keys`
              : categoriesText(column.categories),
            column.description ?? "",
          ]
            .filter((text) => text !== "")
            .join("; "),
        ]
      : [
          column.name,
          column.type,
          plainNumber(column.least),
          plainNumber(column.greatest),
          column.unit ?? "",
          column.description ?? "",
        ],
  );
  return table([head, ...rows], ["left", "left", "right", "right", "left", "left"]);
}

const shownCategories = 8;

function categoriesText(categories: readonly string[]): string {
  const shown = categories.slice(0, shownCategories).join(" | ");
  return categories.length > shownCategories
    ? `${shown} and ${categories.length - shownCategories} more`
    : shown;
}
