import { paint } from "../output/paint.ts";
import { lossText } from "../output/show-budget.ts";
import { indented, titled } from "../output/table.ts";
import { type Shell, say, sayJson, widthFor } from "../shell/shell.ts";
import { type SignInOptions, signIn } from "./sign-in.ts";

export type KeysOptions = SignInOptions & {
  readonly epsilon: string;
  readonly delta: string;
  readonly most?: number;
  readonly id?: string;
};

/** Asks which texts of a column may be shown, and is charged. The same `--id` again gives the recorded keys, free. */
export async function keys(
  shell: Shell,
  name: string,
  column: string,
  { epsilon, delta, most, id, ...options }: KeysOptions,
): Promise<void> {
  const dataset = await (await signIn(shell, options)).dataset(name);
  const found = await dataset.keys(column, {
    epsilon,
    delta,
    ...(most === undefined ? {} : { mostKeysEach: most }),
    ...(id === undefined ? {} : { askId: id }),
  });
  const { spent, remaining, receipt, guarantee } = found;
  if (options.json === true)
    return sayJson(shell, { dataset: name, column, keys: found.keys, spent, remaining, receipt, guarantee });
  const facts: readonly (readonly [string, string])[] = [
    ["keys", `${found.keys.length} of ${column} may be shown`],
    ["spent", `${lossText(spent)}; ${lossText(remaining)} left for you`],
    ["receipt", `no. ${receipt.serial}; the same question with --id ${receipt.askId} is free`],
    ["guarantee", guarantee],
  ];
  const dimmed = facts.map(([title, said]) => [paint(shell.out, "dim", title), said] as const);
  say(shell, [indented(found.keys.join("\n")), "", indented(titled(dimmed, widthFor(shell) - 2))].join("\n"));
}
