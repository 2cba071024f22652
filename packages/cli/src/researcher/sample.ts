import { type Shell, say, sayJson } from "../shell/shell.ts";
import { type SignInOptions, signIn } from "./sign-in.ts";

export type SampleOptions = SignInOptions & { readonly rows?: number };

/** Mock or synthetic rows, labelled so. Free: no real row is read. */
export async function sample(shell: Shell, name: string, options: SampleOptions): Promise<void> {
  const dataset = await (await signIn(shell, options)).dataset(name);
  const rows = await dataset.sample(options.rows === undefined ? {} : { mostRows: options.rows });
  if (options.json !== true) return say(shell, String(rows));
  const { origin, label, columns } = rows;
  sayJson(shell, { dataset: name, origin, label, columns, rows: rows.rows });
}
