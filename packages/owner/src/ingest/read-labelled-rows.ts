// A file of numbers with a class for each row, for who trains on it where it is. No card: it is read whole, by its owner.

import { resolve } from "node:path";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { openSource, type SourceProblem, unreadable } from "./source.ts";

export type LabelledRows = {
  /** The columns whose cells are numbers in every row that is kept. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  /** By place in `classes`. */
  readonly labels: readonly number[];
  /** The texts of the label's column, in their order. */
  readonly classes: readonly string[];
};

/** A column counts as one of numbers if so much of it is. */
const leastShareOfNumbers = 0.9;

/** Rows without a label, or with a cell that is not a number in a column of numbers, are left out. Columns of words are too. */
export async function readLabelledRows(
  file: string,
  label: string,
): Promise<Result<LabelledRows, SourceProblem | Problem<"card-column-missing">>> {
  using session = await DuckDbSession.open(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const source = await openSource(session, resolve(file));
  if (!source.ok) return source;
  const { columns, from } = source.value;
  const named = columns.find(({ name }) => name === label);
  if (named === undefined) {
    return err(
      problem("card-column-missing", "the file has no column of the label's name", {
        hint: `its columns are ${columns.map(({ name }) => name).join(", ")}`.slice(0, 300),
      }),
    );
  }
  const others = columns.filter((column) => column !== named);
  try {
    const cells = [named.text, ...others.map(({ number }) => number)];
    const read = await session.rows(
      `SELECT ${cells.join(", ")} FROM ${from(columns.map(({ name }) => name))}`,
    );
    return ok(
      laidOut(
        read,
        others.map(({ name }) => name),
      ),
    );
  } catch {
    return err(unreadable());
  }
}

function laidOut(read: readonly (readonly unknown[])[], names: readonly string[]): LabelledRows {
  const numberIn = (cell: unknown) => (cell === null ? Number.NaN : Number(cell));
  const labelled = read.filter(([label]) => label !== null && label !== "");
  const isOfNumbers = names.map((_, at) => {
    const count = labelled.filter((row) => Number.isFinite(numberIn(row[at + 1]))).length;
    return count >= leastShareOfNumbers * Math.max(1, labelled.length);
  });
  const kept = labelled
    .map(([label, ...cells]) => ({
      label: String(label),
      row: cells.map(numberIn).filter((_, at) => isOfNumbers[at]),
    }))
    .filter(({ row }) => row.every(Number.isFinite));
  const classes = [...new Set(kept.map(({ label }) => label))].sort();
  return {
    columns: names.filter((_, at) => isOfNumbers[at]),
    rows: kept.map(({ row }) => row),
    labels: kept.map(({ label }) => classes.indexOf(label)),
    classes,
  };
}
