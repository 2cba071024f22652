import type { SqlTable } from "unseen";
import { measured, plainNumber } from "../output/numbers.ts";
import { paint } from "../output/paint.ts";
import { lossText } from "../output/show-budget.ts";
import { indented, table, titled } from "../output/table.ts";
import { type Shell, say, sayJson, widthFor } from "../shell/shell.ts";
import { type SignInOptions, signIn } from "./sign-in.ts";

export type SqlOptions = SignInOptions & {
  readonly epsilon: string;
  readonly delta?: string;
  readonly id?: string;
  /** Which node, where several have a dataset of the same name. */
  readonly node?: string;
};

/** Asks in SQL, and is charged the whole offer once. The same `--id` again gives the recorded answer, free. */
export async function sql(shell: Shell, text: string, options: SqlOptions): Promise<void> {
  const grid = await signIn(shell, options);
  const answer = await grid.sql(text, {
    epsilon: options.epsilon,
    ...(options.delta === undefined ? {} : { delta: options.delta }),
    ...(options.id === undefined ? {} : { askId: options.id }),
    ...(options.node === undefined ? {} : { node: options.node }),
  });
  if (options.json !== true) return say(shell, shown(shell, answer));
  const { dataset, columns, rows, plusMinus, spent, keys, remaining, joinedRemaining, receipt, guarantee } =
    answer;
  const ofKeys = keys === undefined ? {} : { keys: { spent: keys.spent, receipt: keys.receipt } };
  const left = joinedRemaining === undefined ? { remaining } : { remaining, joinedRemaining };
  const told = { columns, rows, plusMinus, spent, ...ofKeys, ...left, receipt, guarantee };
  sayJson(shell, { dataset, sql: text, ...told });
}

function shown(shell: Shell, answer: SqlTable): string {
  const { columns, rows, plusMinus, keys, receipt, guarantee } = answer;
  const lines = rows.map((row, line) => row.map((cell, at) => cellText(cell, plusMinus[line]![at]!)));
  const sides = columns.map((_, at) =>
    rows.some((row) => typeof row[at] === "string") ? ("left" as const) : ("right" as const),
  );
  const facts: readonly (readonly [string, string])[] = [
    ["±", "each interval holds the number without noise 95 times out of 100"],
    ...spentOn(answer),
    ...(keys === undefined ? [] : [["of it", `${lossText(keys.spent)} for the keys`] as const]),
    ["receipt", `no. ${receipt.serial}; the same SQL with --id ${receipt.askId} is free`],
    ["guarantee", guarantee],
  ];
  const dimmed = facts.map(([title, said]) => [paint(shell.out, "dim", title), said] as const);
  return [
    indented(table([columns, ...lines], sides)),
    "",
    indented(titled(dimmed, widthFor(shell) - 2)),
  ].join("\n");
}

/** What was charged where: a join stands on the lines of both datasets. */
function spentOn({ spent, remaining, joinedRemaining, receipt }: SqlTable): readonly [string, string][] {
  const price = lossText(spent);
  if (joinedRemaining === undefined) return [["spent", `${price}; ${lossText(remaining)} left for you`]];
  const on = (dataset: string, left: typeof remaining) =>
    `${price} on ${dataset}; ${lossText(left)} left for you`;
  return [
    ["spent", on(receipt.dataset, remaining)],
    ["and", on(receipt.joined ?? "the joined dataset", joinedRemaining)],
  ];
}

/** Released numbers with their half-width; group keys as they are. */
function cellText(cell: number | string, plusMinus: number | null): string {
  if (typeof cell === "string") return cell;
  if (plusMinus === null) return plainNumber(cell);
  const { value, plusMinus: width } = measured(cell, plusMinus);
  return `${value} ± ${width}`;
}
