// A file of public rows, for who asks teachers about them or trains a student. No card: nobody is protected in it.

import { resolve } from "node:path";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { openSource, type SourceProblem, unreadable } from "./source.ts";

/** One list of texts a row, in the order of `columns`; an empty cell is "". Refuses a file that lacks one of them. */
export async function readPublicRows(
  file: string,
  columns: readonly string[],
): Promise<Result<readonly (readonly string[])[], SourceProblem | Problem<"card-column-missing">>> {
  using session = await DuckDbSession.open(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const source = await openSource(session, resolve(file));
  if (!source.ok) return source;
  const { columns: own, from } = source.value;
  const texts = columns.map((name) => own.find((column) => column.name === name)?.text);
  const missing = columns.find((_, at) => texts[at] === undefined);
  if (missing !== undefined)
    return err(
      problem("card-column-missing", `the file has no column ${JSON.stringify(missing.slice(0, 80))}`, {
        hint: `its columns are ${own.map(({ name }) => name).join(", ")}`.slice(0, 300),
      }),
    );
  try {
    const read = await session.rows(`SELECT ${texts.join(", ")} FROM ${from(own.map(({ name }) => name))}`);
    return ok(read.map((row) => row.map((cell) => (cell === null ? "" : String(cell)))));
  } catch {
    return err(unreadable());
  }
}
